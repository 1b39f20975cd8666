/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole loads on recorded arm64 machines. */
#include "tests/unit/trial_arm64.h"

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

/* A kernel with pages of 64 KiB takes nothing smaller. */
static void test_pages(void **state)
{
	static const enum pg_load_action actions[] = {PG_LOAD_CRASH,
						      PG_LOAD_NORMAL};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct trial trial = begin_arm64("arm64-high", actions[i]);
		struct pg_bytes file;
		struct pg_image *image = plan(&trial, &file);
		struct pg_segment segments[16];
		size_t count;

		expect_ok(pg_plan_segments(trial.job.plan, segments, 16, &count,
					   &error),
			  &error);
		assert_true(count >= 4);
		while (count-- > 0) {
			assert_int_equal(segments[count].address % 65536, 0);
			assert_int_equal(segments[count].memory_bytes % 65536,
					 0);
		}
		pg_image_free(image);
		pg_file_unmap(&file);
		pg_job_free(&trial.job);
		end(&trial);
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_core),
		cmocka_unit_test(test_acpi),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_given_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
