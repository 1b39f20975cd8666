/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/x86_64/e820.h"

#include "pack/formats/zero_page.h"
#include "purgatorio/byteorder.h"

#define ENTRIES_MAX 128
#define SPARE	    4
#define TYPE_RAM    1
#define TYPE_KEEP   2

static uint8_t *entry_at(const uint8_t *params, unsigned index)
{
	return (uint8_t *)(uintptr_t)params + BP_E820_TABLE +
	       index * BP_E820_ENTRY_BYTES;
}

/* The RAM of entry @index; false: it is no RAM. */
static bool ram_at(const uint8_t *params, unsigned index, struct pg_span *out)
{
	const uint8_t *entry = entry_at(params, index);

	return pg_load_le32(entry + 16) == TYPE_RAM &&
	       pg_span_make(pg_load_le64(entry), pg_load_le64(entry + 8), out);
}

static void store(uint8_t *params, unsigned index, struct pg_span span,
		  uint32_t type)
{
	uint8_t *entry = entry_at(params, index);

	pg_store_le64(entry, span.start);
	pg_store_le64(entry + 8, span.bytes);
	pg_store_le32(entry + 16, type);
}

uint64_t pg_x86_e820_ram(const uint8_t *params, struct pg_span span)
{
	const unsigned count = params[BP_E820_ENTRIES];
	uint64_t at = span.start;
	struct pg_span ram;
	unsigned i;

	if (count == 0 || count >= ENTRIES_MAX)
		return pg_span_end(span);
	/* Each round goes on behind one entry. */
	for (i = 0; i < count && at < pg_span_end(span);) {
		if (ram_at(params, i, &ram) && at >= ram.start &&
		    at < pg_span_end(ram)) {
			at = pg_span_end(ram);
			i = 0;
		} else {
			i++;
		}
	}
	return at < pg_span_end(span) ? at : pg_span_end(span);
}

/* Does it go on where entry @index ends, with more of the same? */
static bool join(uint8_t *params, unsigned index, struct pg_span span,
		 uint32_t type)
{
	uint8_t *entry = entry_at(params, index);
	const uint64_t bytes = pg_load_le64(entry + 8);

	if (pg_load_le32(entry + 16) != type ||
	    pg_load_le64(entry) + bytes != span.start)
		return false;
	pg_store_le64(entry + 8, bytes + span.bytes);
	return true;
}

void pg_x86_e820_add(uint8_t *params, uint64_t start, uint64_t bytes,
		     uint32_t type)
{
	const unsigned count = params[BP_E820_ENTRIES];
	struct pg_span span;

	if (bytes == 0 || !pg_span_make(start, bytes, &span))
		return;
	if (count && join(params, count - 1, span, type))
		return;
	if (count >= ENTRIES_MAX - SPARE)
		return;
	store(params, count, span, type);
	params[BP_E820_ENTRIES] = (uint8_t)(count + 1);
}

bool pg_x86_e820_reserve(uint8_t *params, struct pg_span span)
{
	const unsigned count = params[BP_E820_ENTRIES];
	struct pg_span ram, behind;
	unsigned i;

	for (i = 0; i < count && i < ENTRIES_MAX; i++)
		if (ram_at(params, i, &ram) && pg_span_contains(ram, span))
			break;
	if (i >= count || count + 2 > ENTRIES_MAX)
		return false;
	behind = (struct pg_span){pg_span_end(span),
				  pg_span_end(ram) - pg_span_end(span)};
	ram.bytes = span.start - ram.start;
	store(params, i, ram, TYPE_RAM);
	store(params, count, span, TYPE_KEEP);
	store(params, count + 1, behind, TYPE_RAM);
	params[BP_E820_ENTRIES] = (uint8_t)(count + 2);
	return true;
}
