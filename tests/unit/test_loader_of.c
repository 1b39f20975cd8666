/* SPDX-License-Identifier: BSD-2-Clause */
/* What an image's ppc64 purgatory asks of Open Firmware, and makes of its
 * answers. Linked without PIE: a client interface has pointers of 32 bits. */
#include "tests/unit/ppc64_image.h"

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

static int set_up(void **state)
{
	memset(&world, 0, sizeof(world));
	world.bootargs_bytes = world.initrd_bytes = FAILED;
	world.takes = world.has_chosen = world.has_memory = true;
	world.memory[1] = UINT32_MAX;
	return set_up_image(state);
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
		cmocka_unit_test_setup(test_of_checked, set_up),
		cmocka_unit_test_setup(test_of_merged, set_up),
		cmocka_unit_test_setup(test_of_refuses, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
