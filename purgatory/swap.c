/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capture kernel of an s390x machine runs at 0: the crash region, where it
 * was loaded, changes places with the memory of the dead kernel that is there.
 * Two pieces are left to pg_arch_enter(), since they are in use until then:
 * the lowcore, and the purgatory with its manifest. check_swap.c has made sure
 * that they are two, and that all that was loaded lies in the crash region.
 */
#include "purgatory/purgatory.h"

#include <string.h>

#include "purgatorio/arch.h"

#define STEP_BYTES 4096

static uint8_t buffer[STEP_BYTES] __attribute__((aligned(STEP_BYTES)));

/* [@start, @end) of low memory with the same offsets of the crash region. */
static void exchange(uint64_t swap_start, uint64_t start, uint64_t end)
{
	while (start < end) {
		const size_t bytes =
			end - start < STEP_BYTES ? end - start : STEP_BYTES;
		void *low = pg_pointer(start);
		void *high = pg_pointer(swap_start + start);

		memcpy(buffer, low, bytes);
		memcpy(low, high, bytes);
		memcpy(high, buffer, bytes);
		start += bytes;
	}
}

enum pg_status pg_swap_memory(const struct pg_context *context, uint64_t *bytes)
{
	const struct pg_manifest *m = context->manifest;
	const uint64_t own = context->base - m->swap_start;
	const uint64_t own_bytes = context->image->memory_bytes + m->bytes;

	exchange(m->swap_start, PG_SWAP_LOWCORE_BYTES, own);
	exchange(m->swap_start, own + own_bytes, m->swap_bytes);
	pg_log_moved(-m->swap_start);
	*bytes += m->swap_bytes;
	return PG_OK;
}
