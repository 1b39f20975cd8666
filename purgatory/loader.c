/* SPDX-License-Identifier: BSD-2-Clause */
/* An image was loaded by somebody who has something to say to the kernel. What
 * that is, only the architecture knows; here is where it is talked about. */
#include "purgatory/purgatory.h"

#include "purgatorio/arch.h"

enum pg_status __attribute__((weak))
pg_arch_loader_check(const struct pg_manifest *manifest, uint64_t base,
		     struct pg_check_place *place)
{
	(void)manifest;
	(void)base;
	(void)place;
	return PG_OK;
}

enum pg_status __attribute__((weak))
pg_arch_loader_merge(const struct pg_manifest *manifest, uint64_t base,
		     struct pg_handoff *handoff, struct pg_check_place *place)
{
	(void)manifest;
	(void)base;
	(void)handoff;
	(void)place;
	return PG_OK;
}

/* Field by field: a constant structure with a pointer in it would need a
 * relocation. */
static void begin(struct pg_check_place *place)
{
	place->what = "";
	place->index = 0;
	place->value = 0;
}

static void say(const struct pg_check_place *place)
{
	pg_put("loader: ");
	pg_put(place->what);
	if (place->value) {
		pg_put(" ");
		pg_put_hex(place->value);
	}
	pg_put("\n");
}

enum pg_status pg_check_loader(const struct pg_context *context)
{
	struct pg_check_place place;
	enum pg_status status;

	begin(&place);
	status = pg_arch_loader_check(context->manifest, context->base, &place);
	if (status != PG_OK)
		say(&place);
	return status;
}

void pg_merge_loader(const struct pg_context *context,
		     struct pg_handoff *handoff)
{
	struct pg_check_place place;
	enum pg_status status;

	begin(&place);
	status = pg_arch_loader_merge(context->manifest, context->base, handoff,
				      &place);
	if (place.what[0] != '\0')
		say(&place);
	if (status != PG_OK)
		pg_failed(context, status);
}
