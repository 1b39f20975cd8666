/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "pack/formats/elf64.h"
#include "pack/manifest/manifest_codec.h"
#include "purgatorio/sha256.h"

static void read_structure(const struct pg_fields *fields, const uint8_t *from,
			   bool big, void *to)
{
	uint8_t *at = to;

	for (size_t i = 0; i < fields->count; i++) {
		const struct pg_field *field = &fields->field[i];
		uint32_t word;
		uint64_t doubleword;

		if (!field->integer) {
			memcpy(at, from, field->bytes);
		} else if (field->bytes == sizeof(word)) {
			word = pg_load32(big, from);
			memcpy(at, &word, sizeof(word));
		} else {
			doubleword = pg_load64(big, from);
			memcpy(at, &doubleword, sizeof(doubleword));
		}
		from += field->bytes;
		at += field->bytes;
	}
}

struct named_table {
	const char *name;
	struct pg_table table;
	const struct pg_fields *fields;
	uint32_t max;
};

/* Where every table lies, as @manifest (host order) says. */
#define TABLES 4
static void list_tables(const struct pg_manifest *manifest,
			struct named_table tables[TABLES])
{
	tables[0] = (struct named_table){"parts", manifest->parts,
					 &pg_part_fields, PG_PARTS_MAX};
	tables[1] = (struct named_table){"ranges", manifest->ranges,
					 &pg_range_fields, PG_RANGES_MAX};
	tables[2] = (struct named_table){"fills", manifest->fills,
					 &pg_fill_fields, PG_FILLS_MAX};
	tables[3] = (struct named_table){"copies", manifest->copies,
					 &pg_copy_fields, PG_COPIES_MAX};
}

static enum pg_status check_header(const struct pg_manifest *header,
				   struct pg_bytes from, struct pg_error *error)
{
	struct named_table tables[TABLES];

	if (memcmp(header->magic, PG_MANIFEST_MAGIC, 8) != 0)
		return pg_fail(error, PG_E_MAGIC,
			       "manifest: no magic number; the image is "
			       "damaged, make it again");
	if (header->version != PG_MANIFEST_VERSION)
		return pg_fail(error, PG_E_VERSION,
			       "manifest: version %u and not %u; use the "
			       "purgatorio release that made the image",
			       header->version, PG_MANIFEST_VERSION);
	if (header->bytes < sizeof(*header) ||
	    header->bytes > PG_MANIFEST_BYTES_MAX)
		return pg_fail(
			error, PG_E_SIZE,
			"manifest: %u bytes are impossible; the image is "
			"damaged, make it again",
			header->bytes);
	if (header->bytes > from.size)
		return pg_fail(error, PG_E_TRUNCATED,
			       "manifest: announces %u bytes and its segment "
			       "has %zu; make or copy the image again",
			       header->bytes, from.size);
	list_tables(header, tables);
	for (size_t i = 0; i < TABLES; i++) {
		const struct named_table *t = &tables[i];

		if (t->table.count == 0)
			continue;
		if (t->table.count > t->max || t->table.offset % 8 != 0 ||
		    t->table.offset < sizeof(*header) ||
		    t->table.offset > header->bytes ||
		    t->table.count * t->fields->bytes >
			    header->bytes - t->table.offset)
			return pg_fail(
				error, PG_E_SIZE,
				"manifest: table of %u %s at 0x%x leaves "
				"the manifest; the image is damaged, "
				"make it again",
				t->table.count, t->name, t->table.offset);
	}
	return PG_OK;
}

enum pg_status pg_manifest_read(struct pg_bytes from, bool big,
				struct pg_manifest **out,
				struct pg_error *error)
{
	struct named_table tables[TABLES];
	struct pg_manifest header = {.version = 0}, *manifest;
	enum pg_status status;

	if (from.size < sizeof(header))
		return pg_fail(error, PG_E_TRUNCATED,
			       "manifest: its segment has %zu bytes for it; "
			       "make or copy the image again",
			       from.size);
	read_structure(&pg_manifest_fields, from.data, big, &header);
	status = check_header(&header, from, error);
	if (status != PG_OK)
		return status;
	/* Tables may overlap in a hostile file: each is read from @from, so
	 * that the last one wins and nothing is converted twice. */
	manifest = malloc(header.bytes);
	if (manifest == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "manifest: no memory for %u bytes",
			       header.bytes);
	memset(manifest, 0, header.bytes);
	*manifest = header;
	list_tables(&header, tables);
	for (size_t i = 0; i < TABLES; i++) {
		const struct named_table *t = &tables[i];

		for (uint32_t k = 0; k < t->table.count; k++) {
			size_t at = t->table.offset + k * t->fields->bytes;

			read_structure(t->fields, from.data + at, big,
				       (uint8_t *)manifest + at);
		}
	}
	*out = manifest;
	return PG_OK;
}

void pg_manifest_self_digest(struct pg_bytes constant, struct pg_bytes manifest,
			     uint8_t digest[32])
{
	static const uint8_t zeros[32];
	const size_t at = offsetof(struct pg_manifest, self_sha256);
	struct pg_sha256 context;

	pg_sha256_init(&context, pg_host_features());
	pg_sha256_update(&context, constant.data, constant.size);
	pg_sha256_update(&context, manifest.data, at);
	pg_sha256_update(&context, zeros, sizeof(zeros));
	pg_sha256_update(&context, manifest.data + at + sizeof(zeros),
			 manifest.size - at - sizeof(zeros));
	pg_sha256_final(&context, digest);
}
