/* SPDX-License-Identifier: BSD-2-Clause */
/* An image of `pack`: read, hashed, shown. What is shown of one that is
 * hostile must be one line for each fact, and no control character. */
#include "tests/fuzz/fuzz_look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_read_image((struct pg_bytes){data, size});
	return 0;
}
