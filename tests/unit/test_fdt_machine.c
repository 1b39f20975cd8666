/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device tree says of the machine. */
#include "tests/unit/trees.h"

static void test_virt(void **state)
{
	static const char *const names[] = {"virt-el1", "virt-el2"};
	static const uint32_t resets[] = {PG_RESET_PSCI_HVC, PG_RESET_PSCI_SMC};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pg_bytes tree = load_tree(names[i]);
		struct pg_console console;
		const char *line;

		expect_ok(pg_fdt_check(tree, &error), &error);
		console = pg_fdt_console(tree);
		assert_int_equal(console.kind, PG_CONSOLE_PL011);
		assert_int_equal(console.address, 0x9000000);
		assert_int_equal(console.baud, 0);
		assert_int_equal(pg_fdt_reset(tree).kind, resets[i]);
		assert_false(pg_fdt_is_stub(tree));
		expect_ok(pg_fdt_command_line(tree, &line, &error), &error);
		assert_string_equal(line, "");
		drop(tree);
	}
}

/* A UART two buses down, and a stdout-path with an alias and options. */
static void *uart_tree(void)
{
	void *tree = new_tree(2, true);

	node_at(tree, 0, "chosen");
	text(tree, "/chosen", "stdout-path", "serial0:115200n8");
	node_at(tree, 0, "aliases");
	text(tree, "/aliases", "serial0", "/soc/apb/serial@100");
	node_at(tree, 0, "soc");
	CELLS(tree, "/soc", "#address-cells", 1);
	CELLS(tree, "/soc", "#size-cells", 1);
	CELLS(tree, "/soc", "ranges", 0x0, 0x8, 0x0, 0x10000000, 0x20000000,
	      0x8, 0x80000000, 0x100000);
	node_at(tree, fdt_path_offset(tree, "/soc"), "apb");
	CELLS(tree, "/soc/apb", "#address-cells", 1);
	CELLS(tree, "/soc/apb", "#size-cells", 1);
	CELLS(tree, "/soc/apb", "ranges", 0x100, 0x20001000, 0x100);
	node_at(tree, fdt_path_offset(tree, "/soc/apb"), "serial@100");
	CELLS(tree, "/soc/apb/serial@100", "reg", 0x140, 0x20);
	text(tree, "/soc/apb/serial@100", "compatible", "snps,dw-apb-uart");
	CELLS(tree, "/soc/apb/serial@100", "reg-shift", 2);
	CELLS(tree, "/soc/apb/serial@100", "reg-io-width", 4);
	CELLS(tree, "/soc/apb/serial@100", "clock-frequency", 24000000);
	return tree;
}

static void test_uarts(void **state)
{
	static const struct {
		const char *compatible;
		uint32_t kind;
	} kinds[] = {{"snps,dw-apb-uart", PG_CONSOLE_8250_MMIO},
		     {"ns16550a", PG_CONSOLE_8250_MMIO},
		     {"arm,pl011", PG_CONSOLE_PL011},
		     {"arm,sbsa-uart", PG_CONSOLE_SBSA},
		     {"acme,uart", PG_CONSOLE_NONE}};
	const char *path = "/soc/apb/serial@100";
	void *tree = uart_tree();
	struct pg_console console;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		text(tree, path, "compatible", kinds[i].compatible);
		console = pg_fdt_console(bytes_of(tree));
		assert_int_equal(console.kind, kinds[i].kind);
		if (kinds[i].kind == PG_CONSOLE_NONE)
			continue;
		assert_int_equal(console.address, 0x880001040);
		assert_int_equal(console.stride, 4);
	}
	text(tree, path, "compatible", "ns16550a");
	assert_int_equal(pg_fdt_console(bytes_of(tree)).clock_hertz, 24000000);
	CELLS(tree, path, "reg-shift", 0);
	CELLS(tree, path, "reg-io-width", 1);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).stride, 1);
	/* Wide accesses to narrow registers: not a driver of ours. */
	CELLS(tree, path, "reg-io-width", 4);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	CELLS(tree, path, "reg-io-width", 1);
	CELLS(tree, path, "reg-shift", 3);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	free(tree);
}

