/* SPDX-License-Identifier: BSD-2-Clause */
/* Consoles: the hypervisor's virtual terminal on PAPR machines, OPAL's console
 * on bare metal. Both are calls into firmware; nothing is waited for without
 * a bound. */
#include "arch/ppc64/ppc64.h"

#include "purgatorio/arch.h"

/* PAPR 16.6 and table 31. */
#define H_PUT_TERM_CHAR 0x58
#define H_SUCCESS	0
#define H_BUSY		1
#define H_LONG_FIRST	9900
#define H_LONG_LAST	9905
#define BUSY_MOST	1000000 /* tries before a byte is dropped */
#define DROPS_MOST	4	/* dropped in a row: it is given up */

static uint32_t kind; /* PG_CONSOLE_* of what is open */
static uint64_t unit;
static unsigned drops;
static bool calling; /* inside OPAL, which may never return */

static bool busy(int64_t result)
{
	return result == H_BUSY ||
	       (result >= H_LONG_FIRST && result <= H_LONG_LAST);
}

/* With no character: only asks whether there is such a terminal. */
static bool hvterm_put(const char *c)
{
	const uint64_t packed = c ? (uint64_t)(uint8_t)*c << 56 : 0;
	int64_t result;
	unsigned tries = 0;

	do {
		result = pg_ppc64_hcall(H_PUT_TERM_CHAR, unit, c ? 1 : 0,
					packed, 0);
	} while (busy(result) && ++tries < BUSY_MOST);
	return result == H_SUCCESS || (!c && busy(result));
}

enum pg_status pg_arch_console_open(const struct pg_console *console)
{
	const bool hypervisor = ppc64_mfmsr() & MSR_HV;

	struct pg_console own;

	kind = PG_CONSOLE_NONE;
	drops = 0;
	switch (console->kind) {
	case PG_CONSOLE_NONE:
		return PG_OK;
	case PG_CONSOLE_HVTERM:
		unit = console->address;
		if (hypervisor || !hvterm_put(NULL))
			return PG_E_CONSOLE;
		break;
	case PG_CONSOLE_OPAL:
		if (!hypervisor || !pg_ppc64_opal_open(console->address))
			return PG_E_CONSOLE;
		break;
	case PG_CONSOLE_FIRMWARE:
		own = pg_arch_console_default();
		own.address = console->address;
		return pg_arch_console_open(&own);
	default:
		return PG_E_CONSOLE;
	}
	kind = console->kind;
	return PG_OK;
}

/* PAPR's "partition console" is terminal 0. */
struct pg_console pg_arch_console_default(void)
{
	return (struct pg_console){.kind = ppc64_mfmsr() & MSR_HV
						   ? PG_CONSOLE_OPAL
						   : PG_CONSOLE_HVTERM};
}

void pg_arch_putc(char c)
{
	if (kind == PG_CONSOLE_OPAL) {
		calling = true;
		pg_ppc64_opal_putc(c);
		calling = false;
	} else if (kind == PG_CONSOLE_HVTERM) {
		drops = hvterm_put(&c) ? 0 : drops + 1;
		if (drops == DROPS_MOST)
			kind = PG_CONSOLE_NONE;
	}
}

void pg_ppc64_console_broken(void)
{
	if (calling)
		kind = PG_CONSOLE_NONE;
}
