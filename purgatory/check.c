/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The structural check of a manifest: one `if` per reason. PROTOCOL.md, "What
 * a purgatory checks", lists the same rules in the same order.
 */
#include "purgatorio/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What the checks of one manifest share. */
struct check {
	const struct pg_manifest *manifest;
	struct pg_span image; /* the image and, behind it, the manifest */
	struct pg_check_place *place;
};

static enum pg_status wrong(struct pg_check_place *place, enum pg_status status,
			    const char *what, uint32_t index, uint64_t value)
{
	place->what = what;
	place->index = index;
	place->value = value;
	return status;
}

/* [@start, +@bytes) after resolving; false when empty or wrapping. */
static bool resolve(const struct check *check, uint64_t start, uint64_t bytes,
		    uint32_t flags, struct pg_span *out)
{
	start = pg_manifest_resolve(start, flags, check->image.start);
	return bytes != 0 && pg_span_make(start, bytes, out);
}

static struct pg_span range_span(const struct check *check, uint32_t index)
{
	const struct pg_range *range =
		&pg_manifest_ranges(check->manifest)[index];

	return (struct pg_span){pg_manifest_resolve(range->start, range->flags,
						    check->image.start),
				range->bytes};
}

/* Does @span share a byte with a range, the image or the log? The ranges have
 * been checked, so that their ends do not wrap. */
static bool needed(const struct check *check, struct pg_span span)
{
	const struct pg_log_area *log = &check->manifest->log;
	struct pg_span area;
	uint32_t i;

	if (pg_span_overlap(span, check->image))
		return true;
	if (resolve(check, log->start, log->bytes, log->flags, &area) &&
	    pg_span_overlap(span, area))
		return true;
	for (i = 0; i < check->manifest->ranges.count; i++)
		if (pg_span_overlap(span, range_span(check, i)))
			return true;
	return false;
}

static bool table_fits(const struct pg_manifest *manifest,
		       struct pg_table table, uint32_t max, size_t entry_bytes)
{
	if (table.count > max)
		return false;
	if (table.count == 0)
		return true;
	if (table.offset % 8 != 0)
		return false;
	if (table.offset < sizeof(*manifest))
		return false;
	if (table.offset > manifest->bytes)
		return false;
	return table.count * (uint64_t)entry_bytes <=
	       manifest->bytes - table.offset;
}

enum pg_status pg_manifest_check_header(const struct pg_manifest *manifest,
					uint32_t arch,
					struct pg_check_place *place)
{
	if (memcmp(manifest->magic, PG_MANIFEST_MAGIC,
		   sizeof(manifest->magic)) != 0)
		return wrong(place, PG_E_MAGIC, "magic", 0, 0);
	if (manifest->version != PG_MANIFEST_VERSION)
		return wrong(place, PG_E_VERSION, "version", 0,
			     manifest->version);
	if (manifest->arch != arch)
		return wrong(place, PG_E_ARCH, "arch", 0, manifest->arch);
	if (manifest->bytes < sizeof(*manifest))
		return wrong(place, PG_E_SIZE, "bytes", 0, manifest->bytes);
	if (manifest->bytes > PG_MANIFEST_BYTES_MAX)
		return wrong(place, PG_E_SIZE, "bytes", 0, manifest->bytes);
	if (manifest->flags & ~PG_MANIFEST_FLAGS)
		return wrong(place, PG_E_VERSION, "flags", 0, manifest->flags);
	return PG_OK;
}

static enum pg_status check_tables(const struct check *check)
{
	const struct pg_manifest *m = check->manifest;

	if (!table_fits(m, m->parts, PG_PARTS_MAX, sizeof(struct pg_part)))
		return wrong(check->place, PG_E_SIZE, "parts", 0,
			     m->parts.count);
	if (!table_fits(m, m->ranges, PG_RANGES_MAX, sizeof(struct pg_range)))
		return wrong(check->place, PG_E_SIZE, "ranges", 0,
			     m->ranges.count);
	if (!table_fits(m, m->fills, PG_FILLS_MAX, sizeof(struct pg_fill)))
		return wrong(check->place, PG_E_SIZE, "fills", 0,
			     m->fills.count);
	if (!table_fits(m, m->copies, PG_COPIES_MAX, sizeof(struct pg_copy)))
		return wrong(check->place, PG_E_SIZE, "copies", 0,
			     m->copies.count);
	return PG_OK;
}

static enum pg_status check_policy(const struct check *check)
{
	const struct pg_manifest *m = check->manifest;

