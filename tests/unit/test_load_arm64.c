/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads on recorded arm64 machines (Debian's 6.1 kernel under QEMU's virt):
 * arm64-high has 2 CPUs, 6 GiB, a high and a low crash kernel region and a
 * device tree; arm64-acpi was booted by UEFI with ACPI.
 */
#include "trial.h"

#include <libfdt.h>

#include "fdt/fdt_edit.h"

#define IMAGE_BYTES 0x3000
#define HIGH	    UINT64_C(0x1a9200000)
#define LOW	    UINT64_C(0xf7800000)

static uint8_t *make_image(void)
{
	uint8_t *image = calloc(1, IMAGE_BYTES);

	assert_non_null(image);
	pg_store_le64(image + 8, 0x80000);
	pg_store_le64(image + 16, 0x400000);
	pg_store_le64(image + 24, 0xa);
	memcpy(image + 0x38, "ARM\x64", 4);
	memset(image + 64, 0x5a, IMAGE_BYTES - 64);
	return image;
}

static struct trial begin_arm64(const char *name, enum pg_load_action action)
{
	struct trial trial = begin(name, action);

	free(trial.kernel);
	free(trial.purgatory);
	trial.kernel = make_image();
	trial.purgatory = make_purgatory(PG_ARCH_ARM64);
	trial.options.kernel = (struct pg_bytes){trial.kernel, IMAGE_BYTES};
	trial.options.purgatory_elf = purgatory_bytes(trial.purgatory);
	trial.options.arch = PG_ARCH_ARM64;
	return trial;
}

static uint64_t cell64(const uint8_t *tree, const char *name, int index)
{
	int bytes;
	const uint8_t *at = fdt_getprop(tree, fdt_path_offset(tree, "/chosen"),
					name, &bytes);

	if (at == NULL)
		fail_msg("/chosen has no %s", name);
	assert_true(bytes >= 8 * (index + 1));
	return pg_load_be64(at + 8 * index);
}

static bool has(const uint8_t *tree, const char *name)
{
	int bytes;

	return fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), name,
			   &bytes) != NULL;
}

