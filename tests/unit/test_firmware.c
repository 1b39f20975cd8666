/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI and EFI of recorded machines, and of ones that lie. */
#include "machine.h"

#include "load/machine.h"
#include "purgatorio/byteorder.h"

#define EFI "/sys/firmware/efi/"

static struct pg_error error;

static struct pg_text read_live(const struct machine *machine)
{
	struct pg_text live;

	assert_int_equal(pg_sys_read(&live, &error, machine->root,
				     "/sys/kernel/boot_params/data"),
			 PG_OK);
	assert_int_equal(live.bytes, PG_BOOT_PARAMS_BYTES);
	return live;
}

static struct pg_bytes bytes_of(struct pg_text text)
{
	return (struct pg_bytes){(const uint8_t *)text.data, text.bytes};
}

static void test_rsdp(void **state)
{
	struct machine machine = machine_make("efi-1cpu");
	struct pg_text live = read_live(&machine);
	const struct pg_bytes none = {NULL, 0};

	(void)state;
	assert_int_equal(pg_acpi_rsdp(machine.root, bytes_of(live)),
			 0x3f77d014);
	machine_put(&machine, EFI "systab", "ACPI=0x3f77d000\n");
	assert_int_equal(pg_acpi_rsdp(machine.root, none), 0x3f77d000);
	machine_put(&machine, EFI "systab", "ACPI20=nowhere\n");
	pg_store_le64((uint8_t *)live.data + 0x70, 0x1234000);
	assert_int_equal(pg_acpi_rsdp(machine.root, bytes_of(live)), 0x1234000);
	machine_put(&machine, "/proc/cmdline", "quiet acpi_rsdp=0xe0010 x\n");
	assert_int_equal(pg_acpi_rsdp(machine.root, none), 0xe0010);
	machine_drop(&machine, "/proc/cmdline");
	assert_int_equal(pg_acpi_rsdp(machine.root, none), 0);
	pg_text_free(&live);
	machine_free(&machine);
}

static void test_reset_recorded(void **state)
{
	struct machine machine = machine_make("efi-4cpu");
	struct pg_reset reset = pg_acpi_reset(machine.root);

	(void)state;
	/* q35's port 0xcf9 */
	assert_int_equal(reset.kind, PG_RESET_PORT);
	assert_int_equal(reset.address, 0xcf9);
	assert_int_equal(reset.value, 0xf);
	machine_free(&machine);
	machine = machine_make("bios-1cpu");
	assert_int_equal(pg_acpi_reset(machine.root).kind, PG_RESET_ARCH);
	machine_drop(&machine, "/sys/firmware/acpi");
	assert_int_equal(pg_acpi_reset(machine.root).kind, PG_RESET_ARCH);
	machine_free(&machine);
}

/* A FADT whose reset register is in memory; @spoil is XORed into one byte. */
static uint32_t reset_kind(size_t at, uint8_t spoil, size_t bytes)
{
	uint8_t fadt[140] = {0};
	uint8_t *copy = malloc(bytes);
	uint32_t kind;

	pg_store_le32(fadt + 4, 140);
	pg_store_le32(fadt + 112, 1u << 10);
	fadt[117] = 8;
	pg_store_le64(fadt + 120, 0xfed01000);
	fadt[128] = 1;
	fadt[at] ^= spoil;
	memcpy(copy, fadt, bytes);
	kind = pg_acpi_reset_parse((struct pg_bytes){copy, bytes}).kind;
	free(copy);
	return kind;
}

static void test_reset_rules(void **state)
{
	(void)state;
	assert_int_equal(reset_kind(0, 0, 140), PG_RESET_MMIO);
	assert_int_equal(reset_kind(0, 0, 129), PG_RESET_MMIO);
	assert_int_equal(reset_kind(0, 0, 128), PG_RESET_ARCH);
	assert_int_equal(reset_kind(0, 0, 1), PG_RESET_ARCH);
	/* its own length, the flag, the space, the width, the bit offset */
	assert_int_equal(reset_kind(4, 140 ^ 128, 140), PG_RESET_ARCH);
	assert_int_equal(reset_kind(113, 4, 140), PG_RESET_ARCH);
	assert_int_equal(reset_kind(116, 2, 140), PG_RESET_ARCH);
	assert_int_equal(reset_kind(117, 16 ^ 8, 140), PG_RESET_ARCH);
	assert_int_equal(reset_kind(118, 1, 140), PG_RESET_ARCH);
	/* a port beyond 64 Ki */
	assert_int_equal(reset_kind(116, 1, 140), PG_RESET_ARCH);
}

