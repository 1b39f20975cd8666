/* SPDX-License-Identifier: BSD-2-Clause */
/* What an image on s390x makes of its loader's word: the parameter area in the
 * kernel's first pages. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "purgatory/cmdline.c"
#include "arch/s390x/image.c"

/* The machine's memory ends here; and the image, purgatory and all. */
static uint64_t memory_end;
const struct pg_image_header pg_image_start = {.memory_bytes = 0x1000};

bool pg_arch_reachable(uint64_t start, uint64_t bytes)
{
	return start <= memory_end && bytes <= memory_end - start;
}

#define HEAD_BYTES   0x2000u
#define COPIED_BYTES (PG_S390_START + HEAD_BYTES)

/* As in memory: the head, the kernel's other pages, work area and purgatory,
 * the head's copy, and an initrd. */
static struct {
	uint8_t head[HEAD_BYTES];
	uint8_t kernel[0x1000];
	uint8_t door[PG_IMAGE_WORK]; /* its first page is the table's */
	uint8_t work[PG_IMAGE_WORK_BYTES];
	uint8_t purgatory[0x1000];
	uint8_t copy[COPIED_BYTES];
	uint8_t initrd[0x1000];
} memory __attribute__((aligned(0x1000)));
static const char own_line[] = "quiet";

static struct image {
	struct pg_manifest m;
	struct pg_part parts[4];
	struct pg_range ranges[4];
} image;

static void set_range(unsigned index, uint32_t kind, const void *at,
		      size_t bytes)
{
	image.parts[index].kind = kind;
	image.ranges[index] = (struct pg_range){
		.start = pg_address(at), .bytes = bytes, .part = index};
}

static uint64_t base(void)
{
	return pg_address(memory.purgatory);
}

static void tell(unsigned field, uint64_t value)
{
	pg_store_be64(memory.head + AREA + field, value);
}

static uint64_t told(unsigned field)
{
	return pg_load_be64(memory.head + AREA + field);
}

static int set_up(void **state)
{
	(void)state;
	memset(&image, 0, sizeof(image));
	memset(&memory, 0, sizeof(memory));
	memory_end = UINT64_MAX;
	image.m.parts = (struct pg_table){offsetof(struct image, parts), 4};
	image.m.ranges = (struct pg_table){offsetof(struct image, ranges), 4};
	image.m.bytes = sizeof(image);
	set_range(0, PG_PART_KERNEL, memory.kernel, sizeof(memory.kernel));
	set_range(1, PG_PART_BOOTPARAMS, memory.copy, sizeof(memory.copy));
	set_range(2, PG_PART_INITRD, memory.initrd, sizeof(memory.initrd));
	set_range(3, PG_PART_CMDLINE, own_line, sizeof(own_line));
	image.m.handoff = (struct pg_handoff){
		.protocol = PG_HANDOFF_IMAGE_S390X,
		.entry = pg_address(memory.copy) + PG_S390_START,
		.args = {pg_address(memory.copy), pg_address(memory.work),
			 PG_IMAGE_WORK_BYTES, 0}};
	/* The kernel's own: code, and how long its command line may be. */
	memset(memory.copy, 0x55, sizeof(memory.copy));
	memset(memory.copy + PG_S390_PARAMETERS, 0, 0x30);
	pg_store_be64(memory.copy + PG_S390_PARAMETERS + PG_S390_CMDLINE_ROOM,
		      64);
	memset(memory.copy + PG_S390_CMDLINE, 0, 64);
	/* The loader's: it was entered by something else. */
	memset(memory.head, 0xc0, AREA);
	return 0;
}

static void refused(enum pg_status status, const char *what)
{
	struct pg_check_place place = {"", 0, 0};

	assert_int_equal(pg_arch_loader_check(&image.m, base(), &place),
			 status);
	if (status != PG_OK)
		assert_non_null(strstr(place.what, what));
}

static enum pg_status merge(struct pg_handoff *handoff,
			    struct pg_check_place *place)
{
	*place = (struct pg_check_place){"", 0, 0};
	*handoff = image.m.handoff;
	return pg_arch_loader_merge(&image.m, base(), handoff, place);
}

static void the_first_pages_are_put_back(void **state)
{
	struct pg_check_place place;
	struct pg_handoff handoff;

	(void)state;
	tell(PG_S390_IPL_DEVICE, 0x10042);
	strcpy((char *)memory.head + CMDLINE, "elfcorehdr=0x5 theirs=1");
	refused(PG_OK, "");
	assert_int_equal(merge(&handoff, &place), PG_OK);
	assert_string_equal(place.what, "");
	assert_memory_equal(memory.head, memory.copy + PG_S390_START, AREA);
	assert_string_equal((char *)memory.head + CMDLINE,
			    "quiet elfcorehdr=0x5");
	assert_int_equal(told(PG_S390_IPL_DEVICE), 0x10042);
	assert_int_equal(told(PG_S390_INITRD_START), pg_address(memory.initrd));
	assert_int_equal(told(PG_S390_INITRD_BYTES), sizeof(memory.initrd));
	assert_int_equal(told(PG_S390_OLDMEM_BYTES), 0);
	assert_int_equal(told(PG_S390_CMDLINE_ROOM), 64);
	assert_int_equal(handoff.entry, pg_address(memory.head));
}

