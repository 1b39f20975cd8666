/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The structural check of a manifest: one `if` per reason. PROTOCOL.md, "What
 * a purgatory checks", lists the same rules in the same order.
 */
#include "purgatory/check_rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* PROTOCOL.md, rule 2. What is proved of it (tests/proof/): every entry of a
 * table that passes lies behind the header and inside of the manifest. */
/*@ requires \valid_read(manifest);
    requires max <= PG_RANGES_MAX && entry_bytes <= 256;
    assigns \nothing;
    ensures \result && table.count > 0 ==>
      sizeof(struct pg_manifest) <= table.offset &&
      table.offset + table.count * entry_bytes <= manifest->bytes;
    ensures \result ==> table.count <= max;
    ensures \result && table.count > 0 ==> table.offset % 8 == 0;
*/
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
		return pg_check_wrong(place, PG_E_MAGIC, "magic", 0, 0);
	if (manifest->version != PG_MANIFEST_VERSION)
		return pg_check_wrong(place, PG_E_VERSION, "version", 0,
				      manifest->version);
	if (manifest->arch != arch)
		return pg_check_wrong(place, PG_E_ARCH, "arch", 0,
				      manifest->arch);
	if (manifest->bytes < sizeof(*manifest))
		return pg_check_wrong(place, PG_E_SIZE, "bytes", 0,
				      manifest->bytes);
	if (manifest->bytes > PG_MANIFEST_BYTES_MAX)
		return pg_check_wrong(place, PG_E_SIZE, "bytes", 0,
				      manifest->bytes);
	if (manifest->flags & ~PG_MANIFEST_FLAGS)
		return pg_check_wrong(place, PG_E_VERSION, "flags", 0,
				      manifest->flags);
	return PG_OK;
}

static enum pg_status check_tables(const struct pg_check *check)
{
	const struct pg_manifest *m = check->manifest;

	if (!table_fits(m, m->parts, PG_PARTS_MAX, sizeof(struct pg_part)))
		return pg_check_wrong(check->place, PG_E_SIZE, "parts", 0,
				      m->parts.count);
	if (!table_fits(m, m->ranges, PG_RANGES_MAX, sizeof(struct pg_range)))
		return pg_check_wrong(check->place, PG_E_SIZE, "ranges", 0,
				      m->ranges.count);
	if (!table_fits(m, m->fills, PG_FILLS_MAX, sizeof(struct pg_fill)))
		return pg_check_wrong(check->place, PG_E_SIZE, "fills", 0,
				      m->fills.count);
	if (!table_fits(m, m->copies, PG_COPIES_MAX, sizeof(struct pg_copy)))
		return pg_check_wrong(check->place, PG_E_SIZE, "copies", 0,
				      m->copies.count);
	return PG_OK;
}

static enum pg_status check_policy(const struct pg_check *check)
{
	const struct pg_manifest *m = check->manifest;

	if (m->policy < PG_POLICY_STOP || m->policy > PG_POLICY_BOOT)
		return pg_check_wrong(check->place, PG_E_POLICY, "policy", 0,
				      m->policy);
	if (m->policy_twin != m->policy)
		return pg_check_wrong(check->place, PG_E_POLICY, "policy_twin",
				      0, m->policy_twin);
	return PG_OK;
}

static enum pg_status check_parts(const struct pg_check *check)
{
	const struct pg_manifest *m = check->manifest;
	const struct pg_part *parts = pg_manifest_parts(m);
	uint32_t i;

	for (i = 0; i < m->parts.count; i++) {
		if (parts[i].name[0] == '\0' ||
		    !memchr(parts[i].name, '\0', sizeof(parts[i].name)))
			return pg_check_wrong(check->place, PG_E_RANGE, "parts",
					      i, 0);
		if (parts[i].flags != 0)
			return pg_check_wrong(check->place, PG_E_VERSION,
					      "parts", i, parts[i].flags);
	}
	return PG_OK;
}

static enum pg_status check_ranges(const struct pg_check *check)
{
	const struct pg_manifest *m = check->manifest;
	const struct pg_range *ranges = pg_manifest_ranges(m);
	struct pg_span span;
	uint64_t end = 0;
	uint32_t i;

