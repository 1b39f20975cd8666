/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manifest's structures as lists of fields, from which both directions
 * of the conversion follow. manifest.h has no padding anywhere.
 */
#include "pack/manifest/manifest_codec.h"

#define U32             \
	{               \
		4, true \
	}
#define U64             \
	{               \
		8, true \
	}
#define RAW(bytes_)           \
	{                     \
		bytes_, false \
	}

static const struct pg_field manifest[] = {
	RAW(8), U32, U32, U32, U32, RAW(32), /* magic ... self_sha256 */
	U32,	U32, U32, U32, U32, U32,     U32, U32, /* four tables */
	U64,	U64,				       /* swap */
	U32,	U32, U64, U64, U64, U64,     U64,      /* handoff */
	U32,	U32, U64, U32, U32,		       /* console */
	U32,	U32, U64, U32, U32,		       /* console_twin */
	U32,	U32, U64,			       /* reset */
	U64,	U32, U32,			       /* log */
	U32,	U32, U64, /* policy, policy_twin, ticks_per_second */
};
static const struct pg_field part[] = {RAW(24), U64, RAW(32), U32, U32};
static const struct pg_field range[] = {U64, U64, RAW(32), U32, U32};
static const struct pg_field fill[] = {U64, U64, U32, U32};
static const struct pg_field copy[] = {U64, U64, U64, U32, U32};

#define FIELDS(type)                                  \
	const struct pg_fields pg_##type##_fields = { \
		type, sizeof(type) / sizeof(*type), sizeof(struct pg_##type)}

FIELDS(manifest);
FIELDS(part);
FIELDS(range);
FIELDS(fill);
FIELDS(copy);
