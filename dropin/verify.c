/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In the place of purgatory/verify.c: the loader gave one digest over all its
 * regions in order, so they are hashed as one message. One digest cannot tell
 * which region is wrong. What can be told is told: each region with what it is
 * and with a digest of its own, for a person to compare with the file that it
 * came from; and every region whose content contradicts itself, by its name.
 */
#include "dropin/dropin.h"

#include <string.h>

#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

static void say_span(const struct pg_loader_region *region)
{
	pg_put(" [");
	pg_put_hex(region->start);
	pg_put(", ");
	pg_put_hex(region->start + region->bytes);
	pg_put(")");
}

static void absorb(struct pg_sha256 *sha, uint64_t at, uint64_t bytes)
{
	while (bytes > 0) {
		uint64_t here = bytes;
		const uint8_t *from = pg_dropin_loaded(at, &here);

		pg_sha256_update(sha, from, here);
		at += here;
		bytes -= here;
	}
}

static void say_region(const struct pg_context *context, size_t index)
{
	const struct pg_loader_region *region =
		&pg_dropin_asked()->regions[index];
	const struct pg_dropin_name *name = pg_dropin_name(index);
	uint8_t digest[PG_SHA256_BYTES];
	struct pg_sha256 sha;

	pg_sha256_init(&sha, context->features);
	absorb(&sha, region->start + name->own_bytes,
	       name->content_bytes - name->own_bytes);
	pg_sha256_final(&sha, digest);
	pg_put("  holds \"");
	pg_put(name->name);
	pg_put("\"");
	say_span(region);
	pg_put("\n    ");
	pg_put_dec(name->content_bytes - name->own_bytes);
	pg_put(" bytes");
	if (name->own_bytes) {
		pg_put(" behind the first ");
		pg_put_dec(name->own_bytes);
	}
	pg_put(", sha256 ");
	pg_put_digest(digest);
	pg_put("\n");
}

/* Says which regions contradict themselves; how many. */
static unsigned say_doubts(void)
{
	const struct pg_request *asked = pg_dropin_asked();
	unsigned wrong = 0;
	size_t i;

	for (i = 0; i < PG_LOADER_REGIONS; i++) {
		uint64_t at = asked->regions[i].start;
		const char *doubt = asked->regions[i].bytes
					    ? pg_dropin_doubt(asked, i, &at)
					    : NULL;

		if (!doubt)
			continue;
		wrong++;
		pg_put("part \"");
		pg_put(pg_dropin_name(i)->name);
		pg_put("\" is wrong");
		say_span(&asked->regions[i]);
		pg_put("\n  at ");
		pg_put_hex(at);
		pg_put(": ");
		pg_put(doubt);
		pg_put("\n");
	}
	return wrong;
}

static void say_wrong(const struct pg_context *context,
		      const uint8_t digest[PG_SHA256_BYTES])
{
	const struct pg_request *asked = pg_dropin_asked();
	struct pg_console customary;
	size_t i;

	/* Who loaded us named no console, and the next kernel has none that
	 * we know: this has to be heard all the same. */
	if (context->manifest->console.kind == PG_CONSOLE_NONE) {
		customary = pg_arch_console_default();
		(void)pg_arch_console_open(&customary);
	}
	pg_put("the digest over all that was loaded is wrong\n  expected ");
	pg_put_digest(asked->digest);
	pg_put("\n  computed ");
	pg_put_digest(digest);
	pg_put("\n");
	for (i = 0; i < PG_LOADER_REGIONS; i++)
		if (asked->regions[i].bytes)
			say_region(context, i);
	if (say_doubts() == 0)
		pg_put("no content contradicts itself: compare each sha256 "
		       "with its file's (purgatorio-retrofit(8))\n");
}

enum pg_status pg_verify(const struct pg_context *context, uint64_t *bytes)
{
	const struct pg_request *asked = pg_dropin_asked();
	uint8_t digest[PG_SHA256_BYTES];
	struct pg_sha256 sha;
	size_t i;

	if (asked->unchecked) {
		if (!context->asking)
			pg_put("verify: not wanted by the loader\n");
		return PG_OK;
	}
	pg_sha256_init(&sha, context->features);
	for (i = 0; i < PG_LOADER_REGIONS; i++) {
		absorb(&sha, asked->regions[i].start, asked->regions[i].bytes);
		*bytes += asked->regions[i].bytes;
	}
	pg_sha256_final(&sha, digest);
	if (memcmp(digest, asked->digest, sizeof(digest)) == 0)
		return PG_OK;
	say_wrong(context, digest);
	return PG_E_DIGEST;
}
