/* SPDX-License-Identifier: BSD-2-Clause */
/* What an image's ppc64 purgatory makes of its loader's device tree. */
#include "tests/unit/ppc64_image.h"

void pg_ppc64_rtas_call(uint64_t arguments, uint64_t at, uint64_t entry)
{
	(void)arguments;
	(void)at;
	(void)entry;
	fail_msg("firmware is not there");
}

static void test_checked(void **state)
{
	const uint64_t end = pg_address(image + INITRD_AT) + 100;
	struct pg_bytes tree = with_memory("virt-el1", end);
	const uint64_t at = pg_address(tree.data);

	(void)state;
	expect_refused(PG_E_LOADER, "no device tree");
	give(GIVEN_R3, at + 8);
	expect_refused(PG_E_LOADER, "no device tree");
	give(GIVEN_R3, at + 4);
	expect_refused(PG_E_LOADER, "no device tree");
	give(GIVEN_R3, at);
	limit = pg_address(image);
	expect_refused(PG_E_LOADER, "no work area");
	limit = pg_address(image + INITRD_AT);
	sealed.m.handoff.args[2] = 1;
	expect_refused(PG_E_LOADER, "no work area");
	sealed.m.handoff.args[2] = PG_IMAGE_WORK_BYTES;
	expect_refused(PG_E_MEMORY, "no memory for the image");
	limit = UINT64_MAX;
	memcpy(image + ROOM_AT, tree.data, tree.size);
	give(GIVEN_R3, pg_address(image + ROOM_AT));
	expect_refused(PG_E_LOADER, "in the image's memory");
	give(GIVEN_R3, at);
	assert_int_equal(pg_arch_loader_check(&sealed.m, base, &place), PG_OK);
	drop(tree);
	tree = with_memory("virt-el1", end - 1);
	give(GIVEN_R3, pg_address(tree.data));
	expect_refused(PG_E_MEMORY, "has no memory for the image");
	assert_int_equal(place.value, end - 1);
	drop(tree);
}

/* A kexec's tree: its core header stays, and so does the kernel. */
static void test_merged(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
	const struct pg_fdt_edits edits = all_edits();
	uint8_t *loaded = edit(tree, &edits);
	const uint8_t *out = image + ROOM_AT;
	struct pg_handoff handoff;
	int bytes;

	(void)state;
	fdt_set_boot_cpuid_phys(loaded, 24);
	give(GIVEN_R3, pg_address(loaded));
	give(GIVEN_R8, 0x30000000);
	give(GIVEN_R9, 0x30001000);
	handoff = merge(PG_OK);
	assert_int_equal(handoff.protocol, PG_HANDOFF_LINUX_PPC64);
	assert_int_equal(handoff.args[0], pg_address(out));
	assert_int_equal(handoff.args[1], handoff.entry);
	assert_int_equal(handoff.args[2], 0x30000000);
	assert_int_equal(handoff.args[3], 0x30001000);
	assert_int_equal(pg_ppc64_boot_cpu, 24);
	EXPECT_CELLS(out, "linux,elfcorehdr", 8, 0x7d000000, 0x1000);
	EXPECT_CELLS(out, "linux,initrd-start", 8,
		     pg_address(image + INITRD_AT));
	assert_string_equal(chosen(out, "bootargs", &bytes), "quiet");
	assert_string_equal(place.what, "its initrd is not used");
	/* The log; and the kernel moves, which it may. */
	assert_int_equal(fdt_num_mem_rsv(out), 2);
	assert_memory_equal(image + KERNEL_AT + LOW_RUN, "0nur", 4);
	sealed.m.handoff.args[3] =
		PG_IMAGE_LOADER_INITRD | PG_IMAGE_LOADER_CMDLINE;
	merge(PG_OK);
	EXPECT_CELLS(out, "linux,initrd-start", 8, 0x7c000000);
	assert_string_equal(chosen(out, "bootargs", &bytes),
			    "quiet console=ttyAMA0 x=\"a b\"");
	free(loaded);
	drop(tree);
}

/* @run in the door, @line of the loader's: what the kernel's word becomes. */
static void expect_run(uint32_t run, const char *line, const char *before,
		       const char *after)
{
	void *made = new_tree(2, true);

	node_at(made, 0, "chosen");
	text(made, "/chosen", "bootargs", line);
	memcpy(image + KERNEL_AT + LOW_RUN, before, 4);
	give(GIVEN_R3, pg_address(made));
	give(GIVEN_RUN, run);
	merge(PG_OK);
	assert_memory_equal(image + KERNEL_AT + LOW_RUN, after, 4);
	free(made);
}

static void test_stays(void **state)
{
	(void)state;
	expect_run(0x72756e30, "a", "0nur", "0nur");
	expect_run(1, "a", "0nur", "\1\0\0\0");
	expect_run(1u << 24, "a", "run0", "\0\0\0\1");
	expect_run(0x306e7572, "a elfcorehdr=4096K", "run0", "\0\0\0\1");
	expect_run(0x72756e30, "elfcorehdr=4096K", "0nur", "\1\0\0\0");
	/* A kernel that was built for its place has no such word. */
	expect_run(1, "a", "\1\0\0\0", "\1\0\0\0");
}

static void test_damaged(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
	void *made = new_tree(2, true);
	struct fdt_property *property =
		(struct fdt_property *)(uintptr_t)fdt_get_property(
			tree.data, fdt_path_offset(tree.data, "/psci"),
			"method", NULL);

	(void)state;
	pg_store_be32((uint8_t *)&property->len, 0x7fffff00);
	give(GIVEN_R3, pg_address(tree.data));
	merge(PG_E_LOADER);
	assert_non_null(strstr(place.what, "is damaged"));
	fdt_setprop(made, node_at(made, 0, "chosen"), "bootargs", "quiet", 5);
	give(GIVEN_R3, pg_address(made));
	merge(PG_E_LOADER);
	assert_non_null(strstr(place.what, "no terminated command line"));
	free(made);
	drop(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_checked, set_up_image),
		cmocka_unit_test_setup(test_merged, set_up_image),
		cmocka_unit_test_setup(test_stays, set_up_image),
		cmocka_unit_test_setup(test_damaged, set_up_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
