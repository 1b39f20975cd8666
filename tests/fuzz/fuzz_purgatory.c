/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatory.elf of each architecture; the first byte chooses it. */
#include "tests/fuzz/fuzz.h"

#include "pack/image/purgatory_elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_purgatory purgatory;
	struct pg_error error;
	enum pg_status status;

	if (size == 0)
		return 0;
	status = pg_purgatory_read((struct pg_bytes){data + 1, size - 1},
				   (data[0] & 3) + 1u, &purgatory, &error);
	fuzz_error(status, &error);
	if (status != PG_OK)
		return 0;
	fuzz_must(purgatory.const_bytes <= purgatory.memory_bytes);
	fuzz_must(purgatory.memory_bytes % PG_PAGE_BYTES == 0);
	fuzz_touch((struct pg_bytes){purgatory.content, purgatory.const_bytes});
	free(purgatory.content);
	return 0;
}
