/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_load() up to the system call, on recorded machines: the plan is read
 * back by the library's own image reader, and the parts are looked at byte by
 * byte.
 */
#include "trial.h"

#include <elf.h>

static void test_crash_bios(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	const struct pg_span region = {0x2f000000, 0x10000000};
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	const struct pg_manifest *manifest = pg_image_manifest(image);
	struct pg_part_view params = part(image, PG_PART_BOOTPARAMS);
	struct pg_part_view core = part(image, PG_PART_ELFCOREHDR);
	struct pg_part_view line = part(image, PG_PART_CMDLINE);
	struct pg_part_view kernel = part(image, PG_PART_KERNEL);
	struct pg_part_view initrd = part(image, PG_PART_INITRD);
	struct pg_copy copy = pg_image_copy(image, 0);
	const Elf64_Phdr *header;
	char expected[200];
	bool backup = false, log = false;

	(void)state;
	/* everything lies in the region */
	for (size_t i = 0; i < pg_image_segment_count(image); i++) {
		struct pg_segment found = pg_image_segment(image, i);

		assert_true(pg_span_contains(
			region,
			(struct pg_span){found.address, found.memory_bytes}));
	}
	/* the handoff */
	assert_int_equal(manifest->handoff.protocol, PG_HANDOFF_LINUX_X86_64);
	assert_int_equal(manifest->handoff.entry, kernel.address + 0x200);
	assert_int_equal(manifest->handoff.args[0], params.address);
	assert_int_equal(manifest->console.kind, PG_CONSOLE_8250_PORT);
	assert_int_equal(manifest->console.address, 0x3f8);
	assert_int_equal(manifest->console.baud, 115200);
	assert_int_equal(manifest->policy, PG_POLICY_STOP);
	assert_int_equal(manifest->log.bytes, 65536);
	/* the command line */
	snprintf(expected, sizeof(expected),
		 "quiet elfcorehdr=0x%llx purgatorio.log=0x%llx,65536",
		 (unsigned long long)core.address,
		 (unsigned long long)manifest->log.start);
	assert_string_equal((const char *)line.content.data, expected);
	assert_int_equal(line.content.size, strlen(expected) + 1);
	/* boot_params */
	assert_int_equal(pg_load_le32(params.content.data + 0x228),
			 line.address);
	assert_int_equal(pg_load_le32(params.content.data + 0x218),
			 initrd.address);
	assert_int_equal(pg_load_le32(params.content.data + 0x21c), 5000);
	assert_int_equal(e820_at(params.content.data, 0x1000), PG_E820_RAM);
	assert_int_equal(e820_at(params.content.data, 0x9fbff), PG_E820_RAM);
	assert_int_equal(e820_at(params.content.data, 0x9fc00),
			 PG_E820_RESERVED);
	assert_int_equal(e820_at(params.content.data, 0x100000), 0);
	assert_int_equal(e820_at(params.content.data, 0x2effffff), 0);
	assert_int_equal(e820_at(params.content.data, kernel.address),
			 PG_E820_RAM);
	assert_int_equal(e820_at(params.content.data, core.address),
			 PG_E820_RESERVED);
	assert_int_equal(e820_at(params.content.data, manifest->log.start),
			 PG_E820_RESERVED);
	assert_int_equal(e820_at(params.content.data, copy.destination),
			 PG_E820_RESERVED);
	assert_int_equal(
		e820_at(params.content.data, copy.destination + 0x9ebff),
		PG_E820_RESERVED);
	/* low memory goes to the backup, and the core header says so */
	assert_int_equal(pg_image_copy_count(image), 1);
	assert_int_equal(copy.source, 0x1000);
	assert_int_equal(copy.bytes, 0x9ec00);
	header = (const Elf64_Phdr *)(core.content.data + 64);
	for (unsigned i = 0; i < (core.content.size - 64) / 56; i++) {
		if (header[i].p_type != PT_LOAD)
			continue;
		if (header[i].p_paddr == 0x1000) {
			assert_int_equal(header[i].p_offset, copy.destination);
			assert_int_equal(header[i].p_memsz, 0x9ec00);
			backup = true;
		} else {
			assert_int_equal(header[i].p_offset, header[i].p_paddr);
			if (header[i].p_paddr == manifest->log.start)
				log = header[i].p_memsz == 65536;
			else
				assert_false(pg_span_overlap(
					region,
					(struct pg_span){header[i].p_paddr,
							 header[i].p_memsz}));
		}
	}
	assert_true(backup);
	assert_true(log);
	/* room is kept for the kernel's own pages */
	assert_int_not_equal(pg_plan_address(trial.job.plan, trial.job.control),
			     0);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

static void test_crash_high(void **state)
{
	struct trial trial = begin("bios-4cpu-high", PG_LOAD_CRASH);
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	struct pg_part_view params = part(image, PG_PART_BOOTPARAMS);
	struct pg_part_view core = part(image, PG_PART_ELFCOREHDR);

	(void)state;
	assert_true(params.address >= 0x1af000000);
	assert_true(core.address >= 0x1af000000);
	assert_true(part(image, PG_PART_INITRD).address >= 0x1af000000);
	/* boot_params' upper halves */
	assert_int_equal(pg_load_le32(params.content.data + 0xc0), 1);
	assert_int_equal(pg_load_le32(params.content.data + 0xc8), 1);
	/* the low region is memory for the capture kernel's devices */
	assert_int_equal(e820_at(params.content.data, 0xaf000000), PG_E820_RAM);
	/* and no memory of the dead kernel */
	for (size_t i = 64; i < core.content.size; i += 56) {
		const Elf64_Phdr *at =
			(const Elf64_Phdr *)(core.content.data + i);

		assert_false(
			at->p_type == PT_LOAD &&
			pg_span_overlap(
				(struct pg_span){0xaf000000, 0x10000000},
				(struct pg_span){at->p_paddr, at->p_memsz}) &&
			at->p_vaddr < 0xffffffff80000000);
	}
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

static void test_crash_efi(void **state)
{
	struct trial trial = begin("efi-4cpu", PG_LOAD_CRASH);
	struct pg_bytes file;
	struct pg_image *image;
	struct pg_part_view params, map;
	const uint8_t *data;

	(void)state;
	trial.options.reuse_command_line = true;
	trial.options.policy = PG_POLICY_RESET;
	image = plan(&trial, &file);
	params = part(image, PG_PART_BOOTPARAMS);
	map = part(image, PG_PART_OTHER);
	data = params.content.data;
	assert_int_equal(params.content.size, 4096 + 112);
	/* efi_info, its map and the setup_data node */
	assert_memory_equal(data + 0x1c0, "EL64", 4);
	assert_int_equal(pg_load_le32(data + 0x1d0), map.address);
	assert_int_equal(pg_load_le32(data + 0x1d4), map.content.size);
	assert_int_equal(pg_load_le64(data + 0x250), params.address + 4096);
	assert_int_equal(pg_load_le32(data + 4096 + 8), 4);
	assert_int_equal(pg_load_le64(data + 0x70), 0x7f77d014);
	assert_int_equal(pg_image_manifest(image)->policy, PG_POLICY_RESET);
	assert_int_equal(pg_image_manifest(image)->reset.kind, PG_RESET_PORT);
	/* crashkernel= and initrd= of the first kernel are gone */
	assert_memory_equal(
		part(image, PG_PART_CMDLINE).content.data,
		"console=ttyS0,115200 panic=5 quiet quiet elfcorehdr=", 50);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

static void test_normal(void **state)
{
	struct trial trial = begin("efi-1cpu", PG_LOAD_NORMAL);
	const struct pg_span crash = {0x2b000000, 0x10000000};
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	const uint8_t *params = part(image, PG_PART_BOOTPARAMS).content.data;

	(void)state;
	for (size_t i = 0; i < pg_image_segment_count(image); i++) {
		struct pg_segment found = pg_image_segment(image, i);
		struct pg_span span = {found.address, found.memory_bytes};

		assert_true(found.address >= 0x100000);
		assert_false(pg_span_overlap(crash, span));
		/* ACPI's memory in the middle of low RAM */
		assert_false(pg_span_overlap((struct pg_span){0x806000, 0x2000},
					     span));
		assert_false(pg_span_overlap(
			(struct pg_span){0x810000, 0xf0000}, span));
	}
	/* all of the machine's memory */
	assert_int_equal(e820_at(params, 0), PG_E820_RAM);
	assert_int_equal(e820_at(params, 0x2b000000), PG_E820_RAM);
	assert_int_equal(e820_at(params, 0x806000), PG_E820_NVS);
	assert_string_equal(
		(const char *)part(image, PG_PART_CMDLINE).content.data,
		"quiet");
	assert_int_equal(pg_image_copy_count(image), 0);
	assert_int_equal(pg_image_manifest(image)->log.bytes, 0);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_bios),
		cmocka_unit_test(test_crash_high),
		cmocka_unit_test(test_crash_efi),
		cmocka_unit_test(test_normal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
