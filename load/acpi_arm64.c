/* SPDX-License-Identifier: BSD-2-Clause */
/* What ACPI tells of an arm64 machine: its console, and how it is reset. */
#include "load/machine.h"
#include "purgatorio/byteorder.h"

#define TABLES "/sys/firmware/acpi/tables/"
#define TABLE_LENGTH                                            \
	4 /* ACPI 6.4, 5.2.6, "System Description Table Header" \
	   */

/* Microsoft, "Serial Port Console Redirection Table". */
#define SPCR_INTERFACE 36 /* u8 */
#define SPCR_GAS       40 /* ACPI 6.4, table 5.1 */
#define SPCR_END       80
#define GAS_SPACE      (SPCR_GAS + 0)
#define GAS_BIT_WIDTH  (SPCR_GAS + 1)
#define GAS_ADDRESS    (SPCR_GAS + 4)
#define SYSTEM_MEMORY  0

/* Microsoft, "Debug Port Table 2", table 3. */
#define SPCR_16550	0x00
#define SPCR_16450	0x01
#define SPCR_PL011	0x03
#define SPCR_SBSA32	0x0d
#define SPCR_SBSA	0x0e
#define SPCR_16550_WIDE 0x12 /* registers as far apart as they are wide */

/* ACPI 6.4, table 5.9, "FADT Format", and table 5.11, "Fixed ACPI Description
 * Table ARM Boot Architecture Flags". */
#define FADT_ARM_FLAGS	   129 /* u16 */
#define FADT_ARM_FLAGS_END 131
#define PSCI_COMPLIANT	   0x1u
#define PSCI_USE_HVC	   0x2u

static bool whole(struct pg_bytes table, uint32_t end)
{
	return table.size >= end &&
	       pg_load_le32(table.data + TABLE_LENGTH) >= end;
}

struct pg_console pg_acpi_console_parse(struct pg_bytes spcr)
{
	const struct pg_console none = {.kind = PG_CONSOLE_NONE};
	struct pg_console console = {.stride = 4};

	if (!whole(spcr, SPCR_END) || spcr.data[GAS_SPACE] != SYSTEM_MEMORY)
		return none;
	console.address = pg_load_le64(spcr.data + GAS_ADDRESS);
	switch (spcr.data[SPCR_INTERFACE]) {
	case SPCR_PL011:
		console.kind = PG_CONSOLE_PL011;
		break;
	case SPCR_SBSA32:
	case SPCR_SBSA:
		console.kind = PG_CONSOLE_SBSA;
		break;
	case SPCR_16550:
	case SPCR_16450:
		console.kind = PG_CONSOLE_8250_MMIO;
		console.stride = 1;
		break;
	case SPCR_16550_WIDE:
		console.kind = PG_CONSOLE_8250_MMIO;
		console.stride = spcr.data[GAS_BIT_WIDTH] == 32 ? 4 : 1;
		break;
	default:
		return none;
	}
	return console.address == 0 ? none : console;
}

struct pg_reset pg_acpi_psci_parse(struct pg_bytes fadt)
{
	struct pg_reset reset = {.kind = PG_RESET_ARCH};
	unsigned flags;

	if (!whole(fadt, FADT_ARM_FLAGS_END))
		return reset;
	flags = pg_load_le16(fadt.data + FADT_ARM_FLAGS);
	if (flags & PSCI_COMPLIANT)
		reset.kind = flags & PSCI_USE_HVC ? PG_RESET_PSCI_HVC
						  : PG_RESET_PSCI_SMC;
	return reset;
}

static struct pg_bytes bytes_of(const struct pg_text *text)
{
	return (struct pg_bytes){(const uint8_t *)text->data, text->bytes};
}

struct pg_console pg_acpi_console(const char *root)
{
	struct pg_console console = {.kind = PG_CONSOLE_NONE};
	struct pg_error ignored;
	struct pg_text table;

	if (pg_sys_read(&table, &ignored, root, TABLES "SPCR") != PG_OK)
		return console;
	console = pg_acpi_console_parse(bytes_of(&table));
	pg_text_free(&table);
	return console;
}

struct pg_reset pg_acpi_psci(const char *root)
{
	struct pg_reset reset = {.kind = PG_RESET_ARCH};
	struct pg_error ignored;
	struct pg_text table;

	if (pg_sys_read(&table, &ignored, root, TABLES "FACP") != PG_OK)
		return reset;
	reset = pg_acpi_psci_parse(bytes_of(&table));
	pg_text_free(&table);
	return reset;
}
