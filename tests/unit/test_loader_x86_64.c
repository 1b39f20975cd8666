/* SPDX-License-Identifier: BSD-2-Clause */
/* What an image on x86_64 makes of its loader's word: the command line,
 * boot_params. The memory map: test_e820_x86_64.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "purgatory/cmdline.c"
#include "arch/x86_64/e820.c"
#include "arch/x86_64/given.c"
#include "arch/x86_64/image.c"

/* Other loaders' structures: test_given_x86_64.c. */
enum pg_status pg_x86_pvh(uint64_t info, uint8_t *params, struct pg_span *span,
			  struct pg_check_place *place)
{
	(void)params;
	*span = (struct pg_span){info, 1};
	return pg_x86_wrong(place, PG_E_LOADER, "PVH", info);
}

static uint8_t rsdp[RSDP_BYTES];

enum pg_status pg_x86_multiboot2(uint64_t info, uint8_t *params,
				 struct pg_span *span,
				 struct pg_check_place *place)
{
	(void)place;
	*span = (struct pg_span){info, 1};
	pg_store_le64(params + BP_ACPI_RSDP_ADDR, pg_address(rsdp));
	pg_x86_e820_add(params, 0, UINT64_MAX, TYPE_RAM);
	return PG_OK;
}

/* The machine: what can be reached is what the test says. */
static bool reach = true;

bool pg_arch_reachable(uint64_t start, uint64_t bytes)
{
	(void)start;
	(void)bytes;
	return reach;
}

static void join_is(const char *own, const char *theirs, bool all,
		    const char *wanted)
{
	char out[65];
	const size_t length =
		pg_cmdline_join(out, sizeof(out) - 1, own, strlen(own) + 1,
				theirs, strlen(theirs), all);

	assert_string_equal(out, wanted);
	assert_int_equal(length, strlen(wanted));
}

static void kexecs_words_reach_the_kernel(void **state)
{
	(void)state;
	join_is("quiet", "", false, "quiet");
	join_is("quiet\n", "root=/dev/sda elfcorehdr=0x1000 ro", false,
		"quiet elfcorehdr=0x1000");
	join_is("", "  acpi_rsdp=0x5 memmap=4K@0", false,
		"acpi_rsdp=0x5 memmap=4K@0");
	join_is("quiet", "a=\"elfcorehdr=1 b\" xelfcorehdr=2", false, "quiet");
	join_is("quiet", " a=\"b  c\"  d ", true, "quiet a=\"b  c\" d");
}

static void what_is_too_long_is_told(void **state)
{
	char out[9];

	(void)state;
	assert_int_equal(pg_cmdline_join(out, 8, "12345678", 8, "", 0, true),
			 8);
	assert_string_equal(out, "12345678");
	assert_true(pg_cmdline_join(out, 8, "12345", 5, "678", 3, true) > 8);
	assert_true(pg_cmdline_join(out, 8, "123456789", 9, "", 0, true) > 8);
	assert_true(pg_cmdline_join(out, 8, "12345678", 8, "9", 1, true) > 8);
	/* Without a NUL, the count ends it. */
	assert_int_equal(pg_cmdline_join(out, 8, "1", 1, "abcdef", 3, true), 5);
	assert_string_equal(out, "1 abc");
}

static uint8_t params[BP_BYTES];

/* The memory map is RAM up to @end. */
static void only_ram(uint64_t end)
{
	params[BP_E820_ENTRIES] = 0;
	pg_x86_e820_add(params, 0, end, TYPE_RAM);
}

/* An image of one range around a kernel that is only a header, its work area
 * and a loader's boot_params. */
static struct image {
	struct pg_manifest m;
	struct pg_part parts[3];
	struct pg_range ranges[3];
} image;
#define KERNEL_BYTES 0x8000
static uint8_t area[PG_IMAGE_WORK_BYTES + KERNEL_BYTES]
	__attribute__((aligned(4096)));
static uint8_t *const work = area, *const kernel = area + PG_IMAGE_WORK_BYTES;
static const char own_line[] = "quiet", loader_line[] = "elfcorehdr=0x5";

static void set_range(unsigned index, uint32_t kind, const void *at,
		      size_t bytes)
{
	image.parts[index].kind = kind;
	image.ranges[index] = (struct pg_range){
		.start = pg_address(at), .bytes = bytes, .part = index};
}

