/* SPDX-License-Identifier: BSD-2-Clause */
/* A reader with a fault, for the test of the harness: a length in the input is
 * believed. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4 || data[0] != 'P' || data[1] != 'G')
		return 0;
	fuzz_touch((struct pg_bytes){data, pg_load_le16(data + 2)});
	return 0;
}
