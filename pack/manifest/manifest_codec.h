/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manifest between host byte order, as struct pg_manifest with its tables
 * behind it, and the target's, as bytes.
 */
#ifndef PURGATORIO_PACK_MANIFEST_MANIFEST_CODEC_H
#define PURGATORIO_PACK_MANIFEST_MANIFEST_CODEC_H

#include <stdbool.h>

#include "purgatorio/purgatorio.h"

/* Writes @manifest, whose tables lie inside of its `bytes`, in the byte order
 * that @big says. @out has room for `bytes`. */
void pg_manifest_write(const struct pg_manifest *manifest, bool big,
		       uint8_t *out);

/* Reads the manifest that begins at @from, of which @from.size bytes may be
 * read, into memory from malloc(3). Only what this needs is checked; see
 * pg_manifest_check() for the rest. PG_E_TRUNCATED, PG_E_MAGIC, PG_E_VERSION,
 * PG_E_SIZE, PG_E_NO_MEMORY. */
enum pg_status pg_manifest_read(struct pg_bytes from, bool big,
				struct pg_manifest **out,
				struct pg_error *error);

/* SHA-256 of the image's constant bytes and of the manifest at @bytes, which
 * is in the target's byte order, with its digest taken as zeros. */
void pg_manifest_self_digest(struct pg_bytes constant, struct pg_bytes manifest,
			     uint8_t digest[32]);

/* One field: how many bytes, and whether they are an integer. */
struct pg_field {
	uint8_t bytes;
	bool integer;
};

/* The fields of one structure, in order and without gaps. */
struct pg_fields {
	const struct pg_field *field;
	size_t count;
	size_t bytes; /* of the structure */
};

extern const struct pg_fields pg_manifest_fields;
extern const struct pg_fields pg_part_fields;
extern const struct pg_fields pg_range_fields;
extern const struct pg_fields pg_fill_fields;
extern const struct pg_fields pg_copy_fields;

#endif
