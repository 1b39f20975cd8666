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

/* What an interruption may write; the second, only a machine check. */
static const struct {
	uint16_t start, end;
} spans[] = {{LOWCORE_INTERRUPTION, LOWCORE_INTERRUPTION_END},
	     {LOWCORE_SAVE_AREA, LOWCORE_SAVE_AREA_END}};
#define SPANS (sizeof(spans) / sizeof(spans[0]))

static uint8_t kept[LOWCORE_INTERRUPTION_END - LOWCORE_INTERRUPTION +
		    LOWCORE_SAVE_AREA_END - LOWCORE_SAVE_AREA]
	__attribute__((aligned(8)));
static size_t taken; /* how many of the spans are kept, one behind the other */

static size_t length(size_t span)
{
	return spans[span].end - spans[span].start;
}

static void set_psw(unsigned class)
{
	struct s390x_psw *psw =
		s390x_lowcore(LOWCORE_NEW_PSWS + class * sizeof(*psw));

	psw->mask = S390X_PSW_64BIT;
	psw->address = pg_address(&pg_s390x_stubs[class]);
}

void pg_s390x_lowcore_take(void)
{
	uint8_t *to = kept;
	unsigned class;
	size_t i;

	taken = pg_s390x_going ? SPANS : 1;
	for (i = 0; i < taken; i++) {
		memcpy(to, s390x_lowcore(spans[i].start), length(i));
		to += length(i);
	}
	if (!pg_s390x_going) {
		set_psw(S390X_EXTERNAL);
		set_psw(S390X_PROGRAM);
		return;
	}
	/* No machine-check extended save area: what lies at the address that
	 * the dead kernel left there is its own. */
	memset(s390x_lowcore(LOWCORE_SAVE_AREA), 0, length(1));
	for (class = 0; class < S390X_CLASSES; class ++)
		set_psw(class);
}

void pg_s390x_lowcore_give(void)
{
	const uint8_t *from = kept;
	size_t i;

	for (i = 0; i < taken; i++) {
		memcpy(s390x_lowcore(spans[i].start), from, length(i));
		from += length(i);
	}
	taken = 0;
}

const uint8_t *pg_s390x_lowcore_found(uint64_t at, uint64_t *bytes)
{
	const uint8_t *found = kept;
	uint64_t end = UINT64_MAX;
	size_t i;

	for (i = 0; i < taken && at >= spans[i].end; i++)
		found += length(i);
	if (i < taken)
		end = at < spans[i].start ? spans[i].start : spans[i].end;
	if (*bytes > end - at)
		*bytes = end - at;
	return i < taken && at >= spans[i].start ? found + (at - spans[i].start)
						 : s390x_lowcore(at);
}
