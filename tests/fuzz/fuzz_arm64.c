/* SPDX-License-Identifier: BSD-2-Clause */
/* arm64 Images. */
#include "tests/fuzz/fuzz.h"

#include "pack/formats/kernel_formats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pg_bytes file = {data, size};
	struct pg_kernel kernel;
	struct pg_error error;

	if (pg_arm64_recognise(file))
		fuzz_kernel(pg_arm64_read(file, &kernel, &error), &kernel,
			    &error);
	return 0;
}
