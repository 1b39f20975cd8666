/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this manifest one that can be carried out? The same code answers on the
 * host, before an image is written or loaded, and in the purgatory, before
 * anything is written. The manifest is in native byte order.
 */
#ifndef PURGATORIO_CHECK_H
#define PURGATORIO_CHECK_H

#include "purgatorio/manifest.h"
#include "purgatorio/range.h"
#include "purgatorio/status.h"

/* Where it went wrong, for the message. */
struct pg_check_place {
	const char *what; /* a field or table: "ranges"; never NULL */
	uint32_t index;	  /* in that table; 0 elsewhere */
	uint64_t value;	  /* the offending address, count or number */
};

/*
 * Checks all of @manifest, of which PG_MANIFEST_BYTES_MAX bytes or at least
 * the announced ones can be read. @arch is the PG_ARCH_* that shall carry it
 * out, @image the memory of the purgatory's image without the manifest.
 *
 * PG_OK; PG_E_MAGIC, PG_E_VERSION (a version or flag from the future),
 * PG_E_ARCH, PG_E_SIZE, PG_E_POLICY, PG_E_RANGE, PG_E_ORDER, PG_E_LOG,
 * PG_E_FILL, PG_E_COPY, PG_E_SWAP or PG_E_HANDOFF, and then *@place says
 * where. Digests are not looked at.
 */
enum pg_status pg_manifest_check(const struct pg_manifest *manifest,
				 uint32_t arch, struct pg_span image,
				 struct pg_check_place *place);

/* The first part of the above: magic, version and announced size. What may be
 * read before anything else is known. */
enum pg_status pg_manifest_check_header(const struct pg_manifest *manifest,
					uint32_t arch,
					struct pg_check_place *place);

/* The tables of a manifest whose size was checked. */
static inline const void *pg_manifest_at(const struct pg_manifest *manifest,
					 uint32_t offset)
{
	return (const uint8_t *)manifest + offset;
}

static inline const struct pg_part *
pg_manifest_parts(const struct pg_manifest *manifest)
{
	return pg_manifest_at(manifest, manifest->parts.offset);
}

static inline const struct pg_range *
pg_manifest_ranges(const struct pg_manifest *manifest)
{
	return pg_manifest_at(manifest, manifest->ranges.offset);
}

static inline const struct pg_fill *
pg_manifest_fills(const struct pg_manifest *manifest)
{
	return pg_manifest_at(manifest, manifest->fills.offset);
}

static inline const struct pg_copy *
pg_manifest_copies(const struct pg_manifest *manifest)
{
	return pg_manifest_at(manifest, manifest->copies.offset);
}

/* The absolute address of @start, which counts from @image if @flags say so.
 * Wraps modulo 2^64; callers check spans made of the result. */
static inline uint64_t pg_manifest_resolve(uint64_t start, uint32_t flags,
					   uint64_t image)
{
	return (flags & PG_RELATIVE) ? start + image : start;
}

#endif
