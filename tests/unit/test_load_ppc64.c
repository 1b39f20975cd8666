/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads on ppc64 machines that are made up here: what a capture kernel is told
 * of them. */
#include "tests/unit/ppc64_machine.h"

static void check_manifest(const struct pg_image *image)
{
	const struct pg_manifest *manifest = pg_image_manifest(image);
	const struct pg_copy copy = pg_image_copy(image, 0);
	struct pg_part_view kernel = part(image, PG_PART_KERNEL);

	assert_int_equal(manifest->handoff.protocol, PG_HANDOFF_LINUX_PPC64);
	assert_int_equal(manifest->handoff.entry, kernel.address);
	assert_int_equal(manifest->handoff.args[0],
			 part(image, PG_PART_FDT).address);
	assert_int_equal(manifest->handoff.args[1], kernel.address);
	assert_int_equal(manifest->handoff.args[2], 0);
	assert_int_equal(manifest->console.kind, PG_CONSOLE_HVTERM);
	assert_int_equal(manifest->console.address, 0x71000000);
	assert_int_equal(manifest->reset.kind, PG_RESET_RTAS);
	assert_int_equal(manifest->reset.value, 0x2004);
	assert_int_equal(manifest->reset.address,
			 (uint64_t)RTAS << 32 | (RTAS + 0x10));
	assert_int_equal(manifest->copies.count, 1);
	assert_int_equal(copy.source, 0);
	assert_int_equal(copy.bytes, 0x10000);
	assert_int_equal(pg_load_le32(kernel.content.data + 0x5c), 1);
	/* whole pages of 64 KiB, clear of RTAS, in the real mode area */
	for (size_t i = 0; i < pg_image_segment_count(image); i++) {
		struct pg_segment s = pg_image_segment(image, i);

		assert_int_equal(s.address % 0x10000, 0);
		assert_int_equal(s.memory_bytes % 0x10000, 0);
		assert_true(s.address >= CRASH + 0x10000);
		assert_true(s.address + s.memory_bytes <= RMA);
	}
}

static void check_tree(const struct pg_image *image)
{
	const struct pg_part_view core = part(image, PG_PART_ELFCOREHDR);
	const struct pg_bytes dtb = part(image, PG_PART_FDT).content;
	const void *tree = dtb.data;
	int chosen = fdt_path_offset(tree, "/chosen"), cpu;
	const char *line;

	expect_ok(pg_fdt_command_line(dtb, &line, &error), &error);
	assert_non_null(strstr(line, "quiet elfcorehdr=0x"));
	assert_non_null(strstr(line, "purgatorio.log=0x"));
	/* each node has its share of [0, end of the region) */
	assert_int_equal(pair(tree, "/memory@0", "linux,usable-memory", 0), 0);
	assert_int_equal(pair(tree, "/memory@0", "linux,usable-memory", 1),
			 RMA);
	assert_int_equal(
		pair(tree, "/memory@28000000", "linux,usable-memory", 0), RMA);
	assert_int_equal(
		pair(tree, "/memory@28000000", "linux,usable-memory", 1),
		CRASH + CRASH_BYTES - RMA);
	/* the dead kernel's memory, ours, RTAS's */
	assert_true(is_reserved(tree, 0x10000, CRASH - 0x10000));
	assert_false(is_reserved(tree, 0, 1));
	assert_true(is_reserved(tree, core.address, core.content.size));
	assert_true(is_reserved(tree, pg_image_copy(image, 0).destination,
				0x10000));
	assert_true(is_reserved(tree, RTAS, RTAS_BYTES));
	/* what is stale and what is not */
	assert_null(fdt_getprop(tree, chosen, "linux,crashkernel-base", NULL));
	assert_null(fdt_getprop(tree, chosen, "linux,kernel-end", NULL));
	assert_null(fdt_getprop(tree, chosen, "linux,htab-base", NULL));
	assert_non_null(
		fdt_getprop(tree, chosen, "linux,pci-probe-only", NULL));
	assert_int_equal(pair(tree, "/chosen", "linux,initrd-start", 0),
			 part(image, PG_PART_INITRD).address);
	/* units in the order of their numbers; names are not properties */
	cpu = fdt_first_subnode(tree, fdt_path_offset(tree, "/cpus"));
	assert_string_equal(fdt_get_name(tree, cpu, NULL), "PowerPC,POWER9@8");
	assert_null(fdt_getprop(tree, 0, "name", NULL));
}

/* The first 64 KiB are where they were saved. */
static void check_core(const struct pg_image *image)
{
	const struct pg_bytes core = part(image, PG_PART_ELFCOREHDR).content;
	const uint8_t *at = core.data + sizeof(Elf64_Ehdr);
	bool found = false;

	assert_int_equal(pg_load_le16(core.data + 18), EM_PPC64);
	for (; at < core.data + core.size; at += sizeof(Elf64_Phdr)) {
		if (pg_load_le32(at) != PT_LOAD || pg_load_le64(at + 24) != 0)
			continue;
		found = true;
		assert_int_equal(pg_load_le64(at + 8),
				 pg_image_copy(image, 0).destination);
		assert_int_equal(pg_load_le64(at + 16), 0xc000000000000000);
		assert_int_equal(pg_load_le64(at + 40), 0x10000);
	}
	assert_true(found);
}

