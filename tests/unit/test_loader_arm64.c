/* SPDX-License-Identifier: BSD-2-Clause */
/* What an image's arm64 purgatory makes of its loader's device tree. */
#include "tests/unit/trees.h"

#include "arch/arm64/image/image.c"
#include "purgatory/cmdline.c"

#define KERNEL_BYTES 0x1000u

/* The image, from a multiple of 2 MiB on: head, door, work, purgatory, and
 * the kernel, which asks for one page more than it has. */
static struct {
	struct pg_manifest m;
	struct pg_part parts[3];
	struct pg_range ranges[3];
} image;
static uint8_t *memory, *work, *kernel, *room;
static struct pg_check_place place;
static uint64_t base;
static unsigned named;
static bool reach;
static const char own_line[] = "quiet";

bool pg_arch_reachable(uint64_t start, uint64_t bytes)
{
	return reach && start <= UINT64_MAX - bytes;
}

void pg_arm64_name(struct pg_span read, struct pg_span written,
		   struct pg_span also_written)
{
	named++;
	assert_true(read.bytes >= 40 || read.start == 0);
	assert_int_equal(written.start, pg_address(work));
	assert_int_equal(also_written.start, pg_address(room));
}

static void set_range(unsigned index, uint32_t kind, const void *at,
		      size_t bytes)
{
	image.parts[index].kind = kind;
	image.ranges[index] = (struct pg_range){
		.start = pg_address(at), .bytes = bytes, .part = index};
}

static void give(const void *tree)
{
	pg_store_le64(work + PG_IMAGE_WORK_GIVEN, pg_address(tree));
}

