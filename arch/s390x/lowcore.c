/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lowcore is where interruptions come from and go to, and it is not ours.
 * In the first call it is a living kernel's, at its prefix: we put in our own
 * new PSWs for program checks, which can only be our own, and for the service
 * signals that we wait for; machine checks stay the kernel's. In the second
 * call it is absolute storage, in which the dead kernel left every CPU's
 * status: all PSWs are ours, and whatever an interruption may write is kept
 * and put back, since the dump shall show it.
 */
#include "arch/s390x/s390x.h"

#include <string.h>

#include "purgatorio/arch.h"

static uint8_t kept[LOWCORE_SAVE_AREA_END] __attribute__((aligned(8)));
static uint64_t first, end; /* what of it is kept; end 0: nothing */

static void set_psw(unsigned class)
{
	struct s390x_psw *psw =
		s390x_lowcore(LOWCORE_NEW_PSWS + class * sizeof(*psw));

	psw->mask = S390X_PSW_64BIT;
	psw->address = pg_address(&pg_s390x_stubs[class]);
}

void pg_s390x_lowcore_take(void)
{
	unsigned class;

	first = pg_s390x_going ? 0 : LOWCORE_INTERRUPTION;
	end = pg_s390x_going ? LOWCORE_SAVE_AREA_END : LOWCORE_INTERRUPTION_END;
	memcpy(kept + first, s390x_lowcore(first), end - first);
	if (!pg_s390x_going) {
		set_psw(S390X_EXTERNAL);
		set_psw(S390X_PROGRAM);
		return;
	}
	/* No machine-check extended save area: what lies at the address that
	 * the dead kernel left there is its own. */
	memset(s390x_lowcore(0), 0, LOWCORE_SAVE_AREA_END);
	for (class = 0; class < S390X_CLASSES; class ++)
		set_psw(class);
}

void pg_s390x_lowcore_give(void)
{
	memcpy(s390x_lowcore(first), kept + first, end - first);
	end = 0;
}
