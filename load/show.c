/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>

#include "load/show.h"

static const char *e820_name(uint32_t type)
{
	switch (type) {
	case PG_E820_RAM:
		return "RAM";
	case PG_E820_RESERVED:
		return "reserved";
	case PG_E820_ACPI:
		return "ACPI tables";
	case PG_E820_NVS:
		return "ACPI NVS";
	case PG_E820_UNUSABLE:
		return "unusable";
	case PG_E820_PERSISTENT:
		return "persistent";
	case PG_E820_PERSISTENT_LEGACY:
		return "persistent (legacy)";
	case PG_E820_SOFT_RESERVED:
		return "soft reserved";
	default:
		return "unknown";
	}
}

static void show_segments(const struct pg_segment *segments, size_t count,
			  FILE *to)
{
	fputs("segments:\n"
	      "  start               end                 content bytes  "
	      "name\n",
	      to);
	for (size_t i = 0; i < count; i++)
		fprintf(to, "  0x%016" PRIx64 "  0x%016" PRIx64 "  %13zu  %s\n",
			segments[i].address,
			segments[i].address + segments[i].memory_bytes,
			segments[i].content.size, segments[i].name);
}

static void show_e820(const struct pg_map *map, FILE *to)
{
	if (map->count == 0)
		return;
	fputs("memory of the next kernel:\n"
	      "  start               end                 type\n",
	      to);
	for (size_t i = 0; i < map->count; i++)
		fprintf(to, "  0x%016" PRIx64 "  0x%016" PRIx64 "  %s\n",
			map->entries[i].start,
			map->entries[i].start + map->entries[i].bytes,
			e820_name(map->entries[i].type));
}

void pg_show_job(const struct pg_job *job, const struct pg_segment *segments,
		 size_t count, FILE *to)
{
	const struct pg_kernel *kernel = &job->source.kernel;
	char release[PG_KERNEL_RELEASE_BYTES];

	pg_kernel_release(kernel, release);
	fprintf(to, "kernel: %s, ",
		release[0] ? release : "of unknown release");
	if (kernel->format == PG_KERNEL_BZIMAGE)
		fprintf(to, "boot protocol %u.%02u, ", kernel->protocol >> 8,
			kernel->protocol & 0xff);
	fprintf(to, "needs %" PRIu64 " bytes\n", kernel->memory_bytes);
	fprintf(to, "command line: %s\n", job->command_line);
	fprintf(to, "purgatory: 0x%" PRIx64 "\n", pg_plan_purgatory(job->plan));
	if (job->control != SIZE_MAX)
		fprintf(to,
			"kept free for the kernel's page tables: 0x%" PRIx64
			"\n",
			pg_plan_address(job->plan, job->control));
	if (kernel->arch == PG_ARCH_X86_64)
		fprintf(to, "EFI: %s\n",
			job->efi.runtime  ? "with runtime services"
			: job->efi.booted ? "without runtime services"
					  : "no");
	show_segments(segments, count, to);
	show_e820(&job->e820, to);
	for (size_t i = 0; i < job->low_count; i++)
		fprintf(to,
			"saved before the jump: 0x%" PRIx64 ", 0x%" PRIx64
			" bytes\n",
			job->low[i].start, job->low[i].bytes);
	if (job->core)
		pg_elfcorehdr_print(job->core, pg_job_core_bytes(job), to);
}
