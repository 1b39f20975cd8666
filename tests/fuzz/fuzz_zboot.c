/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a kernel lies in an EFI zboot image and in a zImage. What is found is
 * not unpacked: that is fuzz_unpack.c's. */
#include "tests/fuzz/fuzz.h"

#include "pack/formats/kernel_formats.h"

static void judge(enum pg_status status, struct pg_bytes file,
		  struct pg_bytes found, const struct pg_error *error)
{
	fuzz_error(status, error);
	if (status != PG_OK || found.size == 0)
		return;
	fuzz_must(found.data >= file.data);
	fuzz_must(found.size <= file.size);
	fuzz_must((size_t)(found.data - file.data) <= file.size - found.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pg_bytes file = {data, size};
	struct pg_bytes found = {NULL, 0};
	enum pg_compression kind;
	struct pg_error error;

	if (pg_zboot_recognise(file))
		judge(pg_zboot_payload(file, &found, &kind, &error), file,
		      found, &error);
	found = (struct pg_bytes){NULL, 0};
	if (pg_zimage_recognise(file))
		judge(pg_zimage_payload(file, &found, &kind, &error), file,
		      found, &error);
	return 0;
}
