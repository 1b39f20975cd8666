/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log where no core header leads to it: an s390x capture kernel makes its
 * core header itself, and leaves its own memory out of it. The command line
 * says where the log is (purgatorio.log=ADDRESS,BYTES), and /proc/kcore shows
 * the running kernel's memory.
 */
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load/log_file.h"
#include "load/machine.h"
#include "pack/formats/elf64.h"

#define WORD "purgatorio.log="

/* What the last such word of @line says. */
static bool find_word(const char *line, struct pg_span *out)
{
	bool found = false;

	*out = (struct pg_span){0, 0};
	while (*(line += strspn(line, " \t\n")) != '\0') {
		uint64_t start, bytes;

		if (!strncmp(line, WORD, strlen(WORD))) {
			line += strlen(WORD);
			found = pg_parse_u64(&line, 0, &start) &&
				*line++ == ',' &&
				pg_parse_u64(&line, 10, &bytes) &&
				pg_span_make(start, bytes, out);
			if (!found)
				return false;
		}
		line += strcspn(line, " \t\n");
	}
	return found;
}

/* The offset in the core of physical @span, by program header @load. */
static bool holds(const uint8_t *load, bool big, struct pg_span span,
		  uint64_t *offset)
{
	struct pg_span memory;

	if (pg_load32(big, load) != PT_LOAD ||
	    !pg_span_make(pg_load64(big, load + offsetof(Elf64_Phdr, p_paddr)),
			  pg_load64(big, load + offsetof(Elf64_Phdr, p_memsz)),
			  &memory) ||
	    !pg_span_contains(memory, span))
		return false;
	*offset = pg_load64(big, load + offsetof(Elf64_Phdr, p_offset)) +
		  (span.start - memory.start);
	return true;
}

static enum pg_status take(int fd, const char *path, struct pg_span span,
			   struct pg_log **out, size_t *bytes,
			   struct pg_error *error)
{
	uint64_t headers = 0, count = 0, offset = 0;
	bool big = false;
	enum pg_status status =
		pg_log_headers(fd, path, &headers, &count, &big, error);

	for (uint64_t i = 0; status == PG_OK && i < count; i++) {
		uint8_t load[sizeof(Elf64_Phdr)];

		if (!pg_log_read_at(fd, headers + i * sizeof(load), load,
				    sizeof(load)))
			break;
		if (holds(load, big, span, &offset))
			return pg_log_take(fd, path, offset, span.bytes, out,
					   bytes, error);
	}
	if (status != PG_OK)
		return status;
	return pg_fail(error, PG_E_NO_LOG,
		       "%s: has no memory at 0x%" PRIx64
		       ", where the command line says that the log is",
		       path, span.start);
}

enum pg_status pg_log_read_live(const char *root, struct pg_log **out,
				size_t *bytes, struct pg_error *error)
{
	struct pg_text line;
	struct pg_span span;
	enum pg_status status =
		pg_sys_read(&line, error, root, "/proc/cmdline");
	char *path = NULL;
	bool found;
	int fd;

	if (status != PG_OK)
		return status;
	found = find_word(line.data, &span);
	pg_text_free(&line);
	if (!found)
		return pg_fail(error, PG_E_NO_LOG,
			       "/proc/cmdline: has no " WORD
			       "; was the capture kernel loaded by "
			       "purgatorio?");
	if (asprintf(&path, "%s/proc/kcore", root) < 0)
		return pg_fail(error, PG_E_NO_MEMORY, "log: out of memory");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		status = pg_fail(error, PG_E_NO_LOG,
				 "%s: cannot be read, and the log is in this "
				 "kernel's memory; run it as root, with "
				 "CONFIG_PROC_KCORE and without lockdown",
				 path);
	else
		status = take(fd, path, span, out, bytes, error);
	if (fd >= 0)
		close(fd);
	free(path);
	return status;
}
