/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_load() up to the system call, on recorded machines: the plan is read
 * back by the library's own image reader, and the parts are looked at byte by
 * byte.
 */
#include "machine.h"
#include "synthetic.h"

#include <elf.h>

#include "load/parts.h"
#include "purgatorio/byteorder.h"

static struct pg_error error;

/* A job with a small kernel, a purgatory and an initrd. */
struct trial {
	struct machine machine;
	uint8_t *kernel, *purgatory;
	struct pg_bytes initrd;
	struct pg_load_options options;
	struct pg_job job;
};

static struct trial begin(const char *name, enum pg_load_action action)
{
	static const uint8_t initrd[5000] = "initrd";
	struct trial trial = {
		.machine = machine_make(name),
		.kernel = make_bzimage(),
		.purgatory = make_purgatory(PG_ARCH_X86_64),
		.initrd = {initrd, sizeof(initrd)},
	};

	trial.options = (struct pg_load_options){
		.action = action,
		.kernel = bzimage_bytes(trial.kernel),
		.purgatory_elf = purgatory_bytes(trial.purgatory),
		.initrd_count = 1,
		.command_line = "quiet",
		.dry_run = true,
	};
	return trial;
}

/* The pointers that move when a struct trial is returned. */
static struct pg_load_options *options_of(struct trial *trial)
{
	trial->options.root = trial->machine.root;
	if (!trial->options.initrds)
		trial->options.initrds = &trial->initrd;
	return &trial->options;
}

static void end(struct trial *trial)
{
	free(trial->kernel);
	free(trial->purgatory);
	machine_free(&trial->machine);
}

/* Plans, seals, and reads the result back as an image. */
static struct pg_image *plan(struct trial *trial, struct pg_bytes *file)
{
	struct pg_load_options *options = options_of(trial);
	struct pg_image *image;
	char path[128];

	expect_ok(pg_job_begin(&trial->job, options, &error), &error);
	if (options->action == PG_LOAD_CRASH)
		expect_ok(pg_plan_crash(&trial->job, &error), &error);
	else
		expect_ok(pg_plan_normal(&trial->job, &error), &error);
	snprintf(path, sizeof(path), "%s/plan.elf", trial->machine.root);
	expect_ok(pg_plan_write_elf(trial->job.plan, path, &error), &error);
	expect_ok(pg_file_map(path, file, &error), &error);
	image = pg_image_read(*file, &error);
	assert_non_null(image);
	expect_ok(pg_image_verify(image, &error), &error);
	return image;
}

static struct pg_part_view part(const struct pg_image *image, uint32_t kind)
{
	for (size_t i = 0; i < pg_image_part_count(image); i++)
		if (pg_image_part(image, i).kind == kind)
			return pg_image_part(image, i);
	fail_msg("no part of kind %u", kind);
	return (struct pg_part_view){.name = NULL};
}

/* The e820 type of @address in @params. */
static uint32_t e820_at(const uint8_t *params, uint64_t address)
{
	for (unsigned i = 0; i < params[0x1e8]; i++) {
		const uint8_t *at = params + 0x2d0 + 20 * i;
		uint64_t start = pg_load_le64(at);

		if (address >= start && address - start < pg_load_le64(at + 8))
			return pg_load_le32(at + 16);
	}
	return 0;
}

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

/* pg_load() of a spoiled trial fails with @expected and a line with @word. */
static void refuse(struct trial *trial, enum pg_status expected,
		   const char *word)
{
	expect_error(pg_load(options_of(trial), &error), expected, &error,
		     word);
	end(trial);
}

static void test_refusals(void **state)
{
	struct trial trial;
	char *longline;

	(void)state;
	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	expect_ok(pg_load(options_of(&trial), &error), &error);
	end(&trial);

	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	machine_put(&trial.machine, "/proc/iomem",
		    "00001000-0009fbff : System RAM\n"
		    "00100000-3fffffff : System RAM\n");
	refuse(&trial, PG_E_NO_CRASH_REGION, "crashkernel=256M");

	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	machine_put(&trial.machine, "/proc/iomem",
		    "00000000-00000000 : System RAM\n");
	refuse(&trial, PG_E_PRIVILEGE, "root");

	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	trial.options.dry_run = false;
	machine_put(&trial.machine, "/sys/kernel/security/lockdown",
		    "none [integrity] confidentiality\n");
	refuse(&trial, PG_E_LOCKDOWN, "integrity");

	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	machine_drop(&trial.machine, "/proc/iomem");
	refuse(&trial, PG_E_MACHINE, "/proc/iomem");

	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	machine_put(&trial.machine, "/proc/iomem",
		    "00100000-3fffffff : System RAM\n"
		    "  2f000000-3effffff : Crash kernel\n");
	refuse(&trial, PG_E_MACHINE, "640 KiB");

	/* 1 MiB is not enough for a kernel, its backup and the rest */
	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	machine_put(&trial.machine, "/proc/iomem",
		    "00001000-0009fbff : System RAM\n"
		    "00100000-3fffffff : System RAM\n"
		    "  30000000-300fffff : Crash kernel\n");
	refuse(&trial, PG_E_NO_SPACE, "missing");

	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	trial.options.kernel.size = 0x2000;
	refuse(&trial, PG_E_TRUNCATED, "bzImage");

	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	memcpy(trial.kernel, "\177ELF\2\1\1", 7);
	refuse(&trial, PG_E_FORMAT, "");

	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	longline = malloc(BZ_CMDLINE_MAX + 1);
	memset(longline, 'x', BZ_CMDLINE_MAX);
	longline[BZ_CMDLINE_MAX] = '\0';
	trial.options.command_line = longline;
	refuse(&trial, PG_E_LIMIT, "command line");
	free(longline);

	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	trial.purgatory[0] = 0;
	refuse(&trial, PG_E_FORMAT, "");

	trial = begin("bios-1cpu", PG_LOAD_CRASH);
	trial.options.action = (enum pg_load_action)99;
	refuse(&trial, PG_E_USAGE, "99");

	trial = begin("bios-1cpu", PG_LOAD_NORMAL);
	machine_put(&trial.machine, "/proc/iomem",
		    "00001000-0009fbff : System RAM\n");
	refuse(&trial, PG_E_MACHINE, "1 MiB");
}

