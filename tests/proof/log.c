/* SPDX-License-Identifier: BSD-2-Clause */
/* The log moves from the purgatory's memory, with anything in it, to an area
 * that the structural check has passed, wherever that is; and may be moved on
 * by a swap. */
#include "tests/proof/machine.h"

static struct pg_manifest manifest;

void main(void)
{
	struct pg_context context = {.manifest = &manifest};

	ANY(manifest);
	pg_log_start();
	//@ widen_hints "all", 1024;
	for (int i = any_u32(); i > 0; i--) {
		pg_log_character((char)any_u32());
		(void)pg_step_begin((enum pg_step)any_u32());
	}
	/* check.c, check_log() */
	manifest.log.flags = 0;
	manifest.log.bytes = (uint32_t)(PG_LOG_BYTES_MIN + any_up_to(1 << 24));
	manifest.log.start = 8 * (0x200 + any_up_to(PROOF_MEMORY / 32));
	pg_log_open(&context);
}
