/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI tables: the reset register and the conduit of a FADT, the UART of an
 * SPCR. */
#include "tests/fuzz/fuzz.h"

#include "load/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pg_bytes table = {data, size};
	const struct pg_reset reset = pg_acpi_reset_parse(table);
	const struct pg_reset psci = pg_acpi_psci_parse(table);
	const struct pg_console console = pg_acpi_console_parse(table);

	fuzz_must(reset.kind == PG_RESET_ARCH || reset.kind == PG_RESET_PORT ||
		  reset.kind == PG_RESET_MMIO);
	fuzz_must(psci.kind == PG_RESET_ARCH ||
		  psci.kind == PG_RESET_PSCI_HVC ||
		  psci.kind == PG_RESET_PSCI_SMC);
	fuzz_must(console.kind <= PG_CONSOLE_SCLP);
	return 0;
}