	for (i = 0; i < m->ranges.count; i++) {
		const struct pg_range *range = &ranges[i];

		if (range->flags & ~(PG_RELATIVE | PG_RANGE_SKIP))
			return pg_check_wrong(check->place, PG_E_VERSION,
					      "ranges", i, range->flags);
		if (range->part >= m->parts.count)
			return pg_check_wrong(check->place, PG_E_RANGE,
					      "ranges", i, range->part);
		if (!pg_check_resolve(check, range->start, range->bytes,
				      range->flags, &span))
			return pg_check_wrong(check->place, PG_E_RANGE,
					      "ranges", i, range->start);
		if (span.start < end)
			return pg_check_wrong(check->place, PG_E_ORDER,
					      "ranges", i, span.start);
		if (pg_span_overlap(span, check->image))
			return pg_check_wrong(check->place, PG_E_RANGE,
					      "ranges", i, span.start);
		end = pg_span_end(span);
	}
	return PG_OK;
}

static enum pg_status check_log(const struct pg_check *check)
{
	const struct pg_log_area log = check->manifest->log;
	struct pg_span span;
	uint32_t i;

	if (log.bytes == 0)
		return PG_OK;
	if (log.flags & ~PG_RELATIVE)
		return pg_check_wrong(check->place, PG_E_VERSION, "log", 0,
				      log.flags);
	if (log.bytes < PG_LOG_BYTES_MIN || log.start % 8 != 0)
		return pg_check_wrong(check->place, PG_E_LOG, "log", 0,
				      log.bytes);
	if (!pg_check_resolve(check, log.start, log.bytes, log.flags, &span))
		return pg_check_wrong(check->place, PG_E_LOG, "log", 0,
				      log.start);
	if (pg_span_overlap(span, check->image))
		return pg_check_wrong(check->place, PG_E_LOG, "log", 0,
				      span.start);
	for (i = 0; i < check->manifest->ranges.count; i++)
		if (pg_span_overlap(span, pg_check_range(check, i)))
			return pg_check_wrong(check->place, PG_E_LOG, "log", i,
					      span.start);
	return PG_OK;
}

/* Is @address in a range that is verified? */
static bool verified(const struct pg_check *check, uint64_t address)
{
	const struct pg_range *ranges = pg_manifest_ranges(check->manifest);
	const struct pg_span byte = {address, 1};
	uint32_t i;

	if (address == UINT64_MAX)
		return false;
	for (i = 0; i < check->manifest->ranges.count; i++)
		if (!(ranges[i].flags & PG_RANGE_SKIP) &&
		    pg_span_contains(pg_check_range(check, i), byte))
			return true;
	return false;
}

static enum pg_status check_handoff(const struct pg_check *check)
{
	const struct pg_handoff *handoff = &check->manifest->handoff;
	const uint32_t known = PG_RELATIVE | PG_HANDOFF_ARG_RELATIVE(0) |
			       PG_HANDOFF_ARG_RELATIVE(1) |
			       PG_HANDOFF_ARG_RELATIVE(2) |
			       PG_HANDOFF_ARG_RELATIVE(3);
	uint64_t entry, first;

	if (handoff->flags & ~known)
		return pg_check_wrong(check->place, PG_E_VERSION, "handoff", 0,
				      handoff->flags);
	entry = pg_manifest_resolve(handoff->entry, handoff->flags,
				    check->image.start);
	if (!verified(check, pg_check_before_swap(check, entry)))
		return pg_check_wrong(check->place, PG_E_HANDOFF,
				      "handoff.entry", 0, entry);
	/* boot_params or device tree; s390x has none, and what registers of
	 * another loader's mean is not known. */
	if (handoff->protocol == PG_HANDOFF_LINUX_S390X ||
	    handoff->protocol == PG_HANDOFF_REGISTERS)
		return PG_OK;
	first = handoff->args[0];
	if (handoff->flags & PG_HANDOFF_ARG_RELATIVE(0))
		first += check->image.start;
	if (!verified(check, first))
		return pg_check_wrong(check->place, PG_E_HANDOFF,
				      "handoff.args", 0, first);
	return PG_OK;
}

enum pg_status pg_manifest_check(const struct pg_manifest *manifest,
				 uint32_t arch, struct pg_span image,
				 struct pg_check_place *place)
{
	struct pg_check check = {manifest, image, place};
	enum pg_status status;

	status = pg_manifest_check_header(manifest, arch, place);
	if (status)
		return status;
	if (!pg_span_make(image.start, image.bytes + manifest->bytes,
			  &check.image))
		return pg_check_wrong(place, PG_E_SIZE, "bytes", 0,
				      manifest->bytes);
	if ((status = check_tables(&check)) ||
	    (status = check_policy(&check)) || (status = check_parts(&check)) ||
	    (status = check_ranges(&check)) || (status = check_log(&check)) ||
	    (status = pg_check_writes(&check)))
		return status;
	return check_handoff(&check);
}
