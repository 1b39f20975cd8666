/* SPDX-License-Identifier: BSD-2-Clause */
/* What an image's ppc64 purgatory makes of its loader's device tree, and of
 * Open Firmware's answers. Linked without PIE: a client interface has pointers
 * of 32 bits. */
#include "tests/unit/trees.h"

#include "arch/ppc64/image/image.c"
#include "arch/ppc64/image/of.c"
#include "purgatory/cmdline.c"

#define KERNEL_BYTES 0x4000u
#define WORK_AT	     PG_IMAGE_WORK
#define KERNEL_AT    (PG_IMAGE_PURGATORY + PG_PAGE_BYTES)
#define ROOM_AT	     (KERNEL_AT + KERNEL_BYTES)
#define LOG_AT	     (ROOM_AT + PG_IMAGE_TREE_BYTES)
#define INITRD_AT    (LOG_AT + PG_PAGE_BYTES)
#define ALL_BYTES    (INITRD_AT + PG_PAGE_BYTES)

/* The image, as it lies in memory. */
static uint8_t image[ALL_BYTES] __attribute__((aligned(4096)));
static struct {
	struct pg_manifest m;
	struct pg_part parts[3];
	struct pg_range ranges[3];
} sealed;
static struct pg_check_place place;
static uint64_t base;
static uint64_t limit; /* where memory ends */
static bool ours;
uint64_t pg_ppc64_boot_cpu;
static char own_line[] = "quiet";

/* The client interface's world: nodes 1 /chosen and 2 /memory@0. */
#define CLIENT 0x100cu
static struct {
	char bootargs[4096];
	uint32_t bootargs_bytes; /* FAILED: none */
	uint8_t start[8], end[8];
	uint32_t initrd_bytes; /* of linux,initrd-start; FAILED: none */
	uint64_t memory[2];
	bool takes, has_chosen, has_memory;
	unsigned calls;
} world;

bool pg_arch_reachable(uint64_t start, uint64_t bytes)
{
	return start <= limit && bytes <= limit - start;
}

void pg_arch_exceptions(bool take)
{
	ours = take;
}

static const char *string_at(const uint8_t *cell)
{
	return pg_pointer(pg_load_be32(cell));
}

static uint32_t answer(const uint8_t *value, uint32_t bytes, const uint8_t *a)
{
	uint32_t room = pg_load_be32(a + 12);

	if (bytes != FAILED)
		memcpy(pg_pointer(pg_load_be32(a + 8)), value,
		       bytes < room ? bytes : room);
	return bytes;
}

static uint32_t get_property(const uint8_t *a)
{
	const char *name = string_at(a + 4);
	uint8_t reg[16];

	if (pg_load_be32(a) == 2 && strcmp(name, "reg") == 0) {
		pg_store_be64(reg, world.memory[0]);
		pg_store_be64(reg + 8, world.memory[1]);
		return answer(reg, sizeof(reg), a);
	}
	assert_int_equal(pg_load_be32(a), 1);
	if (strcmp(name, "bootargs") == 0)
		return answer((uint8_t *)world.bootargs, world.bootargs_bytes,
			      a);
	assert_string_equal(name, "linux,initrd-start");
	return answer(world.start, world.initrd_bytes, a);
}

static uint32_t set_property(const uint8_t *a)
{
	const char *name = string_at(a + 4);
	const uint32_t bytes = pg_load_be32(a + 12);
	const void *from = pg_pointer(pg_load_be32(a + 8));

	assert_int_equal(pg_load_be32(a), 1);
	if (!world.takes)
		return FAILED;
	if (strcmp(name, "bootargs") == 0) {
		memcpy(world.bootargs, from, bytes);
		world.bootargs_bytes = bytes;
		return bytes;
	}
	assert_int_equal(bytes, 8);
	if (strcmp(name, "linux,initrd-start") == 0)
		memcpy(world.start, from, bytes);
	else
		memcpy(world.end, from, bytes);
	return bytes;
}

