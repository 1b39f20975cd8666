/* SPDX-License-Identifier: BSD-2-Clause */
/* What loaders of PVH kernels and of multiboot2 say, and what they must not
 * say: one wrong thing at a time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arch/x86_64/e820.c"
#include "arch/x86_64/multiboot2.c"
#include "arch/x86_64/pvh.c"

/* What cannot be reached: nothing, or one page. */
static uint64_t missing;

bool pg_arch_reachable(uint64_t start, uint64_t bytes)
{
	return !missing || start > missing || missing - start >= bytes;
}

static uint8_t params[BP_BYTES];
static struct pg_span span;
static struct pg_check_place place;

/* The entry @index of the map that was built. */
static uint64_t map_word(unsigned index, unsigned word)
{
	return pg_load_le64(params + BP_E820_TABLE + index * 20 + word * 8);
}

/* --------------------------------------------------------------- PVH -- */

static const char line[] = "quiet";
static uint8_t info[START_INFO_BYTES], modules[64], map[48];

static int set_up_pvh(void **state)
{
	(void)state;
	missing = 0;
	memset(info, 0, sizeof(info));
	memset(params, 0, sizeof(params));
	memset(modules, 0, sizeof(modules));
	memset(map, 0, sizeof(map));
	pg_store_le32(info, MAGIC);
	pg_store_le32(info + INFO_VERSION, 1);
	pg_store_le32(info + INFO_MODULES, 2);
	pg_store_le64(info + INFO_MODLIST, pg_address(modules));
	pg_store_le64(info + INFO_CMDLINE, pg_address(line));
	pg_store_le64(info + INFO_RSDP, 0xf59d0);
	pg_store_le64(info + INFO_MAP, pg_address(map));
	pg_store_le32(info + INFO_ENTRIES, 2);
	pg_store_le64(modules, 0x3000000);
	pg_store_le64(modules + 8, 77);
	pg_store_le64(map + 8, 0x9fc00);
	pg_store_le32(map + 16, 1);
	pg_store_le64(map + 24, 0x100000);
	pg_store_le64(map + 32, 0x123456789000);
	pg_store_le32(map + 40, 1);
	return 0;
}

static enum pg_status pvh(void)
{
	place = (struct pg_check_place){"", 0, 0};
	return pg_x86_pvh(pg_address(info), params, &span, &place);
}

static void pvh_is_read(void **state)
{
	(void)state;
	assert_int_equal(pvh(), PG_OK);
	assert_int_equal(pg_x86_cmdline(params), pg_address(line));
	assert_int_equal(pg_x86_initrd(params).start, 0x3000000);
	assert_int_equal(pg_x86_initrd(params).bytes, 77);
	assert_int_equal(pg_load_le64(params + BP_ACPI_RSDP_ADDR), 0xf59d0);
	assert_int_equal(params[BP_E820_ENTRIES], 2);
	assert_int_equal(map_word(0, 1), 0x9fc00);
	assert_int_equal(map_word(1, 0), 0x100000);
	assert_int_equal(map_word(1, 1), 0x123456789000);
	assert_int_equal(span.start, pg_address(info));
	assert_int_equal(span.bytes, START_INFO_BYTES);
}

static void without_modules_there_is_no_initrd(void **state)
{
	(void)state;
	pg_store_le32(info + INFO_MODULES, 0);
	pg_store_le64(info + INFO_MODLIST, 0);
	assert_int_equal(pvh(), PG_OK);
	assert_int_equal(pg_x86_initrd(params).bytes, 0);
}

static void refused(enum pg_status status, const char *what)
{
	assert_int_equal(status, PG_E_LOADER);
	assert_non_null(strstr(place.what, what));
}