static int set_up(void **state)
{
	(void)state;
	memory = aligned_alloc(BASE_ALIGNMENT, 4 * BASE_ALIGNMENT);
	assert_non_null(memory);
	memset(memory, 0, 4 * BASE_ALIGNMENT);
	work = memory + PG_PAGE_BYTES + PG_IMAGE_WORK;
	base = pg_address(memory) + PG_PAGE_BYTES + PG_IMAGE_PURGATORY;
	kernel = memory + BASE_ALIGNMENT;
	pg_store_le64(kernel + IMAGE_SIZE, KERNEL_BYTES + 1);
	room = kernel + 2 * KERNEL_BYTES;
	memset(&image, 0, sizeof(image));
	image.m.parts.offset =
		(uint32_t)((uint8_t *)image.parts - (uint8_t *)&image);
	image.m.parts.count = 3;
	image.m.ranges.offset =
		(uint32_t)((uint8_t *)image.ranges - (uint8_t *)&image);
	image.m.ranges.count = 3;
	image.m.handoff = (struct pg_handoff){
		.protocol = PG_HANDOFF_IMAGE_ARM64,
		.args = {pg_address(kernel), pg_address(work),
			 PG_IMAGE_WORK_BYTES}};
	set_range(0, PG_PART_KERNEL, kernel, KERNEL_BYTES);
	set_range(1, PG_PART_CMDLINE, own_line, sizeof(own_line) - 1);
	set_range(2, PG_PART_INITRD, own_line, 3);
	reach = true;
	named = 0;
	memset(&place, 0, sizeof(place));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

static void expect_refused(enum pg_status expected, const char *word)
{
	assert_int_equal(pg_arch_loader_check(&image.m, base, &place),
			 expected);
	assert_non_null(strstr(place.what, word));
	assert_int_equal(named, 0);
}

static void test_checked(void **state)
{
	struct pg_bytes tree = with_memory("virt-el1", INT64_MAX);
	uint8_t *bytes = (uint8_t *)(uintptr_t)tree.data;

	(void)state;
	expect_refused(PG_E_LOADER, "no device tree");
	give(bytes + 8);
	expect_refused(PG_E_LOADER, "no device tree");
	give(bytes + 1);
	expect_refused(PG_E_LOADER, "no device tree");
	give(bytes);
	reach = false;
	expect_refused(PG_E_LOADER, "no work area");
	reach = true;
	image.m.handoff.args[2] = 1;
	expect_refused(PG_E_LOADER, "no work area");
	image.m.handoff.args[2] = PG_IMAGE_WORK_BYTES;
	base += PG_PAGE_BYTES;
	expect_refused(PG_E_LOADER, "2 MiB");
	base -= PG_PAGE_BYTES;
	pg_store_le64(kernel + IMAGE_SIZE, UINT64_MAX);
	expect_refused(PG_E_MEMORY, "no room");
	pg_store_le64(kernel + IMAGE_SIZE, KERNEL_BYTES + 1);
	set_range(2, PG_PART_INITRD, bytes + 64, 3);
	expect_refused(PG_E_LOADER, "in the image's memory");
	set_range(2, PG_PART_INITRD, own_line, 3);
	memcpy(room, bytes, tree.size);
	give(room);
	expect_refused(PG_E_LOADER, "in the image's memory");
	give(bytes);
	assert_int_equal(pg_arch_loader_check(&image.m, base, &place), PG_OK);
	assert_int_equal(named, 1);
	drop(tree);
}

/* Memory ends at @end, by the loader's tree. */
static void short_of(uint64_t end, enum pg_status expected)
{
	struct pg_bytes tree = with_memory("virt-el1", end);

	give(tree.data);
	if (expected == PG_OK) {
		assert_int_equal(pg_arch_loader_check(&image.m, base, &place),
				 PG_OK);
	} else {
		expect_refused(expected, "has no memory for the image");
		assert_int_equal(place.value, end > pg_address(memory)
						      ? end
						      : pg_address(memory));
	}
	drop(tree);
}

static void test_memory(void **state)
{
	const uint64_t end = pg_address(room) + PG_IMAGE_TREE_BYTES;

	(void)state;
	short_of(pg_address(memory) - 1, PG_E_MEMORY);
	/* What is not there is not looked at. */
	pg_store_le64(kernel + IMAGE_SIZE, UINT64_MAX);
	short_of(pg_address(kernel) + IMAGE_HEAD_BYTES - 1, PG_E_MEMORY);
	pg_store_le64(kernel + IMAGE_SIZE, KERNEL_BYTES + 1);
	short_of(end - 1, PG_E_MEMORY);
	short_of(end, PG_OK);
}

static struct pg_handoff merge(enum pg_status expected)
{
	struct pg_handoff handoff = image.m.handoff;

	assert_int_equal(pg_arch_loader_merge(&image.m, base, &handoff, &place),
			 expected);
	return handoff;
}

/* A kexec's tree: its core header stays; command line and initrd are ours,
 * unless the image allows the loader's. */
static void test_merged(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
	const struct pg_fdt_edits edits = all_edits();
	uint8_t *loaded = edit(tree, &edits);
	const uint8_t *out = room;
	int bytes;

	(void)state;
	image.m.log = (struct pg_log_area){0x7f000000, 0x10000, 0};
	give(loaded);
	assert_int_equal(merge(PG_OK).args[0], pg_address(room));
	EXPECT_CELLS(out, "linux,elfcorehdr", 8, 0x7d000000, 0x1000);
	EXPECT_CELLS(out, "linux,initrd-start", 8, pg_address(own_line));
	EXPECT_CELLS(out, "linux,initrd-end", 8, pg_address(own_line) + 3);
	assert_string_equal(chosen(out, "bootargs", &bytes), "quiet");
	assert_string_equal(place.what, "its initrd is not used");
	assert_int_equal(fdt_num_mem_rsv(out), 2);
	image.m.handoff.args[3] =
		PG_IMAGE_LOADER_INITRD | PG_IMAGE_LOADER_CMDLINE;
	merge(PG_OK);
	EXPECT_CELLS(out, "linux,initrd-start", 8, 0x7c000000);
	assert_string_equal(chosen(out, "bootargs", &bytes),
			    "quiet console=ttyAMA0 x=\"a b\"");
	free(loaded);
	drop(tree);
}

/* The image has a tree of its own: the loader's is asked for its facts, or is
 * not there. */
static void test_own_tree(void **state)
{
	struct pg_bytes loader = load_tree("virt-el1");
	struct pg_bytes own = with_memory("virt-el2", INT64_MAX);
	const struct pg_fdt_edits edits = all_edits();
	uint8_t *loaded = edit(loader, &edits);
	const uint8_t *out = room;
	int bytes, root;

	(void)state;
	set_range(2, PG_PART_FDT, own.data, own.size);
	give(NULL);
	assert_int_equal(pg_arch_loader_check(&image.m, base, &place), PG_OK);
	assert_int_equal(merge(PG_OK).args[0], pg_address(room));
	assert_string_equal(chosen(out, "bootargs", &bytes), "quiet");
	assert_null(chosen(out, "linux,elfcorehdr", &bytes));
	give(loaded);
	merge(PG_OK);
	EXPECT_CELLS(out, "linux,elfcorehdr", 8, 0x7d000000, 0x1000);
	assert_string_equal(place.what, "its initrd is not used");
	root = fdt_path_offset(out, "/psci");
	assert_string_equal(fdt_getprop(out, root, "method", &bytes), "smc");
	fdt_setprop_inplace_u32(loaded, 0, "#size-cells", 1);
	merge(PG_E_LOADER);
	assert_non_null(strstr(place.what, "cells than the image's"));
	fdt_setprop_inplace_u32(loaded, 0, "#size-cells", 2);
	fdt_set_off_dt_struct((uint8_t *)(uintptr_t)own.data, 4);
	merge(PG_E_LOADER);
	assert_non_null(strstr(place.what, "image's device tree is damaged"));
	/* Nobody else says how much there is. */
	drop(own);
	own = with_memory("virt-el2", pg_address(room));
	set_range(2, PG_PART_FDT, own.data, own.size);
	merge(PG_OK);
	give(NULL);
	merge(PG_E_MEMORY);
	assert_non_null(strstr(place.what, "has no memory for the image"));
	free(loaded);
	drop(own);
	drop(loader);
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
	give(tree.data);
	assert_int_equal(merge(PG_E_LOADER).args[0], pg_address(kernel));
	assert_non_null(strstr(place.what, "is damaged"));
	fdt_setprop(made, node_at(made, 0, "chosen"), "bootargs", "quiet", 5);
	give(made);
	merge(PG_E_LOADER);
	assert_non_null(strstr(place.what, "no terminated command line"));
	free(made);
	drop(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_checked, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_merged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_own_tree, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_damaged, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
