/* SPDX-License-Identifier: BSD-2-Clause */
/* What pg_load() is given: kernels, initrds, images, and all that it refuses.
 */
#include "trial.h"

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
	/* Neither a bzImage nor, without our note, an image: e_machine 62. */
	memset(trial.kernel, 0, 0x400);
	memcpy(trial.kernel, "\177ELF\2\1\1", 7);
	trial.kernel[18] = 62;
	refuse(&trial, PG_E_FORMAT, "an x86_64 ELF file");

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
	refuse(&trial, PG_E_MACHINE, "RAM");
}

/* A kernel for another machine is a good kernel, and not for here. */
static void test_other_architecture(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	uint8_t image[4096] = {0};

	(void)state;
	pg_store_le64(image + 16, sizeof(image));
	memcpy(image + 56, "ARM\x64", 4);
	trial.options.kernel = (struct pg_bytes){image, sizeof(image)};
	refuse(&trial, PG_E_KERNEL_ARCH, "arm64");
}

/* Several initrds, as from dracut and microcode. */
static void test_initrds(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	const struct pg_bytes initrds[] = {{(const uint8_t *)"12345", 5},
					   {(const uint8_t *)"abc", 3}};
	struct pg_bytes file;
	struct pg_image *image;

	(void)state;
	trial.options.initrds = initrds;
	trial.options.initrd_count = 2;
	image = plan(&trial, &file);
	assert_int_equal(part(image, PG_PART_INITRD).content.size, 11);
	assert_memory_equal(part(image, PG_PART_INITRD).content.data,
			    "12345\0\0\0abc", 11);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

/* What a build that failed leaves: never meant. */
static void test_empty_initrd(void **state)
{
	const struct pg_bytes initrds[] = {{(const uint8_t *)"12345", 5},
					   {(const uint8_t *)"", 0}};

	(void)state;
	for (size_t first = 0; first < 2; first++) {
		struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);

		trial.options.initrds = initrds + first;
		trial.options.initrd_count = 2 - first;
		refuse(&trial, PG_E_TRUNCATED, "is empty");
	}
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
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_other_architecture),
		cmocka_unit_test(test_initrds),
		cmocka_unit_test(test_empty_initrd),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_spoiled_image),
		cmocka_unit_test(test_debug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
