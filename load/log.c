/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the purgatory's log in an ELF64 core: the PT_LOAD that begins with the
 * log's magic. A vmcore is larger than any address space that one would map,
 * and /proc/vmcore cannot be mapped from everywhere: it is read in pieces.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load/log_file.h"
#include "pack/formats/elf64.h"

#define LOG_BYTES_MAX (16u * 1024 * 1024)

bool pg_log_read_at(int fd, uint64_t offset, void *out, size_t bytes)
{
	uint8_t *at = out;

	if (offset > INT64_MAX - bytes)
		return false;
	while (bytes > 0) {
		ssize_t got = pread(fd, at, bytes, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		offset += (uint64_t)got;
		bytes -= (size_t)got;
	}
	return true;
}

enum pg_status pg_log_headers(int fd, const char *path, uint64_t *offset,
			      uint64_t *count, bool *big,
			      struct pg_error *error)
{
	uint8_t header[sizeof(Elf64_Ehdr)];

	if (!pg_log_read_at(fd, 0, header, sizeof(header)))
		return pg_fail(error, PG_E_TRUNCATED,
			       "%s: is too short for an ELF file", path);
	if (!memcmp(header, "KDUMP   ", 8))
		return pg_fail(error, PG_E_FORMAT,
			       "%s: is a dump in makedumpfile's format, which "
			       "keeps no segments; give /proc/vmcore, or a "
			       "dump made with makedumpfile -E",
			       path);
	if (memcmp(header, ELFMAG, SELFMAG) != 0 ||
	    header[EI_CLASS] != ELFCLASS64 ||
	    pg_load16(header[EI_DATA] == ELFDATA2MSB,
		      header + offsetof(Elf64_Ehdr, e_type)) != ET_CORE)
		return pg_fail(error, PG_E_FORMAT,
			       "%s: is not an ELF64 core file; give "
			       "/proc/vmcore or a copy of it",
			       path);
	*big = header[EI_DATA] == ELFDATA2MSB;
	*offset = pg_load64(*big, header + offsetof(Elf64_Ehdr, e_phoff));
	*count = pg_load16(*big, header + offsetof(Elf64_Ehdr, e_phnum));
	if (pg_load16(*big, header + offsetof(Elf64_Ehdr, e_phentsize)) !=
		    sizeof(Elf64_Phdr) ||
	    *offset > INT64_MAX - *count * sizeof(Elf64_Phdr))
		return pg_fail(error, PG_E_CORRUPT,
			       "%s: its program headers are impossible", path);
	return PG_OK;
}

/* Everything that a reader of the log relies on. NULL, or what is wrong. */
static const char *log_fault(const struct pg_log *log, uint64_t room)
{
	if (log->version != PG_LOG_VERSION)
		return "is of another version than this program's";
	if (log->bytes < sizeof(*log) || log->bytes > room ||
	    log->bytes > LOG_BYTES_MAX)
		return "says an impossible size";
	if (log->step_count > PG_LOG_STEPS)
		return "says an impossible number of steps";
	if (log->text_bytes > log->bytes - sizeof(*log))
		return "says more text than it has room for";
	return NULL;
}

/* One PT_LOAD. makedumpfile -E leaves out pages of zeros: what is behind
 * file_bytes, up to memory_bytes, is zero. */
struct load {
	uint64_t offset, file_bytes, memory_bytes;
};

static enum pg_status take(int fd, const char *path, struct load load,
			   const struct pg_log *head, struct pg_log **out,
			   size_t *bytes, struct pg_error *error)
{
	const char *fault = log_fault(head, load.memory_bytes > load.file_bytes
						    ? load.memory_bytes
						    : load.file_bytes);
	const uint64_t offset = load.offset;
	struct pg_log *log;
	size_t stored;

	if (fault)
		return pg_fail(error, PG_E_CORRUPT,
			       "%s: the log at offset 0x%" PRIx64 " %s", path,
			       offset, fault);
	stored = load.file_bytes < head->bytes ? (size_t)load.file_bytes
					       : head->bytes;
	if (head->text_bytes > stored - sizeof(*head))
		return pg_fail(error, PG_E_TRUNCATED,
			       "%s: ends within the text of the log at offset "
			       "0x%" PRIx64,
			       path, offset);
	log = calloc(1, head->bytes);
	if (!log)
		return pg_fail(error, PG_E_NO_MEMORY, "%s: out of memory",
			       path);
	if (!pg_log_read_at(fd, offset, log, stored)) {
		free(log);
		return pg_fail(error, PG_E_TRUNCATED,
			       "%s: ends within the log at offset 0x%" PRIx64,
			       path, offset);
	}
	pg_log_order(log);
	/* It may have changed between the two reads. */
	if (log->bytes != head->bytes || log_fault(log, head->bytes)) {
		free(log);
		return pg_fail(error, PG_E_CORRUPT,
			       "%s: the log changes while it is read", path);
	}
	*bytes = log->bytes;
	*out = log;
	return PG_OK;
}

enum pg_status pg_log_take(int fd, const char *path, uint64_t offset,
			   uint64_t room, struct pg_log **out, size_t *bytes,
			   struct pg_error *error)
{
	const struct load load = {offset, room, room};
	struct pg_log head;

	if (room < sizeof(head) ||
	    !pg_log_read_at(fd, offset, &head, sizeof(head)) ||
	    memcmp(head.magic, PG_LOG_MAGIC, sizeof(head.magic)) != 0)
		return pg_fail(error, PG_E_NO_LOG,
			       "%s: has no purgatory log at offset 0x%" PRIx64
			       ", where the command line says that it is",
			       path, offset);
	pg_log_order(&head);
	return take(fd, path, load, &head, out, bytes, error);
}

static enum pg_status find(int fd, const char *path, struct pg_log **out,
			   size_t *bytes, struct pg_error *error)
{
	uint64_t headers = 0, count = 0;
	bool big = false;
	enum pg_status status =
		pg_log_headers(fd, path, &headers, &count, &big, error);

	if (status != PG_OK)
		return status;
	for (uint64_t i = 0; i < count; i++) {
		uint8_t header[sizeof(Elf64_Phdr)];
		struct pg_log head;
		struct load load;

		if (!pg_log_read_at(fd, headers + i * sizeof(header), header,
				    sizeof(header)))
			return pg_fail(error, PG_E_TRUNCATED,
				       "%s: ends within its program headers",
				       path);
		load.offset =
			pg_load64(big, header + offsetof(Elf64_Phdr, p_offset));
		load.file_bytes =
			pg_load64(big, header + offsetof(Elf64_Phdr, p_filesz));
		load.memory_bytes =
			pg_load64(big, header + offsetof(Elf64_Phdr, p_memsz));
		if (pg_load32(big, header) != PT_LOAD ||
		    load.file_bytes < sizeof(head) ||
		    !pg_log_read_at(fd, load.offset, &head, sizeof(head)) ||
		    memcmp(head.magic, PG_LOG_MAGIC, sizeof(head.magic)) != 0)
			continue;
		pg_log_order(&head);
		return take(fd, path, load, &head, out, bytes, error);
	}
	return pg_fail(error, PG_E_NO_LOG,
		       "%s: has no purgatory log; was the capture kernel "
		       "loaded by purgatorio?",
		       path);
}

enum pg_status pg_log_read(const char *path, struct pg_log **out, size_t *bytes,
			   struct pg_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum pg_status status;

	if (fd < 0 && errno == ENOENT && !strcmp(path, "/proc/vmcore"))
		return pg_fail(error, PG_E_NO_LOG,
			       "%s: is not there; run it in the capture "
			       "kernel, or give it a vmcore",
			       path);
	if (fd < 0)
		return pg_fail(error, PG_E_IO, "%s: %s", path, strerror(errno));
	status = find(fd, path, out, bytes, error);
	close(fd);
	if (status == PG_E_NO_LOG && !strcmp(path, "/proc/vmcore"))
		status = pg_log_read_live("", out, bytes, error);
	return status;
}
