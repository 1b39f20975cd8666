/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux enters us with page tables of its own making (arch/x86/kernel/
 * machine_kexec_64.c, init_pgtable()): RAM and the loaded segments, each
 * address mapped to itself, mostly by 2 MiB or 1 GiB pages, with four or five
 * levels. We ask them what can be reached, and add a device's page.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/x86_64.h"

#include <stddef.h>

#include "purgatorio/arch.h"
#include "purgatorio/range.h"

/* SDM 4.5, tables 4-14 to 4-20. */
#define ENTRY_PRESENT	   (UINT64_C(1) << 0)
#define ENTRY_WRITE	   (UINT64_C(1) << 1)
#define ENTRY_THROUGH	   (UINT64_C(1) << 3)
#define ENTRY_UNCACHED	   (UINT64_C(1) << 4)
#define ENTRY_LARGE	   (UINT64_C(1) << 7)
#define ENTRY_ADDRESS	   UINT64_C(0x000ffffffffff000)
#define ENTRIES		   512
#define LEVEL_SHIFT(level) (12 + 9 * ((level)-1)) /* 1: 4 KiB pages */
#define LARGE_LEVEL	   2			  /* 2 MiB pages */

/* For pg_x86_map_device(): of five levels at most three are missing above a
 * 2 MiB page. */
static uint64_t spare[3][ENTRIES] __attribute__((aligned(4096)));
static unsigned spare_used;

static unsigned top_level(void)
{
	return (x86_read_cr4() & X86_CR4_LA57) ? 5 : 4;
}

static uint64_t *entry_of(uint64_t table, uint64_t address, unsigned level)
{
	uint64_t *entries = pg_pointer(table & ENTRY_ADDRESS);

	return &entries[address >> LEVEL_SHIFT(level) & (ENTRIES - 1)];
}

/* Can @address be an address at all: are its upper bits its sign? Physical
 * addresses have a sign of 0. */
static bool canonical(uint64_t address, unsigned top)
{
	return address >> (LEVEL_SHIFT(top + 1) - 1) == 0;
}

/* The bytes of the page that maps @address to itself, or 0. */
static uint64_t identity_page(uint64_t address)
{
	unsigned level = top_level();
	uint64_t entry = x86_read_cr3();
	uint64_t page;

	if (!canonical(address, level))
		return 0;
	for (;; level--) {
		entry = *entry_of(entry, address, level);
		if (!(entry & ENTRY_PRESENT))
			return 0;
		if (level == 1 || ((entry & ENTRY_LARGE) && level <= 3))
			break;
	}
	page = UINT64_C(1) << LEVEL_SHIFT(level);
	/* In a large entry the address starts at the page's own bit. */
	if ((entry & ENTRY_ADDRESS & ~(page - 1)) !=
	    pg_align_down(address, page))
		return 0;
	return page;
}

bool pg_x86_identity_mapped(uint64_t start, uint64_t bytes)
{
	struct pg_span span;
	uint64_t at, page;

	if (!pg_span_make(start, bytes, &span))
		return false;
	for (at = start; at < pg_span_end(span);) {
		page = identity_page(at);
		if (page == 0)
			return false;
		at = pg_align_down(at, page);
		if (at > UINT64_MAX - page)
			return true;
		at += page;
	}
	return true;
}

bool pg_x86_map_device(uint64_t address)
{
	unsigned level = top_level();
	uint64_t table = x86_read_cr3();
	uint64_t *entry;

	if (!canonical(address, level))
		return false;
	for (; level > LARGE_LEVEL; level--) {
		entry = entry_of(table, address, level);
		if (!(*entry & ENTRY_PRESENT)) {
			if (spare_used == sizeof(spare) / sizeof(spare[0]))
				return false;
			*entry = pg_address(spare[spare_used++]) |
				 ENTRY_PRESENT | ENTRY_WRITE;
		} else if ((*entry & ENTRY_LARGE) && level <= 3) {
			return false;
		}
		table = *entry;
	}
	entry = entry_of(table, address, LARGE_LEVEL);
	if (*entry & ENTRY_PRESENT)
		return false;
	*entry = pg_align_down(address, UINT64_C(1) << LEVEL_SHIFT(2)) |
		 ENTRY_PRESENT | ENTRY_WRITE | ENTRY_LARGE | ENTRY_UNCACHED |
		 ENTRY_THROUGH;
	x86_invlpg(address);
	return true;
}

bool pg_arch_reachable(uint64_t start, uint64_t bytes)
{
	return pg_x86_identity_mapped(start, bytes);
}
