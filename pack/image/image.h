/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An image from the inside. elf_read.c reads the file, image.c checks what it
 * says about itself and answers questions, image_verify.c hashes, image_print.c
 * and image_json.c show.
 */
#ifndef PURGATORIO_PACK_IMAGE_IMAGE_H
#define PURGATORIO_PACK_IMAGE_IMAGE_H

#include "purgatorio/purgatorio.h"
#include "purgatorio/range.h"

#define PG_IMAGE_SEGMENTS_MAX (PG_PARTS_MAX + 1)

struct pg_image {
	uint32_t arch;
	bool big; /* byte order of the file */
	struct pg_segment segments[PG_IMAGE_SEGMENTS_MAX]; /* by address */
	size_t segment_count;
	struct pg_bytes file; /* capture image: all of it */
	struct pg_bytes head; /* capture image: what stands in front of the
				 one segment; else empty */
	uint64_t purgatory, manifest_address;
	struct pg_bytes constant;     /* of the purgatory: what is hashed */
	uint64_t image_memory_bytes;  /* of the purgatory */
	struct pg_bytes manifest_raw; /* in the target's byte order */
	struct pg_manifest *manifest; /* in the host's, from malloc(3) */
	struct pg_part_view parts[PG_PARTS_MAX];
};

/* Reads the ELF file and its note: arch, big, segments without names, and the
 * two addresses. Statuses as of pg_image_read(). */
enum pg_status pg_image_read_elf(struct pg_bytes file, struct pg_image *image,
				 struct pg_error *error);

/* Is @file an ELF file with the note of an image? */
bool pg_image_recognise(struct pg_bytes file);

/* The content of @image at [@start, +@bytes), which must lie in one segment's
 * content; false otherwise. */
bool pg_image_bytes(const struct pg_image *image, uint64_t start,
		    uint64_t bytes, struct pg_bytes *out);

/* "stop", "8250-port", ...; never NULL. */
const char *pg_policy_name(uint32_t policy);
const char *pg_console_name(uint32_t kind);
const char *pg_kind_name(uint32_t kind);
const char *pg_reset_name(uint32_t kind);
const char *pg_handoff_name(uint32_t protocol);

/* Writes @digest as 64 lower-case hexadecimal digits and a NUL. */
void pg_hex(const uint8_t digest[32], char out[65]);

#endif