void pg_ppc64_rtas_call(uint64_t arguments, uint64_t at, uint64_t entry)
{
	uint8_t *a = pg_pointer(arguments);
	const char *service = string_at(a);
	const uint32_t count = pg_load_be32(a + 4);
	uint32_t result;

	/* Firmware's own memory is back. */
	assert_false(ours);
	assert_int_equal(at, 0);
	assert_int_equal(entry, CLIENT);
	assert_int_equal(pg_load_be32(a + 8), 1);
	world.calls++;
	a += 12;
	if (strcmp(service, "finddevice") == 0) {
		const char *path = string_at(a);

		assert_int_equal(count, 1);
		result = FAILED;
		if (strcmp(path, "/chosen") == 0 && world.has_chosen)
			result = 1;
		if (strcmp(path, "/memory@0") == 0 && world.has_memory)
			result = 2;
	} else {
		assert_int_equal(count, 4);
		result = strcmp(service, "getprop") == 0 ? get_property(a)
							 : set_property(a);
	}
	pg_store_be32(a + 4 * count, result);
}

static void set_range(unsigned index, uint32_t kind, const void *at,
		      size_t bytes)
{
	sealed.parts[index].kind = kind;
	sealed.ranges[index] = (struct pg_range){
		.start = pg_address(at), .bytes = bytes, .part = index};
}

static void give(size_t which, uint64_t value)
{
	pg_store_le64(image + WORK_AT + PG_IMAGE_WORK_GIVEN + which, value);
}

static int set_up(void **state)
{
	(void)state;
	memset(image, 0, sizeof(image));
	memset(&sealed, 0, sizeof(sealed));
	memset(&world, 0, sizeof(world));
	base = pg_address(image) + PG_IMAGE_PURGATORY;
	memcpy(image + KERNEL_AT + LOW_RUN, "0nur", 4);
	sealed.m.parts.offset =
		(uint32_t)((uint8_t *)sealed.parts - (uint8_t *)&sealed);
	sealed.m.parts.count = 3;
	sealed.m.ranges.offset =
		(uint32_t)((uint8_t *)sealed.ranges - (uint8_t *)&sealed);
	sealed.m.ranges.count = 3;
	sealed.m.handoff = (struct pg_handoff){
		.protocol = PG_HANDOFF_IMAGE_PPC64,
		.entry = pg_address(image + KERNEL_AT),
		.args = {pg_address(image + KERNEL_AT),
			 pg_address(image + WORK_AT), PG_IMAGE_WORK_BYTES}};
	sealed.m.log = (struct pg_log_area){pg_address(image + LOG_AT),
					    PG_PAGE_BYTES, 0};
	set_range(0, PG_PART_KERNEL, image + KERNEL_AT, KERNEL_BYTES);
	set_range(1, PG_PART_CMDLINE, own_line, sizeof(own_line) - 1);
	set_range(2, PG_PART_INITRD, image + INITRD_AT, 100);
	/* Which lies elsewhere, so that the image's end is the initrd's. */
	sealed.ranges[1].start = pg_address(image + PG_IMAGE_PURGATORY);
	memcpy(image + PG_IMAGE_PURGATORY, own_line, sizeof(own_line));
	world.bootargs_bytes = world.initrd_bytes = FAILED;
	world.takes = world.has_chosen = world.has_memory = true;
	world.memory[1] = UINT32_MAX;
	limit = UINT64_MAX;
	ours = true;
	pg_ppc64_boot_cpu = 99;
	memset(&place, 0, sizeof(place));
	place.what = "";
	return 0;
}

static void expect_refused(enum pg_status expected, const char *word)
{
	assert_int_equal(pg_arch_loader_check(&sealed.m, base, &place),
			 expected);
	assert_non_null(strstr(place.what, word));
}

static void test_checked(void **state)
{
	struct pg_bytes tree = load_tree("virt-el1");
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
}

static struct pg_handoff merge(enum pg_status expected)
{
	struct pg_handoff handoff = sealed.m.handoff;

