/* SPDX-License-Identifier: BSD-2-Clause */
/* Where nothing that was loaded had to be moved out of the way.
 * dropin/s390x/loaded.c has its own. */
#include "dropin/dropin.h"
#include "purgatorio/arch.h"

const uint8_t *__attribute__((weak))
pg_dropin_loaded(uint64_t at, uint64_t *bytes)
{
	(void)bytes;
	return pg_pointer(at);
}
