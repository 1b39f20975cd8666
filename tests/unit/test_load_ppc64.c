/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads on ppc64 machines that are made up here: their device trees, and what
 * a capture kernel is told of them. */
#include "tests/unit/trial.h"

#include <libfdt.h>

#include "fdt/flatten.h"
#include "fdt/tree.h"

#define TREE	     "/proc/device-tree"
#define KERNEL_BYTES 0x20000
#define CRASH	     0x20000000u
#define CRASH_BYTES  0x10000000u
#define RTAS	     0x20000000u /* at the start of the crash region */
#define RTAS_BYTES   0x82cu
#define MEMORY	     0x80000000u
#define RMA	     0x28000000u /* inside of the crash region */

static uint8_t kernel_file[0x1000 + KERNEL_BYTES];

/* One PT_LOAD of a relocatable little-endian kernel. */
static struct pg_bytes make_kernel(bool big)
{
	uint8_t *file = kernel_file, *load = file + sizeof(Elf64_Ehdr);

	memset(file, 0, sizeof(kernel_file));
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = ELFCLASS64;
	file[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	file[EI_VERSION] = EV_CURRENT;
	pg_store16(big, file + 16, ET_EXEC);
	pg_store16(big, file + 18, EM_PPC64);
	pg_store64(big, file + 32, sizeof(Elf64_Ehdr));
	pg_store16(big, file + 54, sizeof(Elf64_Phdr));
	pg_store16(big, file + 56, 1);
	put_phdr(big, load, 0x1000, 0, KERNEL_BYTES, 0x2000000);
	pg_store_le32(file + 0x1000, 0x48000008);
	pg_store32(big, file + 0x1000 + 0x5c, 0x72756e30);
	return (struct pg_bytes){file, sizeof(kernel_file)};
}

/* A property of up to four cells. */
static void put_cells(const struct machine *machine, const char *path,
		      size_t count, const uint32_t *cells)
{
	uint8_t bytes[16];
	char full[256];

	for (size_t i = 0; i < count; i++)
		pg_store_be32(bytes + 4 * i, cells[i]);
	snprintf(full, sizeof(full), TREE "/%s", path);
	machine_put_bytes(machine, full, bytes, 4 * count);
}
#define CELLS(machine, path, ...)                                       \
	put_cells(machine, path, sizeof((uint32_t[]){__VA_ARGS__}) / 4, \
		  (uint32_t[]){__VA_ARGS__})

static void put_text(const struct machine *machine, const char *path,
		     const char *text)
{
	char full[256];

	snprintf(full, sizeof(full), TREE "/%s", path);
	machine_put_bytes(machine, full, text, strlen(text) + 1);
}

/* As of a pseries machine under SLOF. */
static struct machine make_machine(void)
{
	struct machine m = machine_empty();

	machine_put(&m, "/proc/iomem", "00000000-7fffffff : System RAM\n");
	machine_put(&m, "/proc/cmdline", "console=hvc0 crashkernel=256M\n");
	machine_put(&m, "/sys/devices/system/cpu/possible", "0\n");
	machine_put(&m, "/sys/devices/system/cpu/cpu0/crash_notes",
		    "7e001000\n");
	machine_put(&m, "/sys/devices/system/cpu/cpu0/crash_notes_size",
		    "1000\n");
	machine_put(&m, "/sys/kernel/vmcoreinfo", "0x3fa0000 1024\n");
	CELLS(&m, "#address-cells", 2);
	CELLS(&m, "#size-cells", 2);
	put_text(&m, "name", "");
	for (int i = 0; i < 2; i++) {
		const char *node = i == 0 ? "memory@0" : "memory@28000000";
		char path[64];

		snprintf(path, sizeof(path), "%s/device_type", node);
		put_text(&m, path, "memory");
		snprintf(path, sizeof(path), "%s/reg", node);
		if (i == 0)
			CELLS(&m, path, 0, 0, 0, RMA);
		else
			CELLS(&m, path, 0, RMA, 0, MEMORY - RMA);
	}
	put_text(&m, "cpus/PowerPC,POWER9@8/device_type", "cpu");
	put_text(&m, "cpus/PowerPC,POWER9@10/device_type", "cpu");
	CELLS(&m, "chosen/linux,crashkernel-base", 0, CRASH);
	CELLS(&m, "chosen/linux,crashkernel-size", 0, CRASH_BYTES);
	CELLS(&m, "chosen/linux,kernel-end", 0, 0x2880000);
	CELLS(&m, "chosen/linux,htab-base", 0, 0x70000000);
	CELLS(&m, "chosen/linux,htab-size", 0, 0x1000000);
	CELLS(&m, "chosen/linux,pci-probe-only", 1);
	CELLS(&m, "chosen/linux,initrd-start", 0, 0x3000000);
	CELLS(&m, "chosen/linux,initrd-end", 0, 0x4000000);
	put_text(&m, "chosen/linux,stdout-path", "/vdevice/vty@71000000");
	put_text(&m, "vdevice/vty@71000000/compatible", "hvterm1");
	CELLS(&m, "vdevice/vty@71000000/reg", 0x71000000);
	CELLS(&m, "rtas/linux,rtas-base", RTAS);
	CELLS(&m, "rtas/linux,rtas-entry", RTAS + 0x10);
	CELLS(&m, "rtas/rtas-size", RTAS_BYTES);
	CELLS(&m, "rtas/system-reboot", 0x2004);
	return m;
}

static struct trial begin_ppc64(enum pg_load_action action)
{
	static const uint8_t initrd[5000] = "initrd";
	struct trial trial = {.machine = make_machine(),
			      .purgatory = make_purgatory(PG_ARCH_PPC64),
			      .initrd = {initrd, sizeof(initrd)}};

