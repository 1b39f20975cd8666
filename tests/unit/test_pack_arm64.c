/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_pack() for arm64, and loading what it made. */
#include "tests/unit/trial_arm64.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_pack_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
