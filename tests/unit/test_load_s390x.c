/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads on a recorded s390x machine: 256 MiB, the upper half reserved. */
#include "trial.h"

#include "s390_fixture.h"

#define CRASH UINT64_C(0x8000000)

static struct trial begin_s390x(enum pg_load_action action)
{
	struct trial trial = begin("s390x-1cpu", action);

	free(trial.kernel);
	free(trial.purgatory);
	trial.kernel = make_s390(4096);
	trial.purgatory = make_purgatory(PG_ARCH_S390X);
	trial.options.kernel = (struct pg_bytes){trial.kernel, S390_BYTES};
	trial.options.purgatory_elf = purgatory_bytes(trial.purgatory);
	trial.options.arch = PG_ARCH_S390X;
	return trial;
}

static void test_crash(void **state)
{
	struct trial trial = begin_s390x(PG_LOAD_CRASH);
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	const struct pg_manifest *manifest = pg_image_manifest(image);
	struct pg_part_view head = part(image, PG_PART_BOOTPARAMS);
	struct pg_part_view kernel = part(image, PG_PART_KERNEL);
	struct pg_part_view initrd = part(image, PG_PART_INITRD);
	const uint8_t *area = head.content.data + 0x400;

	(void)state;
	assert_int_equal(manifest->arch, PG_ARCH_S390X);
	assert_int_equal(manifest->handoff.protocol, PG_HANDOFF_LINUX_S390X);
	assert_int_equal(manifest->handoff.entry, 0x10010);
	assert_int_equal(manifest->console.kind, PG_CONSOLE_SCLP);
	assert_int_equal(manifest->swap_start, CRASH);
	assert_int_equal(manifest->swap_bytes, CRASH);
	assert_int_equal(head.address, CRASH + 0x10000);
	assert_int_equal(kernel.address, CRASH + 0x12000);
	assert_memory_equal(kernel.content.data, trial.kernel + 0x12000,
			    S390_BYTES - 0x12000);
	assert_int_equal(pg_load_be64(area + 0x08), initrd.address - CRASH);
	assert_int_equal(pg_load_be64(area + 0x10), 5000);
	assert_int_equal(pg_load_be64(area + 0x18), CRASH);
	assert_int_equal(pg_load_be64(area + 0x20), CRASH);
	assert_string_equal((const char *)area + 0x80,
			    "quiet purgatorio.log=0x2000,57344");
	assert_int_equal(manifest->log.start, CRASH + 0x2000);
	assert_int_equal(manifest->log.bytes, 0xe000);
	assert_true(pg_image_purgatory(image) >= CRASH + 0x15000);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

/* No exchange: everything lies where it will run, and below 2 GiB. */
static void test_normal(void **state)
{
	struct trial trial = begin_s390x(PG_LOAD_NORMAL);
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	const struct pg_manifest *manifest = pg_image_manifest(image);
	struct pg_part_view head = part(image, PG_PART_BOOTPARAMS);
	struct pg_part_view initrd = part(image, PG_PART_INITRD);
	const uint8_t *area = head.content.data + 0x400;

	(void)state;
	assert_int_equal(manifest->swap_bytes, 0);
	assert_int_equal(manifest->handoff.entry, 0x10000);
	assert_int_equal(head.address, 0x10000);
	assert_int_equal(part(image, PG_PART_KERNEL).address, 0x12000);
	assert_int_equal(pg_load_be64(area + 0x08), initrd.address);
	assert_int_equal(pg_load_be64(area + 0x18), 0);
	assert_int_equal(pg_load_be64(area + 0x20), 0);
	assert_string_equal((const char *)area + 0x80, "quiet");
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

static void test_refusals(void **state)
{
	struct trial trial = begin_s390x(PG_LOAD_CRASH);
	struct pg_load_options *options = options_of(&trial);

	(void)state;
	options->dtb = trial.initrd;
	expect_error(pg_load(options, &error), PG_E_USAGE, &error, "--dtb");
	options->dtb.size = 0;
	machine_put(&trial.machine, "/proc/iomem",
		    "00000000-03ffffff : System RAM\n"
		    "04000000-0fffffff : Crash kernel\n");
	expect_error(pg_load(options, &error), PG_E_MACHINE, &error,
		     "change places");
	end(&trial);
}

/* What a build host packed is loaded with its digests. */
static void test_packed(void **state)
{
	struct trial trial = begin_s390x(PG_LOAD_CRASH);
	struct pg_load_options *options = options_of(&trial);
	struct pg_pack_options packing = {
		.kernel = options->kernel,
		.purgatory_elf = options->purgatory_elf,
		.initrds = &trial.initrd,
		.initrd_count = 1,
		.command_line = "from=pack",
		.window_start = 0x10000000,
		.window_bytes = 0x4000000,
	};
	struct pg_bytes packed, file;
	struct pg_image *image;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/packed.elf", trial.machine.root);
	expect_ok(pg_pack(&packing, path, &error), &error);
	expect_ok(pg_file_map(path, &packed, &error), &error);
	image = pg_image_read(packed, &error);
	assert_non_null(image);
	assert_int_equal(pg_image_manifest(image)->swap_start, 0x10000000);
	assert_int_equal(part(image, PG_PART_KERNEL).address, 0x10012000);
	pg_image_free(image);
	trial.options.kernel = packed;
	trial.options.initrd_count = 0;
	image = plan(&trial, &file);
	assert_int_equal(part(image, PG_PART_KERNEL).address, CRASH + 0x12000);
	assert_string_equal(
		(const char *)part(image, PG_PART_BOOTPARAMS).content.data +
			0x480,
		"from=pack quiet purgatorio.log=0x2000,57344");
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_file_unmap(&packed);
	pg_job_free(&trial.job);
	packing.window_bytes = 0x11000000;
	expect_error(pg_pack(&packing, path, &error), PG_E_OVERLAP, &error,
		     "change places");
	packing.window_bytes = 0x4000000;
	packing.backup_bytes = 4096;
	expect_error(pg_pack(&packing, path, &error), PG_E_USAGE, &error,
		     "--backup");
	packing.backup_bytes = 0;
	packing.dtb = trial.initrd;
	expect_error(pg_pack(&packing, path, &error), PG_E_USAGE, &error,
		     "--dtb");
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