static void test_efi_recorded(void **state)
{
	struct machine machine = machine_make("efi-4cpu");
	struct pg_text live = read_live(&machine);
	uint8_t info[PG_EFI_INFO_BYTES], data[PG_SETUP_EFI_BYTES];
	const uint8_t *first;
	struct pg_efi efi;

	(void)state;
	assert_int_equal(
		pg_efi_read(machine.root, bytes_of(live), &efi, &error), PG_OK);
	assert_true(efi.booted);
	assert_true(efi.runtime);
	assert_int_equal(efi.descriptor_bytes, 48);
	assert_int_equal(efi.map_bytes % 48, 0);
	/* runtime-map/0: the flash */
	first = efi.map;
	assert_int_equal(pg_load_le32(first), 0xb);
	assert_int_equal(pg_load_le64(first + 8), 0xffc00000);
	assert_int_equal(pg_load_le64(first + 16), 0xfffffffeffc00000);
	assert_int_equal(pg_load_le64(first + 24), 0x400);
	assert_int_equal(pg_load_le64(first + 32), 0x8000000000000001);
	pg_efi_info(&efi, 0x123456789000, info);
	assert_memory_equal(info, "EL64", 4);
	/* the same system table as the first kernel was given */
	assert_memory_equal(info + 4, live.data + 0x1c4, 4);
	assert_int_equal(pg_load_le32(info + 8), 48);
	assert_int_equal(pg_load_le32(info + 12), 1);
	assert_int_equal(pg_load_le32(info + 16), 0x56789000);
	assert_int_equal(pg_load_le32(info + 20), efi.map_bytes);
	assert_memory_equal(info + 24, live.data + 0x1d8, 4);
	assert_int_equal(pg_load_le32(info + 28), 0x1234);
	pg_efi_setup_data(&efi, 0, data);
	assert_int_equal(pg_load_le64(data), 0);
	assert_int_equal(pg_load_le32(data + 8), 4);
	assert_int_equal(pg_load_le32(data + 12), 96);
	assert_int_equal(pg_load_le64(data + 16), 0x7f52aa18);
	assert_int_equal(pg_load_le64(data + 32), 0x7f5ebc98);
	assert_int_equal(pg_load_le64(data + 40), 0x7f520000);
	pg_efi_free(&efi);
	pg_text_free(&live);
	machine_free(&machine);
}

static void expect_efi(const struct machine *machine, struct pg_bytes live,
		       bool booted, bool runtime)
{
	struct pg_efi efi;

	assert_int_equal(pg_efi_read(machine->root, live, &efi, &error), PG_OK);
	assert_int_equal(efi.booted, booted);
	assert_int_equal(efi.runtime, runtime);
	if (!runtime)
		assert_null(efi.map);
	pg_efi_free(&efi);
}

static void test_efi_without_runtime(void **state)
{
	struct machine machine = machine_make("efi-1cpu");
	struct pg_text live = read_live(&machine);

	(void)state;
	expect_efi(&machine, (struct pg_bytes){NULL, 0}, true, false);
	live.data[0x1c0] ^= 1;
	expect_efi(&machine, bytes_of(live), true, false);
	live.data[0x1c0] ^= 1;
	expect_efi(&machine, bytes_of(live), true, true);
	/* descriptors of an unknown version, too small, too large */
	live.data[0x1cc] = 2;
	expect_efi(&machine, bytes_of(live), true, false);
	live.data[0x1cc] = 1;
	live.data[0x1c8] = 39;
	expect_efi(&machine, bytes_of(live), true, false);
	live.data[0x1c9] = 2;
	expect_efi(&machine, bytes_of(live), true, false);
	live.data[0x1c9] = 0;
	live.data[0x1c8] = 48;
	machine_drop(&machine, EFI "runtime-map");
	expect_efi(&machine, bytes_of(live), true, false);
	machine_drop(&machine, "/sys/firmware/efi");
	expect_efi(&machine, bytes_of(live), false, false);
	pg_text_free(&live);
	machine_free(&machine);
}

static void test_efi_hostile(void **state)
{
	struct machine machine = machine_make("efi-1cpu");
	struct pg_text live = read_live(&machine);
	struct pg_efi efi;

	(void)state;
	machine_put(&machine, EFI "runtime-map/2/phys_addr", "0xnowhere\n");
	assert_int_equal(
		pg_efi_read(machine.root, bytes_of(live), &efi, &error),
		PG_E_MACHINE);
	assert_non_null(strstr(error.text, "runtime-map/2/phys_addr"));
	machine_put(&machine, EFI "runtime-map/2/phys_addr", "0x1000\n");
	machine_drop(&machine, EFI "fw_vendor");
	assert_int_equal(
		pg_efi_read(machine.root, bytes_of(live), &efi, &error),
		PG_E_MACHINE);
	pg_text_free(&live);
	machine_free(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsdp),
		cmocka_unit_test(test_reset_recorded),
		cmocka_unit_test(test_reset_rules),
		cmocka_unit_test(test_efi_recorded),
		cmocka_unit_test(test_efi_without_runtime),
		cmocka_unit_test(test_efi_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
