/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of which nothing is known, as `load` and `pack` get it: every format,
 * and formats inside of each other. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_kernel kernel;
	struct pg_error error;

	fuzz_kernel(
		pg_kernel_read((struct pg_bytes){data, size}, &kernel, &error),
		&kernel, &error);
	return 0;
}
