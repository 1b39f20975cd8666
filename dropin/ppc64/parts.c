/* SPDX-License-Identifier: BSD-2-Clause */
/* Documentation/powerpc/booting.rst: the kernel, and a device tree that has
 * the rest. */
#include "dropin/contents.h"
#include "dropin/devicetree/tree.h"

size_t pg_dropin_parts(const struct pg_request *request,
		       struct pg_dropin_part *parts, size_t max)
{
	size_t count = 0;

	parts[count++] =
		(struct pg_dropin_part){.name = "kernel",
					.kind = PG_PART_KERNEL,
					.address = request->handoff.args[1]};
	count += pg_dropin_tree_parts(request, request->handoff.args[0],
				      parts + count, max - count);
	count += pg_dropin_core_parts(request, parts + count, max - count);
	return count;
}

/* pg_dropin_request() has named firmware's. */
struct pg_console pg_dropin_console(const struct pg_request *request)
{
	return request->console;
}

const char *pg_dropin_doubt_own(const struct pg_request *request, uint32_t kind,
				struct pg_span span, uint64_t *at)
{
	(void)request;
	return kind == PG_PART_FDT ? pg_doubt_tree(span, at) : NULL;
}