static void pvh_without_sense_is_refused(void **state)
{
	(void)state;
	refused(pg_x86_pvh(0, params, &span, &place), "no hvm_start_info");
	missing = pg_address(info) + 3;
	refused(pvh(), "no hvm_start_info");
	set_up_pvh(NULL);
	info[0] ^= 1;
	refused(pvh(), "no hvm_start_info");
	set_up_pvh(NULL);
	pg_store_le32(info + INFO_VERSION, 0);
	refused(pvh(), "without a memory map");
	set_up_pvh(NULL);
	pg_store_le32(info + INFO_ENTRIES, 0);
	refused(pvh(), "so many entries");
	pg_store_le32(info + INFO_ENTRIES, 1025);
	refused(pvh(), "so many entries");
	assert_int_equal(place.value, 1025);
	set_up_pvh(NULL);
	pg_store_le64(info + INFO_MAP, 0);
	refused(pvh(), "no memory map at");
	set_up_pvh(NULL);
	missing = pg_address(map) + sizeof(map) - 1;
	refused(pvh(), "no memory map at");
	set_up_pvh(NULL);
	pg_store_le64(info + INFO_MODLIST, 0);
	refused(pvh(), "no modules at");
	set_up_pvh(NULL);
	missing = pg_address(modules) + 31;
	refused(pvh(), "no modules at");
	set_up_pvh(NULL);
	pg_store_le64(modules + 8, UINT64_MAX);
	refused(pvh(), "no initrd at");
}

/* -------------------------------------------------------- multiboot2 -- */

static struct {
	uint8_t bytes[512];
} boot __attribute__((aligned(8)));
static uint32_t used;
static uint8_t *last; /* the tag that was added last */

static void add_tag(uint32_t type, const void *content, uint32_t bytes)
{
	last = boot.bytes + used;
	pg_store_le32(last, type);
	pg_store_le32(last + 4, 8 + bytes);
	memcpy(last + 8, content, bytes);
	used = (used + 8 + bytes + 7) & ~7u;
	pg_store_le32(boot.bytes, used);
}

static int begin_mb2(void **state)
{
	(void)state;
	missing = 0;
	memset(&boot, 0, sizeof(boot));
	memset(params, 0, sizeof(params));
	used = 8;
	return 0;
}

static void add_map(void)
{
	/* Entries of 24 bytes, version 0; RAM, and what nobody knows. */
	static const uint64_t entries[] = {24,	     0,	     0x9f000, 1,
					   0x100000, 0x5000, 20};

	add_tag(TAG_MAP, entries, sizeof(entries));
}

static enum pg_status mb2(void)
{
	place = (struct pg_check_place){"", 0, 0};
	return pg_x86_multiboot2(pg_address(&boot), params, &span, &place);
}

static void multiboot2_is_read(void **state)
{
	static const uint32_t first[] = {0x3000000, 0x3000100, 0};
	static const uint32_t second[] = {0x4000000, 0x4000100, 0};
	static const uint64_t table = 0x1234567890, efi_map[] = {48, 1, 2, 3};
	uint8_t rsdp[RSDP_BYTES] = {0};
	uint64_t later;

	(void)state;
	add_tag(TAG_CMDLINE, "quiet", 6);
	add_tag(TAG_MODULE, first, sizeof(first));
	add_tag(TAG_MODULE, second, sizeof(second));
	add_map();
	add_tag(TAG_RSDP2, rsdp, sizeof(rsdp));
	later = pg_address(last) + 8;
	add_tag(TAG_RSDP1, rsdp, RSDP1_BYTES);
	add_tag(TAG_EFI_MAP, efi_map, sizeof(efi_map));
	add_tag(99, "x", 1);
	add_tag(TAG_EFI64, &table, sizeof(table));
	add_tag(TAG_END, "", 0);
	assert_int_equal(mb2(), PG_OK);
	assert_string_equal(pg_pointer(pg_x86_cmdline(params)), "quiet");
	assert_int_equal(pg_x86_initrd(params).start, 0x3000000);
	assert_int_equal(pg_x86_initrd(params).bytes, 0x100);
	assert_int_equal(params[BP_E820_ENTRIES], 2);
	assert_int_equal(map_word(1, 1), 0x5000);
	assert_int_equal(params[BP_E820_TABLE + 36], MAP_TYPE_RESERVED);
	assert_int_equal(pg_load_le64(params + BP_ACPI_RSDP_ADDR), later);
	assert_memory_equal(params + EFI_SIGNATURE, "EL64", 4);
	assert_int_equal(pg_x86_load_split(params, EFI_SYSTAB, EFI_SYSTAB_HI),
			 table);
	assert_int_equal(pg_load_le32(params + EFI_DESC_BYTES), 48);
	assert_int_equal(pg_load_le32(params + EFI_MAP_BYTES), 24);
	assert_int_equal(span.bytes, used);
}

