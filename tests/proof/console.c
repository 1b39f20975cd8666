/* SPDX-License-Identifier: BSD-2-Clause */
/* What the purgatory says: every number, digest, size and time, with any two
 * consoles, into its own log, which is full or not. */
#include "tests/proof/machine.h"

static struct pg_manifest manifest;

void main(void)
{
	struct pg_context context = {.manifest = &manifest};
	uint8_t digest[32];

	ANY(manifest);
	ANY(digest);
	pg_log_start();
	pg_console_need();
	pg_console_begin(&context, any_u32() & 1);
	for (int i = any_u32(); i > 0; i--) {
		pg_put("manifest: \n");
		pg_put_dec(any_u64());
		pg_put_hex(any_u64());
		pg_put_digest(digest);
		pg_put_size(any_u64());
		pg_put_duration(any_u64(), any_u64());
		(void)pg_step_begin((enum pg_step)any_u32());
		(void)pg_step_end((enum pg_status)any_u32(), any_u64());
		pg_log_status((enum pg_status)any_u32());
		pg_log_features(any_u32());
	}
}
