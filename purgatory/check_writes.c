/* SPDX-License-Identifier: BSD-2-Clause */
/* The second half of the structural check: what the purgatory will write must
 * harm nothing that is still needed. */
#include "purgatorio/image.h"
#include "purgatory/check_rules.h"

/* Does @span share a byte with a range, the image or the log? The ranges have
 * been checked, so that their ends do not wrap. */
static bool needed(const struct pg_check *check, struct pg_span span)
{
	const struct pg_log_area *log = &check->manifest->log;
	struct pg_span area;
	uint32_t i;

	if (pg_span_overlap(span, check->image))
		return true;
	if (pg_check_resolve(check, log->start, log->bytes, log->flags,
			     &area) &&
	    pg_span_overlap(span, area))
		return true;
	for (i = 0; i < check->manifest->ranges.count; i++)
		if (pg_span_overlap(span, pg_check_range(check, i)))
			return true;
	return false;
}

static enum pg_status check_fills(const struct pg_check *check)
{
	const struct pg_fill *fills = pg_manifest_fills(check->manifest);
	struct pg_span span;
	uint32_t i;

	for (i = 0; i < check->manifest->fills.count; i++) {
		if (fills[i].flags & ~PG_RELATIVE)
			return pg_check_wrong(check->place, PG_E_VERSION,
					      "fills", i, fills[i].flags);
		if (!pg_check_resolve(check, fills[i].start, fills[i].bytes,
				      fills[i].flags, &span))
			return pg_check_wrong(check->place, PG_E_FILL, "fills",
					      i, fills[i].start);
		if (needed(check, span))
			return pg_check_wrong(check->place, PG_E_FILL, "fills",
					      i, span.start);
	}
	return PG_OK;
}

/* Does what copy @index writes harm another copy, or a fill its source? */
static bool copies_clash(const struct pg_check *check, uint32_t index,
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

static enum pg_status check_copies(const struct pg_check *check)
{
	const struct pg_copy *copies = pg_manifest_copies(check->manifest);
	struct pg_span source, destination;
	uint32_t i;

	for (i = 0; i < check->manifest->copies.count; i++) {
		if (copies[i].flags & ~PG_RELATIVE)
			return pg_check_wrong(check->place, PG_E_VERSION,
					      "copies", i, copies[i].flags);
		if (!pg_check_resolve(check, copies[i].source, copies[i].bytes,
				      0, &source))
			return pg_check_wrong(check->place, PG_E_COPY, "copies",
					      i, copies[i].source);
		if (!pg_check_resolve(check, copies[i].destination,
				      copies[i].bytes, copies[i].flags,
				      &destination))
			return pg_check_wrong(check->place, PG_E_COPY, "copies",
					      i, copies[i].destination);
		if (pg_span_overlap(source, destination))
			return pg_check_wrong(check->place, PG_E_COPY, "copies",
					      i, destination.start);
		if (needed(check, destination))
			return pg_check_wrong(check->place, PG_E_COPY, "copies",
					      i, destination.start);
		if (copies_clash(check, i, source, destination))
			return pg_check_wrong(check->place, PG_E_COPY, "copies",
					      i, destination.start);
	}
	return PG_OK;
}

/* The work area of an image: written to before the handoff. */
static enum pg_status check_work(const struct pg_check *check)
{
	const struct pg_manifest *m = check->manifest;
	const struct pg_handoff *handoff = &m->handoff;
	const uint32_t flags =
		handoff->flags & PG_HANDOFF_ARG_RELATIVE(1) ? PG_RELATIVE : 0;
	struct pg_span work;

	/* Those of images follow one another. */
	if (handoff->protocol < PG_HANDOFF_IMAGE_X86_64 ||
	    handoff->protocol > PG_HANDOFF_IMAGE_S390X)
		return PG_OK;
	if (handoff->args[3] & ~(uint64_t)PG_IMAGE_FLAGS)
		return pg_check_wrong(check->place, PG_E_VERSION,
				      "handoff.args", 3, handoff->args[3]);
	if (!pg_check_resolve(check, handoff->args[1], handoff->args[2], flags,
			      &work) ||
	    work.bytes < PG_IMAGE_WORK_BYTES || needed(check, work) ||
	    m->fills.count != 0 || m->copies.count != 0)
		return pg_check_wrong(check->place, PG_E_HANDOFF,
				      "handoff.args", 1, handoff->args[1]);
	return PG_OK;
}

enum pg_status pg_check_writes(const struct pg_check *check)
{
	enum pg_status status;

	if ((status = check_fills(check)) || (status = check_copies(check)) ||
	    (status = check_work(check)))
		return status;
	return pg_check_swap(check);
}