static void test_crash(void **state)
{
	struct trial trial = begin_ppc64(PG_LOAD_CRASH);
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);

	(void)state;
	check_manifest(image);
	check_tree(image);
	check_core(image);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

/* Above the running kernel and where the next one moves itself, clear of the
 * crash region and of the hashed page table. */
static void test_normal(void **state)
{
	struct trial trial = begin_ppc64(PG_LOAD_NORMAL);
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	const void *tree = part(image, PG_PART_FDT).content.data;

	(void)state;
	for (size_t i = 0; i < pg_image_segment_count(image); i++) {
		struct pg_segment s = pg_image_segment(image, i);

		assert_true(s.address >= 0x2880000);
		assert_true(s.address + s.memory_bytes <= CRASH);
	}
	assert_int_equal(
		pg_load_le32(part(image, PG_PART_KERNEL).content.data + 0x5c),
		0x72756e30);
	assert_null(fdt_getprop(tree, fdt_path_offset(tree, "/memory@0"),
				"linux,usable-memory", NULL));
	assert_false(is_reserved(tree, 0x10000, 1));
	assert_true(is_reserved(tree, RTAS, RTAS_BYTES));
	assert_int_equal(pg_image_manifest(image)->copies.count, 0);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

/* Bare metal: OPAL instead of RTAS, and all memory in reach. */
static void test_opal(void **state)
{
	struct trial trial = begin_ppc64(PG_LOAD_CRASH);
	const struct machine *m = &trial.machine;
	struct pg_bytes file;
	struct pg_image *image;
	const struct pg_manifest *manifest;

	(void)state;
	machine_drop(m, TREE "/rtas");
	CELLS(m, "ibm,opal/opal-base-address", 0, 0x30000000);
	CELLS(m, "ibm,opal/opal-runtime-size", 0, 0x1c30000);
	CELLS(m, "ibm,opal/opal-entry-address", 0, 0x30003760);
	CELLS(m, "reserved-ranges", 0, CRASH, 0, 0x8000000);
	image = plan(&trial, &file);
	manifest = pg_image_manifest(image);
	assert_int_equal(manifest->console.kind, PG_CONSOLE_OPAL);
	assert_int_equal(manifest->reset.kind, PG_RESET_ARCH);
	assert_int_equal(manifest->handoff.args[2], 0x30000000);
	assert_int_equal(manifest->handoff.args[3], 0x30003760);
	assert_true(part(image, PG_PART_KERNEL).address >= RMA);
	assert_int_equal(pair(part(image, PG_PART_FDT).content.data,
			      "/memory@28000000", "linux,usable-memory", 2),
			 0x30000000);
	assert_true(is_reserved(part(image, PG_PART_FDT).content.data,
				0x30000000, 0x1c30000));
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

/* An image that pack or a plan made is loaded again, its kernel told to stay.
 */
static void test_image(void **state)
{
	struct trial trial = begin_ppc64(PG_LOAD_CRASH);
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	struct pg_load_options *options = options_of(&trial);

	(void)state;
	options->kernel = file;
	options->initrd_count = 0;
	expect_ok(pg_load(options, &error), &error);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

static void test_refusals(void **state)
{
	struct trial trial = begin_ppc64(PG_LOAD_CRASH);

	(void)state;
	machine_drop(&trial.machine, TREE "/chosen/linux,crashkernel-base");
	machine_drop(&trial.machine, TREE "/chosen/linux,crashkernel-size");
	refuse(&trial, PG_E_NO_CRASH_REGION, "crashkernel=256M");

	trial = begin_ppc64(PG_LOAD_CRASH);
	machine_drop(&trial.machine, TREE);
	refuse(&trial, PG_E_MACHINE, "/proc/device-tree");

	trial = begin_ppc64(PG_LOAD_CRASH);
	machine_drop(&trial.machine, TREE "/memory@0");
	refuse(&trial, PG_E_MACHINE, "no memory at 0");

	trial = begin_ppc64(PG_LOAD_CRASH);
	CELLS(&trial.machine, "ibm,dynamic-reconfiguration-memory/ibm,lmb-size",
	      0, 1 << 28);
	refuse(&trial, PG_E_CORRUPT, "its blocks");

	trial = begin_ppc64(PG_LOAD_CRASH);
	machine_put(&trial.machine, "/proc/iomem",
		    "00100000-7fffffff : System RAM\n");
	refuse(&trial, PG_E_MACHINE, "no 64 KiB of RAM at 0");

	trial = begin_ppc64(PG_LOAD_CRASH);
	trial.options.kernel = make_kernel(true);
	refuse(&trial, PG_E_KERNEL_ARCH, "big-endian");

	/* it would move itself to 0, onto the dead kernel */
	trial = begin_ppc64(PG_LOAD_CRASH);
	memset(kernel_file + 0x1000 + 0x5c, 0, 4);
	refuse(&trial, PG_E_NO_SPACE, "kernel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash),	 cmocka_unit_test(test_normal),
		cmocka_unit_test(test_opal),	 cmocka_unit_test(test_image),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
