/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables of our own: with the MMU off, all memory is Device memory, and
 * hashing a kernel takes minutes. They map each address to itself, and nothing
 * that the manifest does not name: a speculative access to anything else (a
 * device, secure memory, memory that has failed) could raise an SError.
 *
 * 4 KiB granule, 48 bits: four levels, 1 GiB and 2 MiB blocks where a span
 * has them (ARM ARM D8.2.8, D8.3).
 */
#include "arch/arm64/arm64.h"
#include "arch/arm64/cpu.h"

#include <stddef.h>

#include "purgatorio/arch.h"

#define LEVELS		   4
#define ENTRIES		   512
#define LEVEL_SHIFT(level) (12 + 9 * (3 - (level)))
#define ADDRESS_BITS	   48

/* A span takes two tables at most where it is not a multiple of 2 MiB, and
 * whatever is needed to lead there: enough for a dozen that lie far apart. */
#define TABLES 32

/* Descriptors: ARM ARM D8.3. */
#define ENTRY_VALID	  UINT64_C(0x1)
#define ENTRY_TABLE	  UINT64_C(0x3)	     /* levels 0 to 2 */
#define ENTRY_BLOCK	  UINT64_C(0x1)	     /* levels 1 and 2 */
#define ENTRY_PAGE	  UINT64_C(0x3)	     /* level 3 */
#define ENTRY_NORMAL	  (UINT64_C(0) << 2) /* MAIR's attribute 0 */
#define ENTRY_DEVICE	  (UINT64_C(1) << 2) /* MAIR's attribute 1 */
#define ENTRY_AP1_RES1	  (UINT64_C(1) << 6) /* where there is one range */
#define ENTRY_READ_ONLY	  (UINT64_C(1) << 7)
#define ENTRY_INNER_SHARE (UINT64_C(3) << 8)
#define ENTRY_ACCESSED	  (UINT64_C(1) << 10)
#define ENTRY_PXN	  (UINT64_C(1) << 53) /* where there are two */
#define ENTRY_XN	  (UINT64_C(1) << 54) /* unprivileged, with PXN */
#define ENTRY_ADDRESS	  UINT64_C(0x0000fffffffff000)

/* Attribute 0: Normal, write-back, read and write allocate, not transient.
 * Attribute 1: Device-nGnRE. */
#define MAIR UINT64_C(0x04ff)

/* TCR: 48 bits by TTBR0, walks through write-back inner-shareable memory. */
#define TCR_T0SZ	UINT64_C(16)
#define TCR_WALK_CACHED (UINT64_C(1) << 8 | UINT64_C(1) << 10)
#define TCR_WALK_INNER	(UINT64_C(3) << 12)
#define TCR_EPD1	(UINT64_C(1) << 23) /* two ranges: none by TTBR1 */
#define TCR_IPS_SHIFT	32		    /* two ranges */
#define TCR_PS_SHIFT	16		    /* one range */
#define TCR_EL2_RES1	(UINT64_C(1) << 23 | UINT64_C(1) << 31)

/* ID_AA64MMFR0_EL1 (ARM ARM D17.2.64). */
#define MMFR0_PARANGE	0
#define MMFR0_TGRAN4	28
#define TGRAN4_NONE	0xf
#define PARANGE_48_BITS 5

static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(4096)));
static unsigned tables_used;
static bool two_ranges; /* EL1, or EL2 with E2H: the TTBR1 kind */

static struct {
	uint64_t mair, tcr, ttbr0;
} found;

/* How many bits a physical address has, as TCR wants it: PARange. */
static unsigned physical_range(void)
{
	const unsigned range =
		arm64_field(ARM64_READ(id_aa64mmfr0_el1), MMFR0_PARANGE, 4);

	return range < PARANGE_48_BITS ? range : PARANGE_48_BITS;
}

bool pg_arch_reachable(uint64_t start, uint64_t bytes)
{
	static const uint8_t bits[] = {32, 36, 40, 42, 44, ADDRESS_BITS};
	const uint64_t size = UINT64_C(1) << bits[physical_range()];

	return start < size && bytes <= size - start;
}

static uint64_t *new_table(void)
{
	if (tables_used == TABLES)
		return NULL;
	return tables[tables_used++]; /* .bss: all entries are invalid */
}

/* The entry that shall map @at, and how far at most: the largest block that
 * begins there, has no table yet and ends at or before @end. NULL when there
 * is no table left. */