static int set_up(void **state)
{
	(void)state;
	reach = true;
	memset(&image, 0, sizeof(image));
	memset(params, 0, sizeof(params));
	memset(area, 0, sizeof(area));
	image.m.parts = (struct pg_table){offsetof(struct image, parts), 3};
	image.m.ranges = (struct pg_table){offsetof(struct image, ranges), 3};
	image.m.handoff = (struct pg_handoff){
		.protocol = PG_HANDOFF_IMAGE_X86_64,
		.args = {pg_address(kernel), pg_address(work),
			 PG_IMAGE_WORK_BYTES}};
	set_range(0, PG_PART_KERNEL, kernel, KERNEL_BYTES);
	set_range(1, PG_PART_CMDLINE, own_line, sizeof(own_line) - 1);
	set_range(2, PG_PART_INITRD, own_line, 3);
	kernel[HDR_SETUP_SECTS] = 7;
	kernel[HDR_JUMP + 1] = 0x6a;
	pg_store_le32(kernel + HDR_KERNEL_ALIGNMENT, 0x1000);
	pg_store_le32(kernel + HDR_INIT_SIZE, 0x2000);
	pg_store_le32(kernel + HDR_CMDLINE_SIZE, 100);
	pg_store_le64(work, pg_address(params));
	only_ram(UINT64_MAX);
	pg_x86_store_split(params, HDR_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR,
			   pg_address(loader_line));
	/* The loader was told the whole image's size. */
	pg_store_le32(params + HDR_INIT_SIZE, 0x4000000);
	params[HDR_TYPE_OF_LOADER] = 0xd0;
	return 0;
}

static enum pg_status merge(const char *what, struct pg_handoff *handoff)
{
	struct pg_check_place place = {"", 0, 0};
	enum pg_status status;

	*handoff = image.m.handoff;
	status = pg_arch_loader_merge(&image.m, 0, handoff, &place);
	assert_non_null(strstr(place.what, what));
	return status;
}

static void what_both_say_is_joined(void **state)
{
	struct pg_handoff handoff;
	const uint8_t *out;

	(void)state;
	assert_int_equal(merge("", &handoff), PG_OK);
	out = pg_pointer(handoff.args[0]);
	assert_ptr_equal(out, work + PG_IMAGE_WORK_PARAMS);
	assert_int_equal(pg_load_le32(out + HDR_INIT_SIZE), 0x2000);
	assert_int_equal(out[HDR_TYPE_OF_LOADER], 0xd0);
	assert_int_equal(
		pg_x86_load_split(out, HDR_RAMDISK_IMAGE, BP_EXT_RAMDISK_IMAGE),
		pg_address(own_line));
	assert_int_equal(
		pg_x86_load_split(out, HDR_RAMDISK_SIZE, BP_EXT_RAMDISK_SIZE),
		3);
	assert_string_equal((const char *)work + PG_IMAGE_WORK_CMDLINE,
			    "quiet elfcorehdr=0x5");
}

static void an_initrd_is_taken_where_allowed(void **state)
{
	struct pg_handoff handoff;
	const uint8_t *out = work + PG_IMAGE_WORK_PARAMS;

	(void)state;
	pg_store_le32(params + HDR_RAMDISK_IMAGE, 0x12345000);
	pg_store_le32(params + HDR_RAMDISK_SIZE, 77);
	assert_int_equal(merge("initrd is not used", &handoff), PG_OK);
	assert_int_equal(pg_load_le32(out + HDR_RAMDISK_SIZE), 3);
	image.m.handoff.args[3] = PG_IMAGE_LOADER_INITRD;
	assert_int_equal(merge("", &handoff), PG_OK);
	assert_int_equal(pg_load_le32(out + HDR_RAMDISK_IMAGE), 0x12345000);
	assert_int_equal(pg_load_le32(out + HDR_RAMDISK_SIZE), 77);
}

static void no_room_is_said(void **state)
{
	struct pg_check_place place = {"", 0, 0};
	struct pg_handoff handoff;
	const uint64_t start = pg_address(kernel) + 0x1000;

	(void)state;
	/* RAM for all that is loaded, but not for what is unpacked. */
	only_ram(start + 0x1000);
	assert_int_equal(merge("unpacks itself", &handoff), PG_E_MEMORY);
	only_ram(0x1000);
	assert_int_equal(pg_arch_loader_check(&image.m, 0, &place),
			 PG_E_MEMORY);
	assert_int_equal(place.value, pg_address(kernel));
}

static void a_loader_without_sense_is_refused(void **state)
{
	struct pg_check_place place = {"", 0, 0};
	struct pg_handoff handoff;

	(void)state;
	assert_int_equal(pg_arch_loader_check(&image.m, 0, &place), PG_OK);
	pg_store_le32(kernel + HDR_CMDLINE_SIZE, 7);
	assert_int_equal(merge("too long", &handoff), PG_E_LOADER);
	pg_store_le64(work, 0);
	assert_int_equal(pg_arch_loader_check(&image.m, 0, &place),
			 PG_E_LOADER);
	pg_store_le64(work, pg_address(params));
	reach = false;
	assert_int_equal(pg_arch_loader_check(&image.m, 0, &place),
			 PG_E_LOADER);
}