static void an_initrd_is_chosen(void **state)
{
	const uint64_t theirs = pg_address(&memory + 1) + 0x1000;
	struct pg_check_place place;
	struct pg_handoff handoff;

	(void)state;
	tell(PG_S390_INITRD_START, theirs);
	tell(PG_S390_INITRD_BYTES, 0x777);
	assert_int_equal(merge(&handoff, &place), PG_OK);
	assert_string_equal(place.what, "its initrd is not used");
	assert_int_equal(told(PG_S390_INITRD_START), pg_address(memory.initrd));
	image.m.handoff.args[3] = PG_IMAGE_LOADER_INITRD;
	/* Without one, the image's. */
	tell(PG_S390_INITRD_BYTES, 0);
	refused(PG_OK, "");
	assert_int_equal(merge(&handoff, &place), PG_OK);
	assert_int_equal(told(PG_S390_INITRD_BYTES), sizeof(memory.initrd));
	tell(PG_S390_INITRD_START, theirs);
	tell(PG_S390_INITRD_BYTES, 0x777);
	refused(PG_OK, "");
	assert_int_equal(merge(&handoff, &place), PG_OK);
	assert_string_equal(place.what, "");
	assert_int_equal(told(PG_S390_INITRD_START), theirs);
	assert_int_equal(told(PG_S390_INITRD_BYTES), 0x777);
}

static void an_initrd_is_doubted(void **state)
{
	const uint64_t end = pg_address(&memory + 1);

	(void)state;
	tell(PG_S390_INITRD_START, end - 1);
	tell(PG_S390_INITRD_BYTES, 1);
	/* Who does not use it does not look at it. */
	refused(PG_OK, "");
	image.m.handoff.args[3] = PG_IMAGE_LOADER_INITRD;
	refused(PG_E_LOADER, "in the image's memory");
	tell(PG_S390_INITRD_START, pg_address(memory.head) - 1);
	refused(PG_OK, "");
	tell(PG_S390_INITRD_BYTES, 2);
	refused(PG_E_LOADER, "in the image's memory");
	tell(PG_S390_INITRD_START, end);
	refused(PG_OK, "");
	memory_end = end + 1;
	refused(PG_E_LOADER, "its initrd cannot be at");
	memory_end = UINT64_MAX;
	tell(PG_S390_INITRD_BYTES, UINT64_MAX);
	refused(PG_E_LOADER, "its initrd cannot be at");
}

static void the_dead_kernels_memory_is_told(void **state)
{
	const uint64_t bytes = pg_address(&memory + 1);
	struct pg_check_place place;
	struct pg_handoff handoff;

	(void)state;
	tell(PG_S390_OLDMEM_START, bytes);
	tell(PG_S390_OLDMEM_BYTES, bytes);
	refused(PG_OK, "");
	assert_int_equal(merge(&handoff, &place), PG_OK);
	assert_int_equal(told(PG_S390_OLDMEM_START), bytes);
	assert_int_equal(told(PG_S390_OLDMEM_BYTES), bytes);
	assert_int_equal(handoff.entry, pg_address(memory.head) + 0x10);
}

