/* SPDX-License-Identifier: BSD-2-Clause */
/* The headers of /proc/kcore, beside a fixed /proc/iomem. */
#include "tests/fuzz/fuzz.h"

#include "load/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] = "00001000-0009fbff : System RAM\n"
				   "00100000-3ffdffff : System RAM\n"
				   "  0ec00000-0fa01d31 : Kernel code\n"
				   "  0fc00000-104eafff : Kernel rodata\n"
				   "  10600000-1084897f : Kernel data\n"
				   "  10f10000-11ffffff : Kernel bss\n";
	static struct pg_iomem iomem;
	struct pg_kernel_map map;
	struct pg_error error;

	if (iomem.entries == NULL)
		fuzz_must(pg_iomem_parse(text, sizeof(text) - 1, &iomem,
					 &error) == PG_OK);
	pg_kernel_map_parse((struct pg_bytes){data, size}, &iomem, &map);
	return 0;
}
