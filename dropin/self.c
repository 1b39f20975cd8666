/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In the place of purgatory/self.c: the manifest was made a moment ago of what
 * the loader wrote into our variables, so there is nothing to compare those
 * with. Code and constants were sealed when the drop-in was made.
 */
#include "dropin/dropin.h"

#include <string.h>

#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

/* Written by the tool that wraps the linked image (wrap/), so that it is no
 * constant: a compiler would believe the zeros. */
PG_LOADER uint8_t pg_dropin_seal[PG_SHA256_BYTES] = {0};

static uint8_t computed[PG_SHA256_BYTES];

enum pg_status pg_self_check(const struct pg_context *context, uint64_t *bytes)
{
	const uint64_t covered = context->image->const_bytes;
	struct pg_sha256 sha;

	pg_sha256_init(&sha, context->features);
	pg_sha256_update(&sha, context->image, covered);
	pg_sha256_final(&sha, computed);
	*bytes += covered;
	if (memcmp(computed, pg_dropin_seal, sizeof(computed)) == 0)
		return PG_OK;
	pg_put("\"purgatory\" code [");
	pg_put_hex(context->base);
	pg_put(", ");
	pg_put_hex(context->base + covered);
	pg_put(") is wrong\n  expected ");
	pg_put_digest(pg_dropin_seal);
	pg_put("\n  computed ");
	pg_put_digest(computed);
	pg_put("\n");
	return PG_E_SELF;
}

/* As in purgatory/self.c. */
bool pg_self_proved(const struct pg_context *context)
{
	const uint8_t *sealed = pg_dropin_seal;
	uint8_t difference = 0;
	size_t i;

	(void)context;
	for (i = 0; i < sizeof(computed); i++)
		difference |= (uint8_t)(computed[i] ^ sealed[i]);
	return difference == 0;
}