static void test_crash(void **state)
{
	struct trial trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	const struct pg_manifest *manifest = pg_image_manifest(image);
	struct pg_part_view dtb = part(image, PG_PART_FDT);
	struct pg_part_view kernel = part(image, PG_PART_KERNEL);
	struct pg_part_view core = part(image, PG_PART_ELFCOREHDR);
	struct pg_part_view initrd = part(image, PG_PART_INITRD);
	const char *line;
	uint64_t start, bytes;

	(void)state;
	assert_int_equal(manifest->arch, PG_ARCH_ARM64);
	assert_int_equal(manifest->handoff.protocol, PG_HANDOFF_LINUX_ARM64);
	assert_int_equal(manifest->handoff.entry, kernel.address);
	assert_int_equal(manifest->handoff.args[0], dtb.address);
	assert_int_equal(manifest->console.kind, PG_CONSOLE_PL011);
	assert_int_equal(manifest->console.address, 0x9000000);
	assert_int_equal(manifest->reset.kind, PG_RESET_PSCI_HVC);
	assert_int_equal(manifest->copies.count, 0);
	assert_int_equal(kernel.address % 0x200000, 0x80000);
	assert_true(kernel.address >= HIGH);
	/* High first. */
	assert_int_equal(
		cell64(dtb.content.data, "linux,usable-memory-range", 0), HIGH);
	assert_int_equal(
		cell64(dtb.content.data, "linux,usable-memory-range", 1),
		256u << 20);
	assert_int_equal(
		cell64(dtb.content.data, "linux,usable-memory-range", 2), LOW);
	assert_int_equal(
		cell64(dtb.content.data, "linux,usable-memory-range", 3),
		72u << 20);
	assert_int_equal(cell64(dtb.content.data, "linux,elfcorehdr", 0),
			 core.address);
	assert_true(cell64(dtb.content.data, "linux,elfcorehdr", 1) >=
		    core.content.size);
	assert_int_equal(cell64(dtb.content.data, "linux,initrd-start", 0),
			 initrd.address);
	assert_int_equal(cell64(dtb.content.data, "linux,initrd-end", 0),
			 initrd.address + initrd.content.size);
	assert_true(has(dtb.content.data, "kaslr-seed"));
	/* A dry run is the same each time. */
	assert_int_equal(cell64(dtb.content.data, "kaslr-seed", 0), 0);
	expect_ok(pg_fdt_command_line(dtb.content, &line, &error), &error);
	assert_non_null(strstr(line, "quiet purgatorio.log=0x"));
	assert_null(strstr(line, "elfcorehdr="));
	assert_int_equal(fdt_num_mem_rsv(dtb.content.data), 1);
	assert_int_equal(fdt_get_mem_rsv(dtb.content.data, 0, &start, &bytes),
			 0);
	assert_int_equal(start, manifest->log.start);
	assert_int_equal(bytes, manifest->log.bytes);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

/* No header of nonsense: the kernel where /proc/iomem and kcore have it, and
 * all RAM but the crash kernel's. */
static void test_core(void **state)
{
	struct trial trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	struct pg_bytes core = part(image, PG_PART_ELFCOREHDR).content;
	const Elf64_Ehdr *header = (const void *)core.data;
	const Elf64_Phdr *at = (const void *)(core.data + sizeof(*header));
	uint64_t ram = 0;

	(void)state;
	assert_int_equal(header->e_machine, EM_AARCH64);
	assert_int_equal(header->e_phnum, 8);
	assert_int_equal(at[0].p_type, PT_NOTE);
	assert_int_equal(at[1].p_type, PT_NOTE);
	assert_int_equal(at[2].p_type, PT_NOTE);
	assert_int_equal(at[3].p_paddr, 0x40210000);
	assert_int_equal(at[3].p_vaddr, 0xffffb2982d810000);
	assert_int_equal(at[3].p_memsz, 0x2000000);
	for (int i = 4; i < 8; i++) {
		assert_int_equal(at[i].p_type, PT_LOAD);
		assert_int_equal(at[i].p_offset, at[i].p_paddr);
		assert_int_equal(at[i].p_vaddr - at[i].p_paddr,
				 0xfffeffffc0000000);
		ram += at[i].p_memsz;
	}
	assert_int_equal(ram, (6144ull - 256 - 72) * 1048576 + 65536);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

/* The tree of the EFI stub stays one, with what leads to UEFI. */
static void test_acpi(void **state)
{
	struct trial trial = begin_arm64("arm64-acpi", PG_LOAD_CRASH);
	struct pg_bytes file;
	struct pg_image *image;
	struct pg_part_view dtb;

	(void)state;
	/* Not named on the command line: SPCR has it. */
	machine_put(&trial.machine, "/proc/cmdline", "quiet\n");
	image = plan(&trial, &file);
	dtb = part(image, PG_PART_FDT);
	assert_true(pg_fdt_is_stub(dtb.content));
	assert_true(has(dtb.content.data, "linux,uefi-system-table"));
	assert_true(has(dtb.content.data, "linux,uefi-mmap-start"));
	assert_true(has(dtb.content.data, "linux,elfcorehdr"));
	assert_int_equal(pg_image_manifest(image)->console.kind,
			 PG_CONSOLE_PL011);
	assert_int_equal(pg_image_manifest(image)->console.address, 0x9000000);
	assert_int_equal(pg_image_manifest(image)->reset.kind,
			 PG_RESET_PSCI_HVC);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

static void test_normal(void **state)
{
	struct trial trial = begin_arm64("arm64-acpi", PG_LOAD_NORMAL);
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	struct pg_part_view dtb = part(image, PG_PART_FDT);

	(void)state;
	assert_false(has(dtb.content.data, "linux,elfcorehdr"));
	assert_false(has(dtb.content.data, "linux,usable-memory-range"));
	assert_true(has(dtb.content.data, "linux,initrd-start"));
	assert_int_equal(fdt_num_mem_rsv(dtb.content.data), 0);
	/* Nothing lies where firmware and devices still are. */
	for (size_t i = 0; i < pg_image_segment_count(image); i++) {
		struct pg_segment segment = pg_image_segment(image, i);
		struct pg_span span = {segment.address, segment.memory_bytes};

		for (size_t n = 0; n < trial.job.iomem.count; n++)
			if (trial.job.iomem.entries[n].type ==
				    PG_IOMEM_RESERVED ||
			    trial.job.iomem.entries[n].type == PG_IOMEM_CRASH)
				assert_false(pg_span_overlap(
					span, trial.job.iomem.entries[n].span));
	}
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

static void refuse(struct trial *trial, enum pg_status expected,
		   const char *word)
{
	enum pg_status status = pg_load(options_of(trial), &error);

	expect_error(status, expected, &error, word);
	end(trial);
}

static void test_refusals(void **state)
{
	struct trial trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	uint8_t *bzimage = make_bzimage();

	(void)state;
	machine_drop(&trial.machine, "/sys/firmware/fdt");
	refuse(&trial, PG_E_MACHINE, "/sys/firmware/fdt");
	trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	machine_put(&trial.machine, "/sys/firmware/fdt", "no tree");
	refuse(&trial, PG_E_TRUNCATED, "device tree");
	trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	trial.options.kernel = bzimage_bytes(bzimage);
	refuse(&trial, PG_E_KERNEL_ARCH, "x86_64");
	trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	trial.kernel[24] |= 1;
	refuse(&trial, PG_E_KERNEL_ARCH, "big-endian");
	trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	trial.options.dry_run = false;
	refuse(&trial, PG_E_USAGE, "--dry-run");
	trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	trial.options.arch = PG_ARCH_PPC64 + 100;
	refuse(&trial, PG_E_USAGE, "architecture");
	/* A region that is too small, and none. */
	trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	pg_store_le64(trial.kernel + 16, 300u << 20);
	refuse(&trial, PG_E_NO_SPACE, "kernel: needs");
	trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	machine_put(&trial.machine, "/proc/iomem",
		    "40000000-7fffffff : System RAM\n");
	refuse(&trial, PG_E_NO_CRASH_REGION, "crashkernel=");
	free(bzimage);
}

/* --dtb instead of this kernel's. */
static void test_given_tree(void **state)
{
	struct trial trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	struct pg_bytes file, tree;
	struct pg_image *image;

	(void)state;
	expect_ok(
		pg_file_map("tests/unit/fixtures/virt-el2.dtb", &tree, &error),
		&error);
	trial.options.dtb = tree;
	image = plan(&trial, &file);
	assert_int_equal(pg_image_manifest(image)->reset.kind,
			 PG_RESET_PSCI_SMC);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_file_unmap(&tree);
	pg_job_free(&trial.job);
	end(&trial);
}

/* ---------------------------------------------------------------- pack -- */

static struct pg_pack_options pack_options(const struct trial *trial,
					   struct pg_bytes tree)
{
	return (struct pg_pack_options){
		.kernel = trial->options.kernel,
		.purgatory_elf = trial->options.purgatory_elf,
		.initrds = &trial->initrd,
		.initrd_count = 1,
		.command_line = "packed",
		.window_start = 0x50100000,
		.window_bytes = 64u << 20,
		.dtb = tree,
		.console_of_dtb = true,
	};
}

static void test_pack(void **state)
{
	struct trial trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	struct pg_pack_options options;
	const struct pg_manifest *manifest;
	struct pg_bytes tree, file;
	struct pg_part_view dtb;
	struct pg_image *image;
	const char *line;
	char path[128];

	(void)state;
	expect_ok(
		pg_file_map("tests/unit/fixtures/virt-el1.dtb", &tree, &error),
		&error);
	options = pack_options(&trial, tree);
	snprintf(path, sizeof(path), "%s/image", trial.machine.root);
	expect_ok(pg_pack(&options, path, &error), &error);
	expect_ok(pg_file_map(path, &file, &error), &error);
	image = pg_image_read(file, &error);
	assert_non_null(image);
	expect_ok(pg_image_verify(image, &error), &error);
	manifest = pg_image_manifest(image);
	dtb = part(image, PG_PART_FDT);
	assert_int_equal(manifest->handoff.protocol, PG_HANDOFF_LINUX_ARM64);
	assert_int_equal(manifest->handoff.args[0], dtb.address);
	assert_int_equal(part(image, PG_PART_KERNEL).address, 0x50280000);
	assert_int_equal(manifest->console.kind, PG_CONSOLE_PL011);
	assert_int_equal(manifest->reset.kind, PG_RESET_PSCI_HVC);
	assert_int_equal(
		cell64(dtb.content.data, "linux,usable-memory-range", 0),
		options.window_start);
	assert_false(has(dtb.content.data, "kaslr-seed"));
	expect_ok(pg_fdt_command_line(dtb.content, &line, &error), &error);
	assert_string_equal(line, "packed");
	pg_image_free(image);
	/* An image is a kernel to load, with its own command line. */
	trial.options.kernel = file;
	trial.options.initrd_count = 0;
	trial.options.initrds = NULL;
	{
		struct pg_bytes loaded;

		image = plan(&trial, &loaded);
		dtb = part(image, PG_PART_FDT);
		expect_ok(pg_fdt_command_line(dtb.content, &line, &error),
			  &error);
		assert_non_null(strstr(line, "packed quiet purgatorio.log="));
		pg_image_free(image);
		pg_file_unmap(&loaded);
	}
	pg_job_free(&trial.job);
	pg_file_unmap(&file);
	pg_file_unmap(&tree);
	end(&trial);
}

static void test_pack_refusals(void **state)
{
	struct trial trial = begin_arm64("arm64-high", PG_LOAD_CRASH);
	struct pg_pack_options good, bad;
	struct pg_bytes tree;
	char path[128], *line = calloc(1, 2049);

	(void)state;
	expect_ok(
		pg_file_map("tests/unit/fixtures/virt-el1.dtb", &tree, &error),
		&error);
	snprintf(path, sizeof(path), "%s/image", trial.machine.root);
	good = pack_options(&trial, tree);
	bad = good;
	bad.dtb = (struct pg_bytes){NULL, 0};
	expect_error(pg_pack(&bad, path, &error), PG_E_USAGE, &error, "--dtb");
	bad = good;
	bad.dtb.size = 100;
	expect_error(pg_pack(&bad, path, &error), PG_E_TRUNCATED, &error,
		     "device tree");
	bad = good;
	bad.backup_bytes = 4096;
	expect_error(pg_pack(&bad, path, &error), PG_E_USAGE, &error, "backup");
	bad = good;
	memset(line, 'x', 2048);
	bad.command_line = line;
	expect_error(pg_pack(&bad, path, &error), PG_E_LIMIT, &error,
		     "command line");
	bad = good;
	bad.window_bytes = (uint64_t)64 << 30;
	expect_error(pg_pack(&bad, path, &error), PG_E_NO_SPACE, &error,
		     "32 GiB");
	/* It would lose memory below its base: it begins at one. */
	pg_store_le64(trial.kernel + 24, 0x2);
	expect_ok(pg_pack(&good, path, &error), &error);
	free(line);
	pg_file_unmap(&tree);
	end(&trial);
}

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
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_core),
		cmocka_unit_test(test_acpi),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_given_tree),
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_pack_refusals),
		cmocka_unit_test(test_kernel_map),
		cmocka_unit_test(test_unconfirmed),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