/* An address that no bus translates is no address. */
static void test_untranslatable(void **state)
{
	void *tree = uart_tree();

	(void)state;
	CELLS(tree, "/soc", "ranges", 0x0, 0x8, 0x0, 0x10000000);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	fdt_delprop(tree, fdt_path_offset(tree, "/soc"), "ranges");
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	/* Empty: the same on both sides. */
	assert_int_equal(fdt_setprop(tree, fdt_path_offset(tree, "/soc"),
				     "ranges", NULL, 0),
			 0);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).address, 0x20001040);
	CELLS(tree, "/soc/apb", "#address-cells", 4);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	CELLS(tree, "/soc/apb", "#address-cells", 1);
	CELLS(tree, "/soc/apb/serial@100", "reg", 0x140);
	assert_int_equal(pg_fdt_console(bytes_of(tree)).kind, PG_CONSOLE_NONE);
	free(tree);
}

static void test_psci(void **state)
{
	void *tree = new_tree(2, true);

	(void)state;
	node_at(tree, 0, "psci");
	text(tree, "/psci", "method", "smc");
	text(tree, "/psci", "compatible", "arm,psci"); /* no SYSTEM_RESET */
	assert_int_equal(pg_fdt_reset(bytes_of(tree)).kind, PG_RESET_ARCH);
	text(tree, "/psci", "compatible", "arm,psci-0.2");
	assert_int_equal(pg_fdt_reset(bytes_of(tree)).kind, PG_RESET_PSCI_SMC);
	fdt_setprop(tree, fdt_path_offset(tree, "/psci"), "method", "smc", 3);
	assert_int_equal(pg_fdt_reset(bytes_of(tree)).kind, PG_RESET_ARCH);
	free(tree);
}

static uint64_t memory_end(void *tree, uint64_t start)
{
	uint64_t end = 1;

	assert_true(pg_fdt_memory_end(bytes_of(tree), start, &end));
	return end;
}

static void no_memory_said(void *tree)
{
	uint64_t end = 1;

	assert_false(pg_fdt_memory_end(bytes_of(tree), 0, &end));
	assert_int_equal(end, 1);
}

static void test_memory(void **state)
{
	void *tree = new_tree(1, true);

	(void)state;
	no_memory_said(tree);
	/* In no order, and one byte apart. */
	CELLS(tree, "/memory", "reg", 0x3000, 0x1000, 0x1000, 0x2000, 0x5001,
	      0x1000);
	no_memory_said(tree);
	text(tree, "/memory", "device_type", "memory");
	assert_int_equal(memory_end(tree, 0x1000), 0x4000);
	assert_int_equal(memory_end(tree, 0x3fff), 0x4000);
	assert_int_equal(memory_end(tree, 0x4001), 0x4001);
	assert_int_equal(memory_end(tree, 0xfff), 0xfff);
	node_at(tree, 0, "memory@4000");
	text(tree, "/memory@4000", "device_type", "memory");
	CELLS(tree, "/memory@4000", "reg", 0x4000, 0x1001, 0x6000);
	assert_int_equal(memory_end(tree, 0x1000), 0x6001);
	text(tree, "/memory@4000", "status", "disabled");
	assert_int_equal(memory_end(tree, 0x1000), 0x4000);
	text(tree, "/memory@4000", "status", "okay");
	assert_int_equal(memory_end(tree, 0x1000), 0x6001);
	CELLS(tree, "/", "#size-cells", 3);
	no_memory_said(tree);
	CELLS(tree, "/", "#size-cells", 1);
	node_at(tree, 0, "chosen");
	CELLS(tree, "/chosen", "linux,uefi-mmap-start", 0, 0);
	no_memory_said(tree);
	fdt_delprop(tree, fdt_path_offset(tree, "/chosen"),
		    "linux,uefi-mmap-start");
	assert_int_equal(memory_end(tree, 0x1000), 0x6001);
	node_at(tree, 0, "ibm,dynamic-reconfiguration-memory");
	no_memory_said(tree);
	free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virt),
		cmocka_unit_test(test_uarts),
		cmocka_unit_test(test_untranslatable),
		cmocka_unit_test(test_psci),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