	if (m->policy < PG_POLICY_STOP || m->policy > PG_POLICY_BOOT)
		return wrong(check->place, PG_E_POLICY, "policy", 0, m->policy);
	if (m->policy_twin != m->policy)
		return wrong(check->place, PG_E_POLICY, "policy_twin", 0,
			     m->policy_twin);
	return PG_OK;
}

static enum pg_status check_ranges(const struct check *check)
{
	const struct pg_manifest *m = check->manifest;
	const struct pg_part *parts = pg_manifest_parts(m);
	const struct pg_range *ranges = pg_manifest_ranges(m);
	struct pg_span span;
	uint64_t end = 0;
	uint32_t i;

	for (i = 0; i < m->parts.count; i++)
		if (parts[i].name[0] == '\0' ||
		    !memchr(parts[i].name, '\0', sizeof(parts[i].name)))
			return wrong(check->place, PG_E_RANGE, "parts", i, 0);
	for (i = 0; i < m->ranges.count; i++) {
		const struct pg_range *range = &ranges[i];

		if (range->flags & ~(PG_RELATIVE | PG_RANGE_SKIP))
			return wrong(check->place, PG_E_VERSION, "ranges", i,
				     range->flags);
		if (range->part >= m->parts.count)
			return wrong(check->place, PG_E_RANGE, "ranges", i,
				     range->part);
		if (!resolve(check, range->start, range->bytes, range->flags,
			     &span))
			return wrong(check->place, PG_E_RANGE, "ranges", i,
				     range->start);
		if (span.start < end)
			return wrong(check->place, PG_E_ORDER, "ranges", i,
				     span.start);
		if (pg_span_overlap(span, check->image))
			return wrong(check->place, PG_E_RANGE, "ranges", i,
				     span.start);
		end = pg_span_end(span);
	}
	return PG_OK;
}

static enum pg_status check_log(const struct check *check)
{
	const struct pg_log_area log = check->manifest->log;
	struct pg_span span;
	uint32_t i;

	if (log.bytes == 0)
		return PG_OK;
	if (log.flags & ~PG_RELATIVE)
		return wrong(check->place, PG_E_VERSION, "log", 0, log.flags);
	if (log.bytes < PG_LOG_BYTES_MIN || log.start % 8 != 0)
		return wrong(check->place, PG_E_LOG, "log", 0, log.bytes);
	if (!resolve(check, log.start, log.bytes, log.flags, &span))
		return wrong(check->place, PG_E_LOG, "log", 0, log.start);
	if (pg_span_overlap(span, check->image))
		return wrong(check->place, PG_E_LOG, "log", 0, span.start);
	for (i = 0; i < check->manifest->ranges.count; i++)
		if (pg_span_overlap(span, range_span(check, i)))
			return wrong(check->place, PG_E_LOG, "log", i,
				     span.start);
	return PG_OK;
}

static enum pg_status check_fills(const struct check *check)
{
	const struct pg_fill *fills = pg_manifest_fills(check->manifest);
	struct pg_span span;
	uint32_t i;

	for (i = 0; i < check->manifest->fills.count; i++) {
		if (fills[i].flags & ~PG_RELATIVE)
			return wrong(check->place, PG_E_VERSION, "fills", i,
				     fills[i].flags);
		if (!resolve(check, fills[i].start, fills[i].bytes,
			     fills[i].flags, &span))
			return wrong(check->place, PG_E_FILL, "fills", i,
				     fills[i].start);
		if (needed(check, span))
			return wrong(check->place, PG_E_FILL, "fills", i,
				     span.start);
	}
	return PG_OK;
}

/* Does what copy @index writes harm another copy, or a fill its source? */
static bool copies_clash(const struct check *check, uint32_t index,
			 struct pg_span source, struct pg_span destination)
{
	const struct pg_manifest *m = check->manifest;
	const struct pg_copy *copies = pg_manifest_copies(m);
	const struct pg_fill *fills = pg_manifest_fills(m);
	struct pg_span other;
	uint32_t i;

	for (i = 0; i < m->fills.count; i++) {
		other = (struct pg_span){
			pg_manifest_resolve(fills[i].start, fills[i].flags,
					    check->image.start),
			fills[i].bytes};
		if (pg_span_overlap(source, other) ||
		    pg_span_overlap(destination, other))
			return true;
	}
	for (i = 0; i < index; i++) {
		other = (struct pg_span){
			pg_manifest_resolve(copies[i].destination,
					    copies[i].flags,
					    check->image.start),
			copies[i].bytes};
		if (pg_span_overlap(source, other) ||
		    pg_span_overlap(destination, other))
			return true;
		other = (struct pg_span){copies[i].source, copies[i].bytes};
		if (pg_span_overlap(destination, other))
			return true;
	}
	return false;
}

