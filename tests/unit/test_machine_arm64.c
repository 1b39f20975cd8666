/* SPDX-License-Identifier: BSD-2-Clause */
/* What recorded arm64 machines say of kernel, console and reset. */
#include "tests/unit/trial_arm64.h"

static void test_kernel_map(void **state)
{
	static const struct {
		const char *name;
		uint64_t physical, virtual, direct;
	} want[] = {
		{"arm64-high", 0x40210000, 0xffffb2982d810000,
		 0xfffeffffc0000000},
		{"arm64-acpi", 0x75600000, 0xffffd774a7a00000,
		 0xffff000000000000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct machine machine = machine_make(want[i].name);
		struct pg_kernel_map map;
		struct pg_iomem iomem;

		assert_int_equal(pg_iomem_read(machine.root, &iomem, &error),
				 PG_OK);
		pg_kernel_map_read(machine.root, &iomem, &map);
		assert_int_equal(map.image.start, want[i].physical);
		assert_int_equal(map.image.bytes, 0x2000000);
		assert_int_equal(map.image_virtual, want[i].virtual);
		assert_int_equal(map.direct_map, want[i].direct);
		pg_iomem_free(&iomem);
		machine_free(&machine);
	}
}

/* kcore contradicts vmcoreinfo: the kernel stays unknown. */
static void test_unconfirmed(void **state)
{
	struct machine machine = machine_make("arm64-high");
	struct pg_kernel_map map;
	struct pg_iomem iomem;
	struct pg_text kcore;
	Elf64_Phdr *at;

	(void)state;
	assert_int_equal(pg_iomem_read(machine.root, &iomem, &error), PG_OK);
	assert_int_equal(
		pg_sys_read(&kcore, &error, machine.root, "/proc/kcore"),
		PG_OK);
	at = (void *)(kcore.data + sizeof(Elf64_Ehdr));
	for (int i = 0; i < ((Elf64_Ehdr *)kcore.data)->e_phnum; i++)
		if (at[i].p_type == PT_LOAD &&
		    at[i].p_vaddr >= 0xffff800000000000)
			at[i].p_memsz = 0x1000;
	pg_kernel_map_parse(
		(struct pg_bytes){(uint8_t *)kcore.data, kcore.bytes}, &iomem,
		&map);
	assert_int_equal(map.image.bytes, 0);
	assert_int_equal(map.image_virtual, 0);
	assert_int_equal(map.direct_map, 0xfffeffffc0000000);
	/* The image's own header, of other memory, and none that covers it. */
	for (int i = 0; i < ((Elf64_Ehdr *)kcore.data)->e_phnum; i++)
		if (at[i].p_type == PT_LOAD && at[i].p_paddr == 0x40200000) {
			at[i].p_memsz = 0x2010000;
			at[i].p_paddr += 0x1000;
		}
	pg_kernel_map_parse(
		(struct pg_bytes){(uint8_t *)kcore.data, kcore.bytes}, &iomem,
		&map);
	assert_int_equal(map.image.bytes, 0);
	for (int i = 0; i < ((Elf64_Ehdr *)kcore.data)->e_phnum; i++)
		if (at[i].p_type == PT_LOAD && at[i].p_paddr == 0x40201000)
			at[i].p_paddr -= 0x1000;
	pg_kernel_map_parse(
		(struct pg_bytes){(uint8_t *)kcore.data, kcore.bytes}, &iomem,
		&map);
	assert_int_equal(map.image.bytes, 0x2000000);
	pg_text_free(&kcore);
	pg_iomem_free(&iomem);
	machine_free(&machine);
}

static void test_tables(void **state)
{
	uint8_t spcr[80] = {[4] = 80, [36] = 0x0e}, fadt[131] = {[4] = 131};
	const struct pg_bytes console = {spcr, sizeof(spcr)};
	const struct pg_bytes psci = {fadt, sizeof(fadt)};

	(void)state;
	pg_store_le64(spcr + 44, 0x2a400000);
	assert_int_equal(pg_acpi_console_parse(console).kind, PG_CONSOLE_SBSA);
	assert_int_equal(pg_acpi_console_parse(console).address, 0x2a400000);
	spcr[36] = 0x12;
	spcr[41] = 32;
	assert_int_equal(pg_acpi_console_parse(console).kind,
			 PG_CONSOLE_8250_MMIO);
	assert_int_equal(pg_acpi_console_parse(console).stride, 4);
	spcr[36] = 0x03;
	spcr[40] = 1; /* an I/O port */
	assert_int_equal(pg_acpi_console_parse(console).kind, PG_CONSOLE_NONE);
	spcr[40] = 0;
	assert_int_equal(pg_acpi_console_parse(console).kind, PG_CONSOLE_PL011);
	spcr[4] = 79;
	assert_int_equal(pg_acpi_console_parse(console).kind, PG_CONSOLE_NONE);
	spcr[4] = 80;
	assert_int_equal(
		pg_acpi_console_parse((struct pg_bytes){spcr, 79}).kind,
		PG_CONSOLE_NONE);
	spcr[36] = 0x77;
	assert_int_equal(pg_acpi_console_parse(console).kind, PG_CONSOLE_NONE);
	assert_int_equal(pg_acpi_psci_parse(psci).kind, PG_RESET_ARCH);
	fadt[129] = 1;
	assert_int_equal(pg_acpi_psci_parse(psci).kind, PG_RESET_PSCI_SMC);
	fadt[129] = 3;
	assert_int_equal(pg_acpi_psci_parse(psci).kind, PG_RESET_PSCI_HVC);
	assert_int_equal(pg_acpi_psci_parse((struct pg_bytes){fadt, 130}).kind,
			 PG_RESET_ARCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_map),
		cmocka_unit_test(test_unconfirmed),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
