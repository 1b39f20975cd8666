/* SPDX-License-Identifier: BSD-2-Clause */
/* Where ACPI begins, and how it resets the machine. */
#include <string.h>

#include "load/machine.h"
#include "purgatorio/byteorder.h"

/* struct boot_params, acpi_rsdp_addr (boot protocol 2.14). */
#define BOOT_PARAMS_RSDP 0x70

/* ACPI 6.4, table 5.9, "FADT Format". */
#define FADT_LENGTH	  4
#define FADT_FLAGS	  112
#define FADT_RESET_REG	  116 /* Generic Address Structure, table 5.1 */
#define FADT_RESET_VALUE  128
#define FADT_RESET_END	  129
#define FLAG_RESET_REG	  (1u << 10) /* table 5.10, RESET_REG_SUP */
#define GAS_SPACE	  0
#define GAS_BIT_WIDTH	  1
#define GAS_BIT_OFFSET	  2
#define GAS_ADDRESS	  4
#define GAS_SYSTEM_MEMORY 0
#define GAS_SYSTEM_IO	  1

/* The hexadecimal number behind the first @name of @text, or 0. */
static uint64_t number_behind(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	uint64_t value;

	if (!at)
		return 0;
	at += strlen(name);
	return pg_parse_u64(&at, 16, &value) ? value : 0;
}

static uint64_t from_file(const char *root, const char *path, const char *first,
			  const char *second)
{
	struct pg_error ignored;
	struct pg_text text;
	uint64_t value;

	if (pg_sys_read(&text, &ignored, root, "%s", path) != PG_OK)
		return 0;
	value = number_behind(text.data, first);
	if (value == 0 && second)
		value = number_behind(text.data, second);
	pg_text_free(&text);
	return value;
}

uint64_t pg_acpi_rsdp(const char *root, struct pg_bytes live)
{
	/* ACPI20= names the RSDP with the 64-bit table. */
	uint64_t rsdp =
		from_file(root, "/sys/firmware/efi/systab", "ACPI20=", "ACPI=");

	if (rsdp == 0 && live.size == PG_BOOT_PARAMS_BYTES)
		rsdp = pg_load_le64(live.data + BOOT_PARAMS_RSDP);
	if (rsdp == 0)
		rsdp = from_file(root, "/proc/cmdline", "acpi_rsdp=", NULL);
	return rsdp;
}

struct pg_reset pg_acpi_reset_parse(struct pg_bytes fadt)
{
	const struct pg_reset none = {PG_RESET_ARCH, 0, 0};
	struct pg_reset reset = none;
	const uint8_t *gas;

	if (fadt.size < FADT_RESET_END ||
	    pg_load_le32(fadt.data + FADT_LENGTH) < FADT_RESET_END ||
	    !(pg_load_le32(fadt.data + FADT_FLAGS) & FLAG_RESET_REG))
		return none;
	gas = fadt.data + FADT_RESET_REG;
	/* 4.8.3.6: the register is 8 bits wide at offset 0. */
	if (gas[GAS_BIT_WIDTH] != 8 || gas[GAS_BIT_OFFSET] != 0)
		return none;
	reset.address = pg_load_le64(gas + GAS_ADDRESS);
	reset.value = fadt.data[FADT_RESET_VALUE];
	if (reset.address == 0)
		return none;
	if (gas[GAS_SPACE] == GAS_SYSTEM_IO && reset.address <= UINT16_MAX)
		reset.kind = PG_RESET_PORT;
	else if (gas[GAS_SPACE] == GAS_SYSTEM_MEMORY)
		reset.kind = PG_RESET_MMIO;
	else
		return none; /* PCI configuration space */
	return reset;
}

struct pg_reset pg_acpi_reset(const char *root)
{
	struct pg_reset reset = {PG_RESET_ARCH, 0, 0};
	struct pg_error ignored;
	struct pg_text fadt;

	if (pg_sys_read(&fadt, &ignored, root,
			"/sys/firmware/acpi/tables/FACP") != PG_OK)
		return reset;
	reset = pg_acpi_reset_parse((struct pg_bytes){
		(const uint8_t *)fadt.data,
		fadt.bytes,
	});
	pg_text_free(&fadt);
	return reset;
}