/* Whatever the loader says of its own memory, it is not ours. */
static void a_loader_in_the_image_is_refused(void **state)
{
	struct pg_check_place place = {"", 0, 0};

	(void)state;
	pg_x86_put_cmdline(params, pg_address(kernel) + 0x100);
	kernel[0x100] = 'a';
	assert_int_equal(pg_arch_loader_check(&image.m, 0, &place),
			 PG_E_LOADER);
	assert_string_equal(place.what, "what it says lies in the image, at");
	/* An empty one takes no memory. */
	kernel[0x100] = '\0';
	assert_int_equal(pg_arch_loader_check(&image.m, 0, &place), PG_OK);
	memcpy(work + 0x3000, params, sizeof(params));
	pg_store_le64(work, pg_address(work) + 0x3000);
	assert_int_equal(pg_arch_loader_check(&image.m, 0, &place),
			 PG_E_LOADER);
}

static void an_initrd_in_the_image_is_refused(void **state)
{
	const uint64_t room = pg_address(kernel) + 0x1000;
	struct pg_handoff handoff;

	(void)state;
	image.m.handoff.args[3] = PG_IMAGE_LOADER_INITRD;
	pg_x86_put_initrd(params, (struct pg_span){pg_address(work), 16});
	assert_int_equal(merge("in the image's memory", &handoff), PG_E_LOADER);
	pg_x86_put_initrd(params, (struct pg_span){UINT64_MAX - 1, 16});
	assert_int_equal(merge("in the image's memory", &handoff), PG_E_LOADER);
	/* Where the kernel unpacks itself, which is behind the image. */
	set_range(0, PG_PART_KERNEL, kernel, 0x1000);
	set_range(1, PG_PART_CMDLINE, kernel, 1);
	set_range(2, PG_PART_INITRD, kernel, 1);
	pg_x86_put_initrd(params,
			  (struct pg_span){(room + 0xfff) & ~0xfffull, 16});
	assert_int_equal(merge("in the image's memory", &handoff), PG_E_LOADER);
	image.m.handoff.args[3] = 0;
	assert_int_equal(merge("is not used", &handoff), PG_OK);
}

static void each_way_is_read(void **state)
{
	struct pg_check_place place = {"", 0, 0};
	const uint8_t *out = work + PG_IMAGE_WORK_PARAMS;
	struct pg_handoff handoff;
	struct pg_span ram;

	(void)state;
	pg_store_le64(work, 0x1234);
	work[PG_IMAGE_WORK_WAY] = PG_WAY_PVH;
	assert_int_equal(pg_arch_loader_check(&image.m, 0, &place),
			 PG_E_LOADER);
	assert_string_equal(place.what, "PVH");
	assert_int_equal(place.value, 0x1234);
	work[PG_IMAGE_WORK_WAY] = 3;
	assert_int_equal(pg_arch_loader_check(&image.m, 0, &place),
			 PG_E_LOADER);
	assert_string_equal(place.what, "it entered by an unknown way");
	/* A root pointer that was but lent gets a page. */
	memcpy(rsdp, "RSD PTR ", 8);
	work[PG_IMAGE_WORK_WAY] = PG_WAY_MULTIBOOT2;
	assert_int_equal(pg_arch_loader_check(&image.m, 0, &place), PG_OK);
	assert_int_equal(merge("", &handoff), PG_OK);
	assert_int_equal(pg_load_le64(out + BP_ACPI_RSDP_ADDR),
			 pg_address(work) + PG_IMAGE_WORK_RSDP);
	assert_memory_equal(work + PG_IMAGE_WORK_RSDP, rsdp, RSDP_BYTES);
	assert_int_equal(out[BP_E820_ENTRIES], 3);
	assert_false(ram_at(out, 1, &ram));
	assert_int_equal(pg_load_le64(entry_at(out, 1)), pg_address(work));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kexecs_words_reach_the_kernel),
		cmocka_unit_test(what_is_too_long_is_told),
		cmocka_unit_test_setup(what_both_say_is_joined, set_up),
		cmocka_unit_test_setup(an_initrd_is_taken_where_allowed,
				       set_up),
		cmocka_unit_test_setup(no_room_is_said, set_up),
		cmocka_unit_test_setup(a_loader_without_sense_is_refused,
				       set_up),
		cmocka_unit_test_setup(a_loader_in_the_image_is_refused,
				       set_up),
		cmocka_unit_test_setup(an_initrd_in_the_image_is_refused,
				       set_up),
		cmocka_unit_test_setup(each_way_is_read, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