static uint64_t *find_entry(uint64_t at, uint64_t end, unsigned *level)
{
	uint64_t *table = tables[0];
	uint64_t *entry;

	for (*level = 0;; ++*level) {
		const uint64_t size = UINT64_C(1) << LEVEL_SHIFT(*level);

		entry = &table[at >> LEVEL_SHIFT(*level) & (ENTRIES - 1)];
		if (*level == LEVELS - 1)
			return entry;
		if (*entry & ENTRY_VALID) {
			if ((*entry & ENTRY_TABLE) != ENTRY_TABLE)
				return entry;
		} else if (*level > 0 && at % size == 0 && size <= end - at) {
			return entry;
		} else {
			table = new_table();
			if (!table)
				return NULL;
			*entry = pg_address(table) | ENTRY_TABLE;
		}
		table = pg_pointer(*entry & ENTRY_ADDRESS);
	}
}

/* Maps all pages of @span. What is mapped already stays as it is: a copy's
 * source may be anything. False when there is no table left. */
static bool map(struct pg_span span, uint64_t attributes)
{
	const uint64_t end =
		pg_align_down(pg_span_end(span) - 1, PG_PAGE_BYTES) +
		PG_PAGE_BYTES;
	uint64_t at = pg_align_down(span.start, PG_PAGE_BYTES);
	uint64_t *entry;
	unsigned level;

	while (at < end) {
		entry = find_entry(at, end, &level);
		if (!entry)
			return false;
		if (!(*entry & ENTRY_VALID))
			*entry = at | attributes | ENTRY_ACCESSED |
				 (level == LEVELS - 1 ? ENTRY_PAGE
						      : ENTRY_BLOCK);
		at = pg_align_down(at, UINT64_C(1) << LEVEL_SHIFT(level)) +
		     (UINT64_C(1) << LEVEL_SHIFT(level));
	}
	return true;
}

/* Attributes: who may write, who may execute. */
static uint64_t executable(void)
{
	return ENTRY_NORMAL | ENTRY_INNER_SHARE | ENTRY_READ_ONLY |
	       (two_ranges ? ENTRY_XN : ENTRY_AP1_RES1);
}

static uint64_t data(void)
{
	return ENTRY_NORMAL | ENTRY_INNER_SHARE | ENTRY_XN |
	       (two_ranges ? ENTRY_PXN : ENTRY_AP1_RES1);
}

static uint64_t device(void)
{
	return ENTRY_DEVICE | ENTRY_XN |
	       (two_ranges ? ENTRY_PXN : ENTRY_AP1_RES1);
}

static bool map_data(struct pg_span span)
{
	return map(span, data());
}

static bool map_console(const struct pg_console *console)
{
	const struct pg_span span = pg_arm64_console_span(console);

	return span.bytes == 0 || map(span, device());
}

bool pg_arm64_tables(const struct pg_manifest *m)
{
	if (arm64_field(ARM64_READ(id_aa64mmfr0_el1), MMFR0_TGRAN4, 4) ==
	    TGRAN4_NONE)
		return false;
	two_ranges = !arm64_at_el2() || arm64_e2h();
	(void)new_table(); /* level 0 */
	/* Ourselves first, and devices last: what is mapped first counts. */
	return map(pg_arm64_code(), executable()) &&
	       map(pg_arm64_constants(), data() | ENTRY_READ_ONLY) &&
	       map_data(pg_arm64_memory()) && map_data(pg_arm64_manifest(m)) &&
	       pg_arm64_each_read(m, map_data) &&
	       pg_arm64_each_written(m, map_data) && map_console(&m->console) &&
	       map_console(&m->console_twin);
}

void pg_arm64_caches_on(void)
{
	uint64_t tcr = TCR_T0SZ | TCR_WALK_CACHED | TCR_WALK_INNER;

	if (two_ranges)
		tcr |= TCR_EPD1 | (uint64_t)physical_range() << TCR_IPS_SHIFT;
	else
		tcr |= TCR_EL2_RES1 | (uint64_t)physical_range()
					      << TCR_PS_SHIFT;
	found.mair = ARM64_READ_EL(mair);
	found.tcr = ARM64_READ_EL(tcr);
	found.ttbr0 = ARM64_READ_EL(ttbr0);
	pg_arm64_enable(ARM64_READ_EL(sctlr) | ARM64_SCTLR_CACHES, MAIR, tcr,
			pg_address(tables[0]));
}

void pg_arm64_caches_off(void)
{
	const struct pg_span memory = pg_arm64_memory();

	pg_arm64_disable(ARM64_READ_EL(sctlr) & ~(uint64_t)ARM64_SCTLR_CACHES,
			 memory.start, pg_span_end(memory));
	ARM64_WRITE_EL(mair, found.mair);
	ARM64_WRITE_EL(tcr, found.tcr);
	ARM64_WRITE_EL(ttbr0, found.ttbr0);
	arm64_isb();
}