	assert_int_equal(
		pg_arch_loader_merge(&sealed.m, base, &handoff, &place),
		expected);
	return handoff;
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

static void test_of_checked(void **state)
{
	(void)state;
	give(GIVEN_R5, CLIENT);
	assert_int_equal(pg_arch_loader_check(&sealed.m, base, &place), PG_OK);
	assert_true(ours);
	give(GIVEN_R5, CLIENT + 2);
	expect_refused(PG_E_LOADER, "no client interface");
	give(GIVEN_R5, 1ull << 32);
	expect_refused(PG_E_LOADER, "no client interface");
	give(GIVEN_R5, pg_address(image + INITRD_AT));
	expect_refused(PG_E_MEMORY, "reaches into firmware");
	give(GIVEN_R5, CLIENT);
	world.memory[1] = pg_address(image + INITRD_AT) + 99;
	expect_refused(PG_E_MEMORY, "which ends at");
	assert_true(ours);
	world.memory[1]++;
	assert_int_equal(pg_arch_loader_check(&sealed.m, base, &place), PG_OK);
	world.memory[1] = 0;
	world.has_memory = false;
	assert_int_equal(pg_arch_loader_check(&sealed.m, base, &place), PG_OK);
	set_range(2, PG_PART_INITRD, pg_pointer(UINT32_MAX - 10), 100);
	expect_refused(PG_E_LOADER, "beyond 4 GiB");
}

static void test_of_merged(void **state)
{
	struct pg_handoff handoff;

	(void)state;
	give(GIVEN_R1, 0x7000);
	give(GIVEN_R5, CLIENT);
	handoff = merge(PG_OK);
	assert_int_equal(handoff.protocol, PG_HANDOFF_IMAGE_PPC64);
	assert_int_equal(handoff.args[0], pg_address(image + INITRD_AT));
	assert_int_equal(handoff.args[1], 100);
	assert_int_equal(handoff.args[2], CLIENT);
	assert_int_equal(handoff.args[3], 0x7000);
	assert_string_equal(world.bootargs, "quiet");
	assert_int_equal(world.bootargs_bytes, sizeof("quiet"));
	assert_string_equal(place.what, "");
	/* Theirs, in /chosen; then in registers. */
	strcpy(world.bootargs, "more elfcorehdr=1K");
	world.bootargs_bytes = sizeof("more elfcorehdr=1K");
	world.initrd_bytes = 8;
	merge(PG_OK);
	assert_string_equal(world.bootargs, "quiet elfcorehdr=1K");
	assert_string_equal(place.what, "its initrd is not used");
	assert_int_equal(pg_load_be64(world.start),
			 pg_address(image + INITRD_AT));
	assert_int_equal(pg_load_be64(world.end),
			 pg_address(image + INITRD_AT) + 100);
	sealed.m.handoff.args[3] =
		PG_IMAGE_LOADER_INITRD | PG_IMAGE_LOADER_CMDLINE;
	give(GIVEN_R3, 0x6000000);
	give(GIVEN_R4, 1000);
	handoff = merge(PG_OK);
	assert_int_equal(handoff.args[0], 0x6000000);
	assert_int_equal(handoff.args[1], 1000);
	assert_string_equal(world.bootargs, "quiet quiet elfcorehdr=1K");
}

static void test_of_refuses(void **state)
{
	(void)state;
	give(GIVEN_R5, CLIENT);
	world.has_chosen = false;
	merge(PG_E_LOADER);
	assert_non_null(strstr(place.what, "no /chosen"));
	world.has_chosen = true;
	world.takes = false;
	merge(PG_E_LOADER);
	assert_non_null(strstr(place.what, "takes no command line"));
	world.takes = true;
	memset(world.bootargs, 'a', sizeof(world.bootargs));
	world.bootargs_bytes = THEIRS_BYTES + 1;
	merge(PG_E_LOADER);
	assert_non_null(strstr(place.what, "too many bytes"));
	/* Not terminated: it ends where it ends. */
	sealed.m.handoff.args[3] = PG_IMAGE_LOADER_CMDLINE;
	world.bootargs_bytes = THEIRS_BYTES;
	merge(PG_E_LOADER);
	assert_non_null(strstr(place.what, "together too long"));
	world.bootargs_bytes = 3;
	merge(PG_OK);
	assert_string_equal(world.bootargs, "quiet aaa");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_checked, set_up),
		cmocka_unit_test_setup(test_merged, set_up),
		cmocka_unit_test_setup(test_stays, set_up),
		cmocka_unit_test_setup(test_damaged, set_up),
		cmocka_unit_test_setup(test_of_checked, set_up),
		cmocka_unit_test_setup(test_of_merged, set_up),
		cmocka_unit_test_setup(test_of_refuses, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
