/* SPDX-License-Identifier: BSD-2-Clause */
/* What the content of a region itself can tell. A doubt is a proof that
 * somebody wrote there; no doubt proves nothing. */
#include "dropin/dropin.h"

#include <string.h>

#include "dropin/contents.h"
#include "purgatorio/arch.h"

/* The first byte of [@start, @end) that is not zero; @end: none. */
static uint64_t not_zero(uint64_t start, uint64_t end)
{
	while (start < end && *(const uint8_t *)pg_pointer(start) == 0)
		start++;
	return start;
}

const char *pg_doubt_text(struct pg_span span, uint64_t *at)
{
	const uint8_t *text = pg_pointer(span.start);
	size_t i;

	for (i = 0; i < span.bytes && text[i]; i++) {
		*at = span.start + i;
		if (text[i] < ' ' || text[i] > '~')
			return "a command line of such characters is none";
	}
	*at = span.start + i;
	return NULL;
}

static const char *doubt_cmdline(struct pg_span region, uint64_t *at)
{
	const uint64_t end = pg_span_end(region);
	const char *doubt = pg_doubt_text(region, at);

	if (doubt)
		return doubt;
	*at = not_zero(*at, end);
	return *at < end ? "zeros behind the command line are none" : NULL;
}

const char *pg_dropin_doubt(const struct pg_request *request, size_t index,
			    uint64_t *at)
{
	const struct pg_loader_region *region = &request->regions[index];
	const struct pg_dropin_name *name = pg_dropin_name(index);
	const uint64_t end = region->start + region->bytes;
	const struct pg_span content = {region->start, name->content_bytes};
	const char *doubt = NULL;

	switch (name->kind) {
	case PG_PART_INITRD:
		doubt = pg_doubt_initrd(content, at);
		break;
	case PG_PART_CMDLINE:
		doubt = doubt_cmdline(content, at);
		break;
	case PG_PART_ELFCOREHDR:
		doubt = pg_doubt_core(content, at);
		break;
	default:
		doubt = pg_dropin_doubt_own(request, name->kind, content, at);
	}
	if (doubt)
		return doubt;
	*at = not_zero(pg_span_end(content), end);
	return *at < end ? "zeros behind its content are none" : NULL;
}
