/* SPDX-License-Identifier: BSD-2-Clause */
/* Purgatory checks itself before it judges others. */
#include "purgatory/purgatory.h"

#include <string.h>

#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

static uint8_t computed[PG_SHA256_BYTES];

/* PROTOCOL.md, "The digest over the purgatory": code and constants, then the
 * manifest in which the digest itself counts as zero. */
enum pg_status pg_self_check(const struct pg_context *context, uint64_t *bytes)
{
	static const uint8_t zero[PG_SHA256_BYTES];
	const struct pg_manifest *manifest = context->manifest;
	const size_t before = offsetof(struct pg_manifest, self_sha256);
	const size_t after = before + sizeof(manifest->self_sha256);
	struct pg_sha256 sha;

	pg_sha256_init(&sha, context->features);
	pg_sha256_update(&sha, context->image, context->image->const_bytes);
	pg_sha256_update(&sha, manifest, before);
	pg_sha256_update(&sha, zero, sizeof(zero));
	pg_sha256_update(&sha, pg_manifest_at(manifest, (uint32_t)after),
			 manifest->bytes - after);
	pg_sha256_final(&sha, computed);
	*bytes += context->image->const_bytes + manifest->bytes;
	if (memcmp(computed, manifest->self_sha256, sizeof(computed)) == 0)
		return PG_OK;

	pg_put("\"purgatory\" code [");
	pg_put_hex(context->base);
	pg_put(", ");
	pg_put_hex(context->base + context->image->const_bytes);
	pg_put(") or \"manifest\" [");
	pg_put_hex(pg_address(manifest));
	pg_put(", ");
	pg_put_hex(pg_address(manifest) + manifest->bytes);
	pg_put(") is wrong\n");
	pg_put("  expected ");
	pg_put_digest(manifest->self_sha256);
	pg_put("\n  computed ");
	pg_put_digest(computed);
	pg_put("\n");
	return PG_E_SELF;
}

/* One wrong instruction may pass over the check, or turn its answer round: then
 * this finds that the digest is not there, or is another one. It has a loop of
 * its own, so that memcmp() is not believed twice. */
bool pg_self_proved(const struct pg_context *context)
{
	const uint8_t *sealed = context->manifest->self_sha256;
	uint8_t difference = 0;
	size_t i;

	for (i = 0; i < sizeof(computed); i++)
		difference |= (uint8_t)(computed[i] ^ sealed[i]);
	return difference == 0;
}
