/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `purgatorio inspect --json`: one object. Addresses are strings ("0x..."),
 * because JSON readers round numbers above 2^53; lengths are numbers.
 */
#include <inttypes.h>

#include "pack/capture/capture.h"
#include "pack/formats/kernel_formats.h"
#include "pack/image/image.h"

static void json_string(FILE *to, const char *text)
{
	fputc('"', to);
	for (const unsigned char *c = (const void *)text; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(to, "\\%c", *c);
		else if (*c < 0x20 || *c >= 0x7f)
			fprintf(to, "\\u%04x", *c);
		else
			fputc(*c, to);
	}
	fputc('"', to);
}

static void json_head(const struct pg_image *image, FILE *to)
{
	const struct pg_manifest *m = image->manifest;
	char hex[65];

	pg_hex(m->self_sha256, hex);
	fprintf(to, "{\n  \"arch\": \"%s\",\n  \"version\": %u,\n",
		pg_arch_name(image->arch), m->version);
	fprintf(to, "  \"byte_order\": \"%s\",\n",
		image->big ? "big" : "little");
	fprintf(to, "  \"purgatory\": \"0x%" PRIx64 "\",\n", image->purgatory);
	fprintf(to,
		"  \"manifest\": {\"address\": \"0x%" PRIx64
		"\", \"bytes\": %u, \"self_sha256\": \"%s\"},\n",
		image->manifest_address, m->bytes, hex);
	fprintf(to,
		"  \"handoff\": {\"protocol\": \"%s\", \"entry\": \"0x%" PRIx64
		"\", \"arguments\": [\"0x%" PRIx64 "\", \"0x%" PRIx64
		"\", \"0x%" PRIx64 "\", \"0x%" PRIx64 "\"]},\n",
		pg_handoff_name(m->handoff.protocol), m->handoff.entry,
		m->handoff.args[0], m->handoff.args[1], m->handoff.args[2],
		m->handoff.args[3]);
	fprintf(to,
		"  \"console\": {\"kind\": \"%s\", \"address\": \"0x%" PRIx64
		"\", \"baud\": %u, \"stride\": %u},\n",
		pg_console_name(m->console.kind), m->console.address,
		m->console.baud, m->console.stride);
	fprintf(to, "  \"on_mismatch\": \"%s\",\n", pg_policy_name(m->policy));
	fprintf(to,
		"  \"reset\": {\"kind\": \"%s\", \"address\": \"0x%" PRIx64
		"\", \"value\": %u},\n",
		pg_reset_name(m->reset.kind), m->reset.address, m->reset.value);
	fprintf(to,
		"  \"log\": {\"address\": \"0x%" PRIx64 "\", \"bytes\": %u},\n",
		m->log.start, m->log.bytes);
}

/* Begins entry @index of an array. */
static void json_entry(FILE *to, size_t index)
{
	fprintf(to, "%s    {", index == 0 ? "" : ",\n");
}

static void json_segments(const struct pg_image *image, FILE *to)
{
	fprintf(to, "  \"segments\": [\n");
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct pg_segment *s = &image->segments[i];

		json_entry(to, i);
		fprintf(to, "\"name\": ");
		json_string(to, s->name);
		fprintf(to,
			", \"address\": \"0x%" PRIx64
			"\", \"content_bytes\": %zu, \"memory_bytes\": %" PRIu64
			"}",
			s->address, s->content.size, s->memory_bytes);
	}
	fprintf(to, "\n  ],\n");
}

static void json_parts(const struct pg_image *image, FILE *to)
{
	char hex[65];

	fprintf(to, "  \"parts\": [\n");
	for (size_t i = 0; i < pg_image_part_count(image); i++) {
		const struct pg_part_view *part = &image->parts[i];

		json_entry(to, i);
		fprintf(to, "\"name\": ");
		json_string(to, part->name);
		pg_hex(part->sha256, hex);
		fprintf(to,
			", \"kind\": \"%s\", \"address\": \"0x%" PRIx64
			"\", \"bytes\": %zu, \"sha256\": \"%s\", "
			"\"first_range\": %zu, \"ranges\": %zu}",
			pg_kind_name(part->kind), part->address,
			part->content.size, hex, part->first_range,
			part->range_count);
	}
	fprintf(to, "\n  ],\n  \"ranges\": [\n");
	for (size_t i = 0; i < pg_image_range_count(image); i++) {
		struct pg_range range = pg_image_range(image, i);

		json_entry(to, i);
		pg_hex(range.sha256, hex);
		fprintf(to,
			"\"part\": %u, \"address\": \"0x%" PRIx64
			"\", \"bytes\": %" PRIu64
			", \"verify\": %s, \"sha256\": \"%s\"}",
			range.part, range.start, range.bytes,
			range.flags & PG_RANGE_SKIP ? "false" : "true", hex);
	}
	fprintf(to, "\n  ],\n");
}

static void json_actions(const struct pg_image *image, FILE *to)
{
	fprintf(to, "  \"fills\": [\n");
	for (size_t i = 0; i < pg_image_fill_count(image); i++) {
		struct pg_fill fill = pg_image_fill(image, i);

		json_entry(to, i);
		fprintf(to,
			"\"address\": \"0x%" PRIx64 "\", \"bytes\": %" PRIu64
			"}",
			fill.start, fill.bytes);
	}
	fprintf(to, "\n  ],\n  \"copies\": [\n");
	for (size_t i = 0; i < pg_image_copy_count(image); i++) {
		struct pg_copy copy = pg_image_copy(image, i);

		json_entry(to, i);
		fprintf(to,
			"\"source\": \"0x%" PRIx64
			"\", \"destination\": \"0x%" PRIx64
			"\", \"bytes\": %" PRIu64 "}",
			copy.source, copy.destination, copy.bytes);
	}
	fprintf(to,
		"\n  ],\n  \"swap\": {\"address\": \"0x%" PRIx64
		"\", \"bytes\": %" PRIu64 "}",
		image->manifest->swap_start, image->manifest->swap_bytes);
}

enum pg_status pg_image_print_json(const struct pg_image *image, FILE *to,
				   struct pg_error *error)
{
	json_head(image, to);
	json_segments(image, to);
	json_parts(image, to);
	json_actions(image, to);
	pg_capture_print_json(image, to);
	fprintf(to, "\n}\n");
	if (fflush(to) != 0 || ferror(to))
		return pg_fail(error, PG_E_IO,
			       "image: the description cannot be written; is "
			       "there space?");
	return PG_OK;
}
