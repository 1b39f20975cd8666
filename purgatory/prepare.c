/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes memory what the next kernel expects. All addresses were checked for
 * overlap and reach before the first byte is written. */
#include "purgatory/purgatory.h"

#include <string.h>

#include "purgatorio/arch.h"

enum pg_status pg_fill_memory(const struct pg_context *context, uint64_t *bytes)
{
	const struct pg_manifest *m = context->manifest;
	const struct pg_fill *fills = pg_manifest_fills(m);
	uint32_t i;

	for (i = 0; i < m->fills.count; i++) {
		memset(pg_pointer(pg_manifest_resolve(
			       fills[i].start, fills[i].flags, context->base)),
		       0, fills[i].bytes);
		*bytes += fills[i].bytes;
	}
	return PG_OK;
}

enum pg_status pg_copy_memory(const struct pg_context *context, uint64_t *bytes)
{
	const struct pg_manifest *m = context->manifest;
	const struct pg_copy *copies = pg_manifest_copies(m);
	enum pg_status status = PG_OK;
	uint32_t i;

	if (m->copies.count == 0)
		return PG_OK;
	pg_arch_exceptions(false);
	for (i = 0; i < m->copies.count; i++) {
		const void *source = pg_pointer(copies[i].source);
		void *destination = pg_pointer(pg_manifest_resolve(
			copies[i].destination, copies[i].flags, context->base));

		memcpy(destination, source, copies[i].bytes);
		*bytes += copies[i].bytes;
		if (memcmp(destination, source, copies[i].bytes) == 0)
			continue;
		pg_put("the copy of [");
		pg_put_hex(copies[i].source);
		pg_put(", ");
		pg_put_hex(copies[i].source + copies[i].bytes);
		pg_put(") to ");
		pg_put_hex(pg_address(destination));
		pg_put(" differs from it\n");
		status = PG_E_COMPARE;
	}
	pg_arch_exceptions(true);
	return status;
}
