/* SPDX-License-Identifier: BSD-2-Clause */
/* gzip, xz and zstd streams. */
#include "tests/fuzz/fuzz.h"

#include "pack/formats/compressed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pg_bytes file = {data, size};
	enum pg_compression kind = pg_compression_of(file);
	struct pg_bytes out = {NULL, 0};
	struct pg_error error;
	enum pg_status status;

	if (kind == PG_COMPRESSION_NONE)
		return 0;
	status = pg_unpack(kind, file, &out, &error);
	fuzz_error(status, &error);
	fuzz_must(status == PG_OK || out.data == NULL);
	free((void *)(uintptr_t)out.data);
	return 0;
}
