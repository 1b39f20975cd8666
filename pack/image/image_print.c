/* SPDX-License-Identifier: BSD-2-Clause */
/* `purgatorio inspect`, for people. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/formats/kernel_formats.h"
#include "pack/image/image.h"

/* Names come from the file: nothing of them may steer a terminal. */
static const char *clean(const char *name, char out[24])
{
	size_t i;

	for (i = 0; i < 23 && name[i] != '\0'; i++)
		out[i] =
			(char)(name[i] > ' ' && name[i] <= '~' ? name[i] : '?');
	out[i] = '\0';
	return out;
}

static void print_size(FILE *to, uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	uint64_t unit = 1;
	size_t i = 0;

	while (i < 4 && bytes / unit >= 1024) {
		unit *= 1024;
		i++;
	}
	if (i == 0)
		fprintf(to, "%6" PRIu64 " B  ", bytes);
	else
		fprintf(to, "%6.1f %s", (double)bytes / (double)unit, units[i]);
}

static void print_console(const struct pg_console *console, FILE *to)
{
	fprintf(to, "%s", pg_console_name(console->kind));
	if (console->kind == PG_CONSOLE_NONE) {
		fprintf(to, "\n");
		return;
	}
	fprintf(to, " at 0x%" PRIx64, console->address);
	if (console->stride > 1)
		fprintf(to, ", registers %u bytes apart", console->stride);
	if (console->baud != 0)
		fprintf(to, ", %u baud\n", console->baud);
	else
		fprintf(to, ", speed as it is\n");
}

static void print_head(const struct pg_image *image, FILE *to)
{
	const struct pg_manifest *m = image->manifest;
	char hex[65];

	pg_hex(m->self_sha256, hex);
	fprintf(to, "purgatorio image for %s, version %u\n",
		pg_arch_name(image->arch), m->version);
	fprintf(to, "purgatory  0x%" PRIx64 "\n", image->purgatory);
	fprintf(to, "manifest   0x%" PRIx64 ", %u bytes\n",
		image->manifest_address, m->bytes);
	fprintf(to, "self       sha256 %s\n", hex);
	fprintf(to, "handoff    %s, entry 0x%" PRIx64,
		pg_handoff_name(m->handoff.protocol), m->handoff.entry);
	for (size_t i = 0; i < 4; i++)
		if (i == 0 || m->handoff.args[i] != 0)
			fprintf(to, ", argument %zu 0x%" PRIx64, i,
				m->handoff.args[i]);
	fprintf(to, "\nconsole    ");
	print_console(&m->console, to);
	fprintf(to, "mismatch   %s\n", pg_policy_name(m->policy));
	fprintf(to, "reset      %s", pg_reset_name(m->reset.kind));
	if (m->reset.kind == PG_RESET_PORT || m->reset.kind == PG_RESET_MMIO)
		fprintf(to, ", 0x%02x to 0x%" PRIx64, m->reset.value,
			m->reset.address);
	fprintf(to, "\n");
	if (m->log.bytes != 0)
		fprintf(to, "log        0x%" PRIx64 ", %u bytes\n",
			m->log.start, m->log.bytes);
}

static void print_segments(const struct pg_image *image, FILE *to)
{
	char name[24];

	fprintf(to, "\nSEGMENTS\n%-23s %18s %12s %12s\n", "name", "address",
		"content", "memory");
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct pg_segment *s = &image->segments[i];

		fprintf(to, "%-23s 0x%016" PRIx64 " %12zu %12" PRIu64 "\n",
			clean(s->name, name), s->address, s->content.size,
			s->memory_bytes);
	}
}