	trial.options = (struct pg_load_options){
		.action = action,
		.kernel = make_kernel(false),
		.purgatory_elf = purgatory_bytes(trial.purgatory),
		.initrd_count = 1,
		.command_line = "quiet",
		.dry_run = true,
		.arch = PG_ARCH_PPC64,
	};
	return trial;
}

static void refuse(struct trial *trial, enum pg_status expected,
		   const char *word)
{
	expect_error(pg_load(options_of(trial), &error), expected, &error,
		     word);
	end(trial);
}

/* Cell pair @index of @name in @path of @tree. */
static uint64_t pair(const void *tree, const char *path, const char *name,
		     int index)
{
	int bytes;
	const uint8_t *at =
		fdt_getprop(tree, fdt_path_offset(tree, path), name, &bytes);

	assert_non_null(at);
	assert_true(bytes >= 8 * (index + 1));
	return pg_load_be64(at + 8 * index);
}

static bool is_reserved(const void *tree, uint64_t start, uint64_t bytes)
{
	uint64_t at, size;

	for (int i = 0; i < fdt_num_mem_rsv(tree); i++) {
		assert_int_equal(fdt_get_mem_rsv(tree, i, &at, &size), 0);
		if (start >= at && start - at < size &&
		    bytes <= size - (start - at))
			return true;
	}
	return false;
}

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
	refuse(&trial, PG_E_MACHINE, "can be plugged");

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

static void test_reserved(void **state)
{
	struct machine m = make_machine();
	struct pg_span spans[4];
	struct pg_bytes tree;
	char folder[128];
	size_t count;

	(void)state;
	CELLS(&m, "pci@1/linux,tce-base", 0, 0x50000000);
	CELLS(&m, "pci@1/linux,tce-size", 0x400000);
	snprintf(folder, sizeof(folder), "%s" TREE, m.root);
	expect_ok(pg_fdt_flatten(folder, &tree, &error), &error);
	expect_ok(pg_fdt_ppc64_reserved(tree, spans, 4, &count, &error),
		  &error);
	assert_int_equal(count, 2);
	assert_int_equal(spans[0].start, RTAS);
	assert_int_equal(spans[1].start, 0x50000000);
	assert_int_equal(spans[1].bytes, 0x400000);
	expect_error(pg_fdt_ppc64_reserved(tree, spans, 1, &count, &error),
		     PG_E_LIMIT, &error, "reserves 2");
	free((void *)(uintptr_t)tree.data);
	machine_free(&m);
}

static void refuse_pack(const struct pg_pack_options *options,
			enum pg_status expected, const char *word)
{
	expect_error(pg_pack(options, "/nowhere/image", &error), expected,
		     &error, word);
}

/* What pack makes, load takes. */
static void test_pack(void **state)
{
	struct trial trial = begin_ppc64(PG_LOAD_CRASH);
	struct pg_pack_options pack = {
		.kernel = trial.options.kernel,
		.purgatory_elf = trial.options.purgatory_elf,
		.initrds = &trial.initrd,
		.initrd_count = 1,
		.command_line = "quiet",
		.window_start = 0x8000000,
		.window_bytes = 0x8000000,
		.console_of_dtb = true,
		.backup_bytes = 0x10000,
	};
	char folder[128], path[128];
	struct pg_bytes file;
	struct pg_image *image;
	const void *tree;

	(void)state;
	refuse_pack(&pack, PG_E_USAGE, "--dtb=FILE");
	snprintf(folder, sizeof(folder), "%s" TREE, trial.machine.root);
	expect_ok(pg_fdt_flatten(folder, &pack.dtb, &error), &error);
	pack.backup_bytes = 0x1000;
	refuse_pack(&pack, PG_E_USAGE, "--backup=64K");
	pack.backup_bytes = 0x10000;
	pack.window_start = CRASH;
	refuse_pack(&pack, PG_E_OVERLAP, "firmware uses");
	pack.window_start = RMA - 0x10000;
	refuse_pack(&pack, PG_E_RANGE, "real mode");
	pack.window_start = 0x8000000;
	snprintf(path, sizeof(path), "%s/image.elf", trial.machine.root);
	expect_ok(pg_pack(&pack, path, &error), &error);
	expect_ok(pg_file_map(path, &file, &error), &error);
	image = pg_image_read(file, &error);
	assert_non_null(image);
	expect_ok(pg_image_verify(image, &error), &error);
	assert_int_equal(
		pg_load_le32(part(image, PG_PART_KERNEL).content.data + 0x5c),
		1);
	assert_int_equal(pg_image_manifest(image)->console.kind,
			 PG_CONSOLE_HVTERM);
	assert_int_equal(pg_image_copy(image, 0).bytes, 0x10000);
	tree = part(image, PG_PART_FDT).content.data;
	assert_int_equal(pair(tree, "/memory@0", "linux,usable-memory", 1),
			 0x10000000);
	assert_true(is_reserved(tree, 0x10000, 0x8000000 - 0x10000));
	assert_true(is_reserved(tree, RTAS, RTAS_BYTES));
	pg_image_free(image);
	trial.options.kernel = file;
	trial.options.initrd_count = 0;
	expect_ok(pg_load(options_of(&trial), &error), &error);
	pg_file_unmap(&file);
	free((void *)(uintptr_t)pack.dtb.data);
	end(&trial);
}

static void test_cells(void **state)
{
	struct machine m = make_machine();
	const struct pg_span usable = {0, 0x1000};
	struct pg_bytes tree, out;
	char folder[128];

	(void)state;
	snprintf(folder, sizeof(folder), "%s" TREE, m.root);
	CELLS(&m, "#size-cells", 1);
	expect_ok(pg_fdt_flatten(folder, &tree, &error), &error);
	expect_error(pg_fdt_usable_memory(tree, &usable, 1, &out, &error),
		     PG_E_CORRUPT, &error, "is not 2");
	free((void *)(uintptr_t)tree.data);
	machine_free(&m);
}

/* More than fits at first, more than a property, more than a tree may be. */
static void test_large_trees(void **state)
{
	static uint8_t content[1024 * 1024];
	struct machine m = make_machine();
	struct pg_bytes tree;
	char folder[128];

	(void)state;
	snprintf(folder, sizeof(folder), "%s" TREE, m.root);
	machine_put_bytes(&m, TREE "/large", content, 700000);
	expect_ok(pg_fdt_flatten(folder, &tree, &error), &error);
	expect_ok(pg_fdt_check(tree, &error), &error);
	assert_true(tree.size > 700000);
	free((void *)(uintptr_t)tree.data);
	for (int i = 0; i < 3; i++) {
		char path[64];

		snprintf(path, sizeof(path), TREE "/large%d", i);
		machine_put_bytes(&m, path, content, 700000);
	}
	expect_error(pg_fdt_flatten(folder, &tree, &error), PG_E_LIMIT, &error,
		     "2 MiB");
	machine_put_bytes(&m, TREE "/large", content, sizeof(content));
	expect_error(pg_fdt_flatten(folder, &tree, &error), PG_E_MACHINE,
		     &error, "more than 1 MiB");
	machine_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_opal),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_large_trees),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_pack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
