/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a dying kernel leaves its CPUs' registers and its vmcoreinfo:
 * /sys/devices/system/cpu/cpu<n>/crash_notes (hexadecimal address),
 * crash_notes_size (decimal) and /sys/kernel/vmcoreinfo (address and size,
 * both hexadecimal: kernel/ksysfs.c, vmcoreinfo_show()).
 */
#include <inttypes.h>
#include <stdlib.h>

#include "load/machine.h"

#define CPU	 "/sys/devices/system/cpu/"
#define CPUS_MAX 65536

static enum pg_status note_of(const char *root, unsigned cpu,
			      struct pg_span *out, struct pg_error *error)
{
	uint64_t address, bytes;
	enum pg_status status;

	status = pg_sys_number(&address, error, 16, root,
			       CPU "cpu%u/crash_notes", cpu);
	if (status == PG_OK)
		status = pg_sys_number(&bytes, error, 10, root,
				       CPU "cpu%u/crash_notes_size", cpu);
	if (status != PG_OK)
		return status;
	if (address == 0)
		return pg_fail(error, PG_E_PRIVILEGE,
			       CPU "cpu%u/crash_notes: the kernel hides the "
				   "address; run as root",
			       cpu);
	if (bytes == 0 || bytes > 1024 * 1024 ||
	    !pg_span_make(address, bytes, out))
		return pg_fail(error, PG_E_MACHINE,
			       CPU "cpu%u/crash_notes: %" PRIu64
				   " bytes at 0x%" PRIx64 " are no note",
			       cpu, bytes, address);
	return PG_OK;
}

/* One "3" or "0-7" of a CPU list. Moves *@text behind it. */
static bool cpu_range(const char **text, uint64_t *first, uint64_t *last)
{
	if (!pg_parse_u64(text, 10, first))
		return false;
	*last = *first;
	if (**text == '-') {
		(*text)++;
		if (!pg_parse_u64(text, 10, last))
			return false;
	}
	return *first <= *last && *last < CPUS_MAX;
}

/* A possible CPU that was never present has no directory: a hole. */
static enum pg_status add_cpus(const char *root, uint64_t first, uint64_t last,
			       struct pg_notes *notes, struct pg_error *error)
{
	struct pg_span *more =
		realloc(notes->cpus,
			(notes->cpu_count + last - first + 1) * sizeof(*more));

	if (!more)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "crash notes: out of memory");
	notes->cpus = more;
	for (uint64_t cpu = first; cpu <= last; cpu++) {
		enum pg_status status;

		if (!pg_sys_exists(root, CPU "cpu%u/crash_notes",
				   (unsigned)cpu))
			continue;
		status = note_of(root, (unsigned)cpu,
				 &notes->cpus[notes->cpu_count], error);
		if (status != PG_OK)
			return status;
		notes->cpu_count++;
	}
	return PG_OK;
}

static enum pg_status read_cpus(const char *root, struct pg_notes *notes,
				struct pg_error *error)
{
	struct pg_text list;
	enum pg_status status = pg_sys_read(&list, error, root, CPU "possible");
	const char *at = list.data;
	uint64_t first, last;

	if (status != PG_OK)
		return status;
	while (status == PG_OK) {
		if (!cpu_range(&at, &first, &last)) {
			status = pg_fail(error, PG_E_MACHINE,
					 CPU "possible: is no list of CPUs");
			break;
		}
		status = add_cpus(root, first, last, notes, error);
		if (*at != ',')
			break;
		at++;
	}
	pg_text_free(&list);
	if (status == PG_OK && notes->cpu_count == 0)
		return pg_fail(error, PG_E_MACHINE,
			       CPU "cpu*/crash_notes: there are none; the "
				   "kernel needs CONFIG_KEXEC");
	return status;
}

static enum pg_status read_vmcoreinfo(const char *root, struct pg_span *out,
				      struct pg_error *error)
{
	struct pg_text text;
	enum pg_status status;
	uint64_t address, bytes;
	const char *at;
	bool good;

	if (!pg_sys_exists(root, "/sys/kernel/vmcoreinfo"))
		return PG_OK;
	status = pg_sys_read(&text, error, root, "/sys/kernel/vmcoreinfo");
	if (status != PG_OK)
		return status;
	at = text.data;
	good = pg_parse_u64(&at, 16, &address) && *at++ == ' ' &&
	       pg_parse_u64(&at, 16, &bytes) && address != 0 && bytes != 0 &&
	       bytes <= 1024 * 1024 && pg_span_make(address, bytes, out);
	pg_text_free(&text);
	if (!good)
		return pg_fail(error, PG_E_MACHINE,
			       "/sys/kernel/vmcoreinfo: is not an address and "
			       "a size");
	return PG_OK;
}

enum pg_status pg_notes_read(const char *root, struct pg_notes *out,
			     struct pg_error *error)
{
	struct pg_notes notes = {NULL, 0, {0, 0}};
	enum pg_status status = read_cpus(root, &notes, error);

	if (status == PG_OK)
		status = read_vmcoreinfo(root, &notes.vmcoreinfo, error);
	if (status != PG_OK) {
		pg_notes_free(&notes);
		return status;
	}
	*out = notes;
	return PG_OK;
}

void pg_notes_free(struct pg_notes *notes)
{
	free(notes->cpus);
	*notes = (struct pg_notes){NULL, 0, {0, 0}};
}
