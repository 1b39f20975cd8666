/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/iomem: "  start-end : name" in hexadecimal, two more spaces for each
 * level of nesting (kernel/resource.c, r_show()). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load/machine.h"

/* Names as in arch/x86/kernel/e820.c, e820_type_to_string(), and in
 * arch/x86/kernel/setup.c. Case does not matter: it changed over time. */
static const struct {
	const char *name;
	enum pg_iomem_type type;
} names[] = {
	{"System RAM", PG_IOMEM_RAM},
	{"Crash kernel", PG_IOMEM_CRASH},
	{"Reserved", PG_IOMEM_RESERVED},
	{"Soft Reserved", PG_IOMEM_SOFT},
	{"ACPI Tables", PG_IOMEM_ACPI},
	{"ACPI Non-volatile Storage", PG_IOMEM_NVS},
	{"Unusable memory", PG_IOMEM_UNUSABLE},
	{"Persistent Memory", PG_IOMEM_PERSISTENT},
	{"Persistent Memory (legacy)", PG_IOMEM_PERSISTENT_LEGACY},
	{"Kernel code", PG_IOMEM_KERNEL},
	{"Kernel rodata", PG_IOMEM_KERNEL},
	{"Kernel data", PG_IOMEM_KERNEL},
	{"Kernel bss", PG_IOMEM_KERNEL},
};

static enum pg_iomem_type type_of(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == length &&
		    !strncasecmp(name, names[i].name, length))
			return names[i].type;
	return PG_IOMEM_OTHER;
}

/* One line, [@line, @end), which ends in a newline or the text's NUL. */
static bool parse_line(const char *line, const char *end,
		       struct pg_iomem_entry *out)
{
	const char *at = line;
	uint64_t first, last;

	while (*at == ' ')
		at++;
	out->depth = (unsigned)((at - line) / 2);
	if (!pg_parse_u64(&at, 16, &first) || *at++ != '-' ||
	    !pg_parse_u64(&at, 16, &last))
		return false;
	if (strncmp(at, " : ", 3) != 0)
		return false;
	at += 3;
	/* The last byte of the address space is not a span of ours. */
	if (last < first || last == UINT64_MAX)
		return false;
	if (!pg_span_make(first, last - first + 1, &out->span))
		return false;
	out->type = type_of(at, (size_t)(end - at));
	return true;
}

static size_t count_lines(const char *text, size_t bytes)
{
	size_t lines = 1;

	for (size_t i = 0; i < bytes; i++)
		lines += text[i] == '\n';
	return lines;
}

enum pg_status pg_iomem_parse(const char *text, size_t bytes,
			      struct pg_iomem *out, struct pg_error *error)
{
	struct pg_iomem iomem = {NULL, 0};
	bool any_address = false;
	size_t number = 1;

	iomem.entries =
		calloc(count_lines(text, bytes), sizeof(*iomem.entries));
	if (!iomem.entries)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "/proc/iomem: out of memory");
	for (const char *line = text; line < text + bytes; number++) {
		size_t left = (size_t)(text + bytes - line);
		const char *end = memchr(line, '\n', left);
		struct pg_iomem_entry *entry = &iomem.entries[iomem.count];

		if (!end)
			end = text + bytes;
		if (end > line) {
			if (!parse_line(line, end, entry)) {
				pg_iomem_free(&iomem);
				return pg_fail(error, PG_E_MACHINE,
					       "/proc/iomem, line %zu: is not "
					       "\"start-end : name\"",
					       number);
			}
			any_address |= pg_span_end(entry->span) > 1;
			iomem.count++;
		}
		line = end + 1;
	}
	if (iomem.count == 0) {
		pg_iomem_free(&iomem);
		return pg_fail(error, PG_E_MACHINE,
			       "/proc/iomem: is empty; is /proc mounted?");
	}
	if (!any_address) {
		pg_iomem_free(&iomem);
		return pg_fail(error, PG_E_PRIVILEGE,
			       "/proc/iomem: the kernel hides all addresses; "
			       "run as root, outside of containers");
	}
	*out = iomem;
	return PG_OK;
}

enum pg_status pg_iomem_read(const char *root, struct pg_iomem *out,
			     struct pg_error *error)
{
	struct pg_text text;
	enum pg_status status = pg_sys_read(&text, error, root, "/proc/iomem");

	if (status != PG_OK)
		return status;
	status = pg_iomem_parse(text.data, text.bytes, out, error);
	pg_text_free(&text);
	return status;
}

void pg_iomem_free(struct pg_iomem *iomem)
{
	free(iomem->entries);
	*iomem = (struct pg_iomem){NULL, 0};
}