static enum pg_status check_copies(const struct check *check)
{
	const struct pg_copy *copies = pg_manifest_copies(check->manifest);
	struct pg_span source, destination;
	uint32_t i;

	for (i = 0; i < check->manifest->copies.count; i++) {
		if (copies[i].flags & ~PG_RELATIVE)
			return wrong(check->place, PG_E_VERSION, "copies", i,
				     copies[i].flags);
		if (!resolve(check, copies[i].source, copies[i].bytes, 0,
			     &source))
			return wrong(check->place, PG_E_COPY, "copies", i,
				     copies[i].source);
		if (!resolve(check, copies[i].destination, copies[i].bytes,
			     copies[i].flags, &destination))
			return wrong(check->place, PG_E_COPY, "copies", i,
				     copies[i].destination);
		if (pg_span_overlap(source, destination))
			return wrong(check->place, PG_E_COPY, "copies", i,
				     destination.start);
		if (needed(check, destination))
			return wrong(check->place, PG_E_COPY, "copies", i,
				     destination.start);
		if (copies_clash(check, i, source, destination))
			return wrong(check->place, PG_E_COPY, "copies", i,
				     destination.start);
	}
	return PG_OK;
}

static enum pg_status check_swap(const struct check *check)
{
	const struct pg_manifest *m = check->manifest;
	struct pg_span span;

	if (m->swap_bytes == 0)
		return PG_OK;
	if (!pg_span_make(m->swap_start, m->swap_bytes, &span))
		return wrong(check->place, PG_E_SWAP, "swap_bytes", 0,
			     m->swap_bytes);
	if (span.start % PG_PAGE_BYTES != 0 || span.bytes % PG_PAGE_BYTES != 0)
		return wrong(check->place, PG_E_SWAP, "swap_start", 0,
			     span.start);
	if (span.start < span.bytes)
		return wrong(check->place, PG_E_SWAP, "swap_start", 0,
			     span.start);
	return PG_OK;
}

/* Is @address in a range that is verified? */
static bool verified(const struct check *check, uint64_t address)
{
	const struct pg_range *ranges = pg_manifest_ranges(check->manifest);
	const struct pg_span byte = {address, 1};
	uint32_t i;

	if (address == UINT64_MAX)
		return false;
	for (i = 0; i < check->manifest->ranges.count; i++)
		if (!(ranges[i].flags & PG_RANGE_SKIP) &&
		    pg_span_contains(range_span(check, i), byte))
			return true;
	return false;
}

static enum pg_status check_handoff(const struct check *check)
{
	const struct pg_handoff *handoff = &check->manifest->handoff;
	const uint32_t known = PG_RELATIVE | PG_HANDOFF_ARG_RELATIVE(0) |
			       PG_HANDOFF_ARG_RELATIVE(1) |
			       PG_HANDOFF_ARG_RELATIVE(2) |
			       PG_HANDOFF_ARG_RELATIVE(3);
	uint64_t entry, first;

	if (handoff->flags & ~known)
		return wrong(check->place, PG_E_VERSION, "handoff", 0,
			     handoff->flags);
	entry = pg_manifest_resolve(handoff->entry, handoff->flags,
				    check->image.start);
	if (!verified(check, entry))
		return wrong(check->place, PG_E_HANDOFF, "handoff.entry", 0,
			     entry);
	/* boot_params or device tree; only s390x has none. */
	if (handoff->protocol == PG_HANDOFF_LINUX_S390X)
		return PG_OK;
	first = handoff->args[0];
	if (handoff->flags & PG_HANDOFF_ARG_RELATIVE(0))
		first += check->image.start;
	if (!verified(check, first))
		return wrong(check->place, PG_E_HANDOFF, "handoff.args", 0,
			     first);
	return PG_OK;
}

enum pg_status pg_manifest_check(const struct pg_manifest *manifest,
				 uint32_t arch, struct pg_span image,
				 struct pg_check_place *place)
{
	struct check check = {manifest, image, place};
	enum pg_status status;

	status = pg_manifest_check_header(manifest, arch, place);
	if (status)
		return status;
	if (!pg_span_make(image.start, image.bytes + manifest->bytes,
			  &check.image))
		return wrong(place, PG_E_SIZE, "bytes", 0, manifest->bytes);
	if ((status = check_tables(&check)) ||
	    (status = check_policy(&check)) ||
	    (status = check_ranges(&check)) || (status = check_log(&check)) ||
	    (status = check_fills(&check)) || (status = check_copies(&check)) ||
	    (status = check_swap(&check)))
		return status;
	return check_handoff(&check);
}
