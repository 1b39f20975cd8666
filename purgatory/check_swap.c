/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The swap of an s390x crash region with [0, its size): possible, and such
 * that everything that was loaded moves with it. What lies elsewhere is the
 * dead kernel's, and what straddled an end would be torn apart.
 */
#include "purgatory/check_rules.h"

static enum pg_status outside(const struct pg_check *check, const char *what,
			      uint32_t index, uint64_t start)
{
	return pg_check_wrong(check->place, PG_E_SWAP, what, index, start);
}

static enum pg_status check_ends(const struct pg_check *check,
				 struct pg_span *crash)
{
	const struct pg_manifest *m = check->manifest;

	if (m->arch != PG_ARCH_S390X)
		return outside(check, "swap_bytes", 0, m->swap_bytes);
	if (!pg_span_make(m->swap_start, m->swap_bytes, crash))
		return outside(check, "swap_bytes", 0, m->swap_bytes);
	if (m->swap_start % PG_PAGE_BYTES != 0)
		return outside(check, "swap_start", 0, m->swap_start);
	if (m->swap_bytes % PG_PAGE_BYTES != 0)
		return outside(check, "swap_bytes", 0, m->swap_bytes);
	/* The halves overlap. */
	if (m->swap_start < m->swap_bytes)
		return outside(check, "swap_start", 0, m->swap_start);
	return PG_OK;
}

/* Fills, copies and the log were found to be spans that do not wrap. */
static struct pg_span span_of(const struct pg_check *check, uint64_t start,
			      uint64_t bytes, uint32_t flags)
{
	return (struct pg_span){
		pg_manifest_resolve(start, flags, check->image.start), bytes};
}

static enum pg_status check_contents(const struct pg_check *check,
				     struct pg_span crash)
{
	const struct pg_manifest *m = check->manifest;
	const struct pg_fill *fills = pg_manifest_fills(m);
	const struct pg_copy *copies = pg_manifest_copies(m);
	const struct pg_log_area *log = &m->log;
	struct pg_span span;
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++) {
		span = pg_check_range(check, i);
		if (!pg_span_contains(crash, span))
			return outside(check, "ranges", i, span.start);
	}
	for (i = 0; i < m->fills.count; i++) {
		span = span_of(check, fills[i].start, fills[i].bytes,
			       fills[i].flags);
		if (!pg_span_contains(crash, span))
			return outside(check, "fills", i, span.start);
	}
	for (i = 0; i < m->copies.count; i++) {
		span = span_of(check, copies[i].destination, copies[i].bytes,
			       copies[i].flags);
		if (!pg_span_contains(crash, span))
			return outside(check, "copies", i, span.start);
	}
	span = span_of(check, log->start, log->bytes, log->flags);
	if (log->bytes && !pg_span_contains(crash, span))
		return outside(check, "log", 0, span.start);
	return PG_OK;
}

enum pg_status pg_check_swap(const struct pg_check *check)
{
	struct pg_span crash, above;
	enum pg_status status;

	if (check->manifest->swap_bytes == 0)
		return PG_OK;
	status = check_ends(check, &crash);
	if (status != PG_OK)
		return status;
	if (crash.bytes < PG_SWAP_LOWCORE_BYTES)
		return outside(check, "swap_bytes", 0, crash.bytes);
	above.start = crash.start + PG_SWAP_LOWCORE_BYTES;
	above.bytes = crash.bytes - PG_SWAP_LOWCORE_BYTES;
	if (!pg_span_contains(above, check->image))
		return outside(check, "image", 0, check->image.start);
	return check_contents(check, crash);
}

uint64_t pg_check_before_swap(const struct pg_check *check, uint64_t address)
{
	const struct pg_manifest *m = check->manifest;

	if (m->swap_bytes == 0)
		return address;
	return address < m->swap_bytes ? m->swap_start + address : UINT64_MAX;
}