static void the_dead_kernels_memory_is_doubted(void **state)
{
	const uint64_t bytes = pg_address(&memory + 1); /* whole pages */

	(void)state;
	/* None, but somewhere; somewhere, but none. */
	tell(PG_S390_OLDMEM_START, bytes);
	refused(PG_E_LOADER, "the dead kernel's memory");
	tell(PG_S390_OLDMEM_START, 0);
	tell(PG_S390_OLDMEM_BYTES, bytes);
	refused(PG_E_LOADER, "the dead kernel's memory");
	/* It overlaps with what it changes places with. */
	tell(PG_S390_OLDMEM_START, bytes - 0x1000);
	refused(PG_E_LOADER, "the dead kernel's memory");
	/* Not whole pages. */
	tell(PG_S390_OLDMEM_START, bytes + 8);
	refused(PG_E_LOADER, "the dead kernel's memory");
	tell(PG_S390_OLDMEM_START, bytes);
	tell(PG_S390_OLDMEM_BYTES, bytes - 8);
	refused(PG_E_LOADER, "the dead kernel's memory");
	/* It wraps around, or is not there. */
	tell(PG_S390_OLDMEM_START, UINT64_MAX - 0xfff);
	tell(PG_S390_OLDMEM_BYTES, bytes);
	refused(PG_E_LOADER, "the dead kernel's memory");
	tell(PG_S390_OLDMEM_START, bytes);
	memory_end = 2 * bytes - 1;
	refused(PG_E_LOADER, "the dead kernel's memory");
	memory_end = 2 * bytes;
	refused(PG_OK, "");
	/* It ends in the image. */
	tell(PG_S390_OLDMEM_BYTES, bytes - 0x1000);
	refused(PG_E_MEMORY, "ends in the image");
	/* It ends in the loader's initrd, which lies behind the image. */
	memory_end = UINT64_MAX;
	tell(PG_S390_OLDMEM_START, 2 * bytes);
	tell(PG_S390_OLDMEM_BYTES, bytes + 0x1000);
	image.m.handoff.args[3] = PG_IMAGE_LOADER_INITRD;
	tell(PG_S390_INITRD_START, bytes + 0x1000 - 0xff);
	tell(PG_S390_INITRD_BYTES, 0x100);
	refused(PG_E_LOADER, "its initrd cannot be at");
	tell(PG_S390_INITRD_BYTES, 0xff);
	refused(PG_OK, "");
}

static void the_image_is_where_it_belongs(void **state)
{
	struct pg_check_place place = {"", 0, 0};

	(void)state;
	assert_int_equal(
		pg_arch_loader_check(&image.m, base() + 0x1000, &place),
		PG_E_LOADER);
	memory_end = pg_address(memory.work);
	refused(PG_E_LOADER, "no work area");
	memory_end = UINT64_MAX;
	image.m.handoff.args[2]--;
	refused(PG_E_LOADER, "no work area");
	image.m.handoff.args[2]++;
	/* The machine's memory ends in the last part. */
	memory_end = pg_address(memory.initrd) + sizeof(memory.initrd) - 1;
	refused(PG_E_MEMORY, "no memory for the image");
	memory_end++;
	refused(PG_OK, "");
	memory_end = UINT64_MAX;
	/* A copy of nothing, and a kernel with nothing in front. */
	image.ranges[1].bytes = PG_S390_CMDLINE;
	refused(PG_E_LOADER, "no kernel's head");
	image.ranges[1].bytes = COPIED_BYTES;
	image.ranges[0].start = HEAD_BYTES - 1;
	refused(PG_E_LOADER, "no kernel's head");
	/* Another protocol is none of ours. */
	image.m.handoff.protocol = PG_HANDOFF_LINUX_S390X;
	refused(PG_OK, "");
}

static void a_line_that_is_too_long_is_told(void **state)
{
	struct pg_check_place place;
	struct pg_handoff handoff;

	(void)state;
	image.m.handoff.args[3] = PG_IMAGE_LOADER_CMDLINE;
	/* 63 bytes and a NUL are what the kernel takes. */
	memset(memory.head + CMDLINE, 'x', 63 - 6);
	assert_int_equal(merge(&handoff, &place), PG_OK);
	assert_int_equal(strlen((char *)memory.head + CMDLINE), 63);
	memset(memory.head + CMDLINE, 'x', 63 - 5);
	memory.head[CMDLINE + 63 - 5] = '\0';
	assert_int_equal(merge(&handoff, &place), PG_E_LOADER);
	assert_non_null(strstr(place.what, "too long"));
	/* Without an end, it ends where the head does. */
	memset(memory.head + CMDLINE, 'x', HEAD_BYTES - CMDLINE);
	assert_int_equal(merge(&handoff, &place), PG_E_LOADER);
	assert_int_equal(place.value, 6 + HEAD_BYTES - CMDLINE);
}

static void rooms_are_bounded(void **state)
{
	uint8_t area[0x80] = {0};
	const struct pg_span head = {0, 1u << 20};

	(void)state;
	assert_int_equal(room_in(area, head), PG_S390_CMDLINE_OLD - 1);
	pg_store_be64(area + PG_S390_CMDLINE_ROOM, UINT64_MAX);
	assert_int_equal(room_in(area, head), PG_IMAGE_CMDLINE_BYTES - 1);
	assert_int_equal(room_in(area, (struct pg_span){0, CMDLINE + 5}), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_pages_are_put_back, set_up),
		cmocka_unit_test_setup(an_initrd_is_chosen, set_up),
		cmocka_unit_test_setup(an_initrd_is_doubted, set_up),
		cmocka_unit_test_setup(the_dead_kernels_memory_is_told, set_up),
		cmocka_unit_test_setup(the_dead_kernels_memory_is_doubted,
				       set_up),
		cmocka_unit_test_setup(the_image_is_where_it_belongs, set_up),
		cmocka_unit_test_setup(a_line_that_is_too_long_is_told, set_up),
		cmocka_unit_test(rooms_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
