/* SPDX-License-Identifier: BSD-2-Clause */
/* PE files: headers and sections. */
#include "tests/fuzz/fuzz.h"

#include "pack/formats/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {".linux", ".text", ".", "",
					    ".osrelease"};
	const struct pg_bytes file = {data, size};
	struct pg_error error;
	enum pg_status status;
	struct pg_bytes found;
	struct pg_pe pe;

	if (size < 2 || memcmp(data, "MZ", 2) != 0)
		return 0;
	status = pg_pe_open(file, &pe, &error);
	fuzz_error(status, &error);
	if (status != PG_OK)
		return 0;
	fuzz_must(pg_pe_machine_name(pe.machine) != NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (pg_pe_section(&pe, names[i], &found))
			fuzz_touch(found);
	return 0;
}
