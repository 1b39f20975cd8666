/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "pack/formats/elf64.h"
#include "pack/manifest/manifest_codec.h"

static void write_structure(const struct pg_fields *fields, const void *from,
			    bool big, uint8_t *to)
{
	const uint8_t *at = from;

	for (size_t i = 0; i < fields->count; i++) {
		const struct pg_field *field = &fields->field[i];
		uint32_t word;
		uint64_t doubleword;

		if (!field->integer) {
			memcpy(to, at, field->bytes);
		} else if (field->bytes == sizeof(word)) {
			memcpy(&word, at, sizeof(word));
			pg_store32(big, to, word);
		} else {
			memcpy(&doubleword, at, sizeof(doubleword));
			pg_store64(big, to, doubleword);
		}
		at += field->bytes;
		to += field->bytes;
	}
}

static void write_table(const struct pg_manifest *manifest,
			struct pg_table table, const struct pg_fields *fields,
			bool big, uint8_t *out)
{
	const uint8_t *from = (const uint8_t *)manifest + table.offset;

	for (uint32_t i = 0; i < table.count; i++)
		write_structure(fields, from + i * fields->bytes, big,
				out + table.offset + i * fields->bytes);
}

void pg_manifest_write(const struct pg_manifest *manifest, bool big,
		       uint8_t *out)
{
	memset(out, 0, manifest->bytes);
	write_structure(&pg_manifest_fields, manifest, big, out);
	write_table(manifest, manifest->parts, &pg_part_fields, big, out);
	write_table(manifest, manifest->ranges, &pg_range_fields, big, out);
	write_table(manifest, manifest->fills, &pg_fill_fields, big, out);
	write_table(manifest, manifest->copies, &pg_copy_fields, big, out);
}