/* Several initrds, as from dracut and microcode. */
static void test_initrds(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	const struct pg_bytes initrds[] = {{(const uint8_t *)"12345", 5},
					   {NULL, 0},
					   {(const uint8_t *)"abc", 3}};
	struct pg_bytes file;
	struct pg_image *image;

	(void)state;
	trial.options.initrds = initrds;
	trial.options.initrd_count = 3;
	image = plan(&trial, &file);
	assert_int_equal(part(image, PG_PART_INITRD).content.size, 12);
	assert_memory_equal(part(image, PG_PART_INITRD).content.data,
			    "12345\0\0\0abc", 12);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

/* Packs the trial's files; the image is mapped. */
static struct pg_bytes pack(struct trial *trial, char path[128])
{
	struct pg_pack_options options = {
		.kernel = bzimage_bytes(trial->kernel),
		.purgatory_elf = purgatory_bytes(trial->purgatory),
		.initrds = &trial->initrd,
		.initrd_count = 1,
		.command_line = "packed",
		.window_start = 0x10000000,
		.window_bytes = 0x10000000,
	};
	struct pg_bytes file;

	snprintf(path, 128, "%s/image", trial->machine.root);
	expect_ok(pg_pack(&options, path, &error), &error);
	expect_ok(pg_file_map(path, &file, &error), &error);
	return file;
}

static void test_image(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	struct pg_bytes packed, file;
	struct pg_image *image;
	char path[128];

	(void)state;
	packed = pack(&trial, path);
	trial.options.kernel = packed;
	trial.options.initrd_count = 0;
	image = plan(&trial, &file);
	assert_int_equal(part(image, PG_PART_KERNEL).content.size,
			 BZ_IMAGE_BYTES);
	assert_memory_equal(part(image, PG_PART_KERNEL).content.data,
			    trial.kernel + BZ_SETUP_BYTES, BZ_IMAGE_BYTES);
	assert_int_equal(part(image, PG_PART_INITRD).content.size, 5000);
	assert_memory_equal(part(image, PG_PART_CMDLINE).content.data,
			    "packed quiet elfcorehdr=0x", 26);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	pg_file_unmap(&packed);
	end(&trial);
}

static void test_spoiled_image(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	struct pg_bytes packed;
	char path[128];
	uint8_t *copy, *found;

	(void)state;
	packed = pack(&trial, path);
	trial.options.kernel = packed;
	expect_error(pg_load(options_of(&trial), &error), PG_E_USAGE, &error,
		     "initrd");
	trial.options.initrd_count = 0;
	expect_ok(pg_load(options_of(&trial), &error), &error);
	copy = malloc(packed.size);
	memcpy(copy, packed.data, packed.size);
	found = memmem(copy, packed.size, trial.kernel + BZ_SETUP_BYTES, 64);
	assert_non_null(found);
	found[BZ_IMAGE_BYTES / 2] ^= 1;
	trial.options.kernel.data = copy;
	expect_error(pg_load(options_of(&trial), &error), PG_E_MISMATCH, &error,
		     "image");
	free(copy);
	pg_file_unmap(&packed);
	end(&trial);
}

static void test_debug(void **state)
{
	struct trial trial = begin("efi-4cpu", PG_LOAD_CRASH);
	char *text = NULL;
	size_t bytes = 0;

	(void)state;
	trial.options.debug = open_memstream(&text, &bytes);
	expect_ok(pg_load(options_of(&trial), &error), &error);
	fclose(trial.options.debug);
	assert_non_null(strstr(text, "6.1.0-test"));
	assert_non_null(strstr(text, "boot_params"));
	assert_non_null(strstr(text, "core header"));
	assert_non_null(strstr(text, "with runtime services"));
	assert_non_null(strstr(text, "ACPI tables"));
	free(text);
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_bios),
		cmocka_unit_test(test_crash_high),
		cmocka_unit_test(test_crash_efi),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_initrds),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_spoiled_image),
		cmocka_unit_test(test_debug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
