/* SPDX-License-Identifier: BSD-2-Clause */
/* Command lines: what must not be passed on goes, the rest stays, and asking
 * twice changes nothing more. And the console that they name. */
#include "tests/fuzz/fuzz.h"

#include "load/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, size};
	char *line = fuzz_string(&in);
	char *reused = pg_cmdline_reuse(line);
	char *again, *joined;
	struct pg_kernel kernel = {.cmdline_max = 100};
	struct pg_error error;

	fuzz_must(reused != NULL);
	fuzz_must(strlen(reused) <= strlen(line) + 1);
	again = pg_cmdline_reuse(reused);
	fuzz_must(again != NULL && strcmp(again, reused) == 0);
	joined = pg_cmdline_join(reused, line);
	fuzz_must(joined != NULL);
	fuzz_must(strlen(joined) <= strlen(reused) + strlen(line) + 1);
	fuzz_error(pg_cmdline_check(line, &kernel, &error), &error);
	(void)pg_console_find("/nonexistent", line);
	free(joined);
	free(again);
	free(reused);
	free(line);
	return 0;
}