static void print_parts(const struct pg_image *image, FILE *to)
{
	char name[24], hex[65];

	fprintf(to, "\nPARTS\n%-23s %18s %12s  %s\n", "name", "address",
		"bytes", "sha256 of the whole");
	for (size_t i = 0; i < pg_image_part_count(image); i++) {
		const struct pg_part_view *part = &image->parts[i];

		pg_hex(part->sha256, hex);
		fprintf(to, "%-23s 0x%016" PRIx64 " %12zu  %s\n",
			clean(part->name, name), part->address,
			part->content.size, hex);
	}
	fprintf(to, "\nRANGES\n%-23s %18s %12s  %s\n", "part", "address",
		"bytes", "sha256");
	for (size_t i = 0; i < pg_image_range_count(image); i++) {
		struct pg_range range = pg_image_range(image, i);

		pg_hex(range.sha256, hex);
		fprintf(to, "%-23s 0x%016" PRIx64 " %12" PRIu64 "  %s%s\n",
			clean(image->parts[range.part].name, name), range.start,
			range.bytes, hex,
			range.flags & PG_RANGE_SKIP ? " (not verified)" : "");
	}
}

static void print_actions(const struct pg_image *image, FILE *to)
{
	for (size_t i = 0; i < pg_image_fill_count(image); i++) {
		struct pg_fill fill = pg_image_fill(image, i);

		fprintf(to, "%s0x%016" PRIx64 " %12" PRIu64 " bytes\n",
			i == 0 ? "\nFILLS WITH ZEROS\n" : "", fill.start,
			fill.bytes);
	}
	for (size_t i = 0; i < pg_image_copy_count(image); i++) {
		struct pg_copy copy = pg_image_copy(image, i);

		fprintf(to,
			"%s0x%016" PRIx64 " to 0x%016" PRIx64 " %12" PRIu64
			" bytes\n",
			i == 0 ? "\nCOPIES\n" : "", copy.source,
			copy.destination, copy.bytes);
	}
	if (image->manifest->swap_bytes != 0)
		fprintf(to,
			"\nSWAP\n0x%016" PRIx64 " with 0x%016x %12" PRIu64
			" bytes\n",
			image->manifest->swap_start, 0,
			image->manifest->swap_bytes);
}

static void map_line(FILE *to, uint64_t start, uint64_t bytes, const char *what)
{
	if (bytes == 0)
		return;
	fprintf(to, "0x%016" PRIx64 "-0x%016" PRIx64 "  ", start,
		start + bytes - 1);
	print_size(to, bytes);
	fprintf(to, "  %s\n", what);
}

static void map_segment(const struct pg_image *image,
			const struct pg_segment *segment, FILE *to)
{
	uint64_t start = segment->address;
	uint64_t content = segment->content.size;
	uint64_t memory = segment->memory_bytes;
	char what[64], name[24];

	clean(segment->name, name);
	if (start != image->purgatory) {
		map_line(to, start, content, name);
		snprintf(what, sizeof(what), "%s%s", name,
			 content == 0 ? ", written later" : ", behind it");
		map_line(to, start + content, memory - content, what);
		return;
	}
	map_line(to, start, image->constant.size,
		 "purgatory, code and constants");
	map_line(to, start + image->constant.size,
		 image->image_memory_bytes - image->constant.size,
		 "purgatory, data and stack");
	start += image->image_memory_bytes;
	map_line(to, start, image->manifest->bytes, "manifest");
	start += image->manifest->bytes;
	map_line(to, start, segment->address + memory - start,
		 "manifest, behind it");
}

static void print_map(const struct pg_image *image, FILE *to)
{
	uint64_t end = 0;

	fprintf(to, "\nMEMORY MAP\n");
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct pg_segment *segment = &image->segments[i];

		if (i != 0)
			map_line(to, end, segment->address - end, "-");
		map_segment(image, segment, to);
		end = segment->address + segment->memory_bytes;
	}
}

enum pg_status pg_image_print(const struct pg_image *image, FILE *to,
			      struct pg_error *error)
{
	print_head(image, to);
	print_segments(image, to);
	print_parts(image, to);
	print_actions(image, to);
	print_map(image, to);
	pg_capture_print(image, to);
	if (fflush(to) != 0 || ferror(to))
		return pg_fail(error, PG_E_IO,
			       "image: the description cannot be written; is "
			       "there space?");
	return PG_OK;
}
