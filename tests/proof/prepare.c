/* SPDX-License-Identifier: BSD-2-Clause */
/* Fills and copies of a manifest that the structural check has passed, of which
 * the machine can reach everything. That a copy's two sides are apart is the
 * check's; here sources lie in the lower half of memory. */
#include "tests/proof/machine.h"

/* Each table at the end of what can be read. */
static struct {
	struct pg_manifest header;
	struct pg_fill fills[PG_FILLS_MAX];
} filling;
static struct {
	struct pg_manifest header;
	struct pg_copy copies[PG_COPIES_MAX];
} copying;

#define LOW  0x1000u
#define HALF (PROOF_MEMORY / 4)

void main(void)
{
	const struct pg_context fills = {.manifest = &filling.header};
	const struct pg_context copies = {.manifest = &copying.header};
	uint64_t bytes = 0;

	ANY(filling.header);
	ANY(copying.header);
	filling.header.fills = (struct pg_table){
		sizeof(struct pg_manifest), (uint32_t)any_up_to(PG_FILLS_MAX)};
	copying.header.copies = (struct pg_table){
		sizeof(struct pg_manifest), (uint32_t)any_up_to(PG_COPIES_MAX)};
	/* What pg_arch_reachable() says yes to. */
	//@ loop unroll PG_FILLS_MAX;
	for (size_t i = 0; i < PG_FILLS_MAX; i++) {
		filling.fills[i].start = LOW + any_up_to(HALF);
		filling.fills[i].bytes = any_up_to(HALF);
	}
	//@ loop unroll PG_COPIES_MAX;
	for (size_t i = 0; i < PG_COPIES_MAX; i++) {
		copying.copies[i].source = LOW + any_up_to(HALF);
		copying.copies[i].destination =
			LOW + 2 * HALF + any_up_to(HALF / 2);
		copying.copies[i].bytes = any_up_to(HALF / 2);
	}
	(void)pg_fill_memory(&fills, &bytes);
	(void)pg_copy_memory(&copies, &bytes);
}