static void the_later_root_pointer_wins(void **state)
{
	const uint8_t rsdp[RSDP_BYTES] = {0};

	(void)state;
	add_map();
	add_tag(TAG_RSDP1, rsdp, RSDP1_BYTES);
	add_tag(TAG_RSDP2, rsdp, sizeof(rsdp));
	add_tag(TAG_END, "", 0);
	assert_int_equal(mb2(), PG_OK);
	assert_int_equal(pg_load_le64(params + BP_ACPI_RSDP_ADDR),
			 pg_address(boot.bytes) + used - 8 - 40);
}

static void efi_needs_table_and_map(void **state)
{
	static const uint64_t table = 5, efi_map[] = {48, 1, 2};

	(void)state;
	add_map();
	add_tag(TAG_EFI64, &table, sizeof(table));
	add_tag(TAG_EFI_MAP, efi_map, 7);
	add_tag(TAG_END, "", 0);
	assert_int_equal(mb2(), PG_OK);
	assert_int_equal(pg_load_le32(params + EFI_SIGNATURE), 0);
}

static void short_tags_are_refused(void **state)
{
	static const uint32_t module[] = {0x3000000, 0x2ffffff};
	static const uint32_t tiny[] = {16, 0, 0, 0, 0, 0};

	(void)state;
	add_map();
	add_tag(TAG_MODULE, module, 7);
	add_tag(TAG_END, "", 0);
	refused(mb2(), "a module in so many bytes");
	begin_mb2(NULL);
	add_map();
	add_tag(TAG_MODULE, module, sizeof(module));
	refused(mb2(), "no initrd at");
	begin_mb2(NULL);
	add_tag(TAG_MAP, tiny, 7);
	refused(mb2(), "a memory map of so many bytes");
	begin_mb2(NULL);
	add_tag(TAG_MAP, tiny, sizeof(tiny));
	refused(mb2(), "entries of so many bytes");
	begin_mb2(NULL);
	add_map();
	add_tag(TAG_CMDLINE, "quiet", 5);
	add_tag(TAG_END, "", 0);
	refused(mb2(), "its command line has no end");
	begin_mb2(NULL);
	add_map();
	add_tag(TAG_RSDP1, map, RSDP1_BYTES - 1);
	add_tag(TAG_END, "", 0);
	assert_int_equal(mb2(), PG_OK);
	assert_int_equal(pg_load_le64(params + BP_ACPI_RSDP_ADDR), 0);
}

static void boot_information_without_sense_is_refused(void **state)
{
	(void)state;
	refused(pg_x86_multiboot2(0, params, &span, &place),
		"no boot information");
	missing = pg_address(&boot) + 7;
	refused(mb2(), "no boot information");
	begin_mb2(NULL);
	pg_store_le32(boot.bytes, 7);
	refused(mb2(), "boot information of so many bytes");
	pg_store_le32(boot.bytes, INFO_BYTES_MAX + 1);
	refused(mb2(), "boot information of so many bytes");
	pg_store_le32(boot.bytes, 16);
	missing = pg_address(&boot) + 15;
	refused(mb2(), "boot information of so many bytes");
	begin_mb2(NULL);
	add_map();
	refused(mb2(), "boot information without an end");
	pg_store_le32(last + 4, 7);
	refused(mb2(), "a tag of so many bytes");
	pg_store_le32(last + 4, used);
	refused(mb2(), "a tag of so many bytes");
	pg_store_le32(last + 4, UINT32_MAX);
	refused(mb2(), "a tag of so many bytes");
	begin_mb2(NULL);
	add_tag(TAG_END, "", 0);
	refused(mb2(), "without a memory map");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(pvh_is_read, set_up_pvh),
		cmocka_unit_test_setup(without_modules_there_is_no_initrd,
				       set_up_pvh),
		cmocka_unit_test_setup(pvh_without_sense_is_refused,
				       set_up_pvh),
		cmocka_unit_test_setup(multiboot2_is_read, begin_mb2),
		cmocka_unit_test_setup(the_later_root_pointer_wins, begin_mb2),
		cmocka_unit_test_setup(efi_needs_table_and_map, begin_mb2),
		cmocka_unit_test_setup(short_tags_are_refused, begin_mb2),
		cmocka_unit_test_setup(
			boot_information_without_sense_is_refused, begin_mb2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
