/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_boot_params_build(): offsets of Documentation/arch/x86/zero-page.rst. */
#include "pack/formats/boot_params.h"
#include "tests/unit/synthetic.h"

struct fixture {
	uint8_t *file;
	struct pg_kernel kernel;
	struct pg_boot_params_input in;
	uint8_t out[PG_BOOT_PARAMS_BYTES];
	struct pg_error error;
};

static void begin(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->file = make_bzimage();
	expect_ok(pg_kernel_read(bzimage_bytes(f->file), &f->kernel, &f->error),
		  &f->error);
	f->in.kernel = &f->kernel;
	f->in.cmdline_address = 0x1122334455;
	f->in.cmdline_bytes = 10;
	memset(f->out, 0xee, sizeof(f->out));
}

static enum pg_status build(struct fixture *f)
{
	return pg_boot_params_build(&f->in, f->out, &f->error);
}

static void test_fields(void **state)
{
	static const struct pg_e820 e820[] = {
		{0x1000, 0x9e000, PG_E820_RAM},
		{0x123456789000, 0xabc000, PG_E820_RESERVED},
	};
	uint8_t efi[PG_EFI_INFO_BYTES];
	struct fixture f;

	(void)state;
	begin(&f);
	memset(efi, 0x5a, sizeof(efi));
	f.in.initrd_address = 0x6677889900;
	f.in.initrd_bytes = 0x1aabbccdd;
	f.in.e820 = e820;
	f.in.e820_count = 2;
	f.in.acpi_rsdp = 0xf1234;
	f.in.setup_data = 0xdeadbeef000;
	f.in.efi_info = efi;
	expect_ok(build(&f), &f.error);
	assert_int_equal(pg_load_le64(f.out + 0x070), 0xf1234);
	assert_int_equal(pg_load_le32(f.out + 0x0c0), 0x66);
	assert_int_equal(pg_load_le32(f.out + 0x218), 0x77889900);
	assert_int_equal(pg_load_le32(f.out + 0x0c4), 0x1);
	assert_int_equal(pg_load_le32(f.out + 0x21c), 0xaabbccdd);
	assert_int_equal(pg_load_le32(f.out + 0x0c8), 0x11);
	assert_int_equal(pg_load_le32(f.out + 0x228), 0x22334455);
	assert_memory_equal(f.out + 0x1c0, efi, sizeof(efi));
	assert_int_equal(f.out[0x1e8], 2);
	assert_int_equal(f.out[0x1ef], 0); /* sentinel */
	assert_int_equal(f.out[0x210], 0xd0);
	assert_int_equal(pg_load_le64(f.out + 0x250), 0xdeadbeef000);
	assert_int_equal(pg_load_le64(f.out + 0x2d0), 0x1000);
	assert_int_equal(pg_load_le64(f.out + 0x2d8), 0x9e000);
	assert_int_equal(pg_load_le32(f.out + 0x2e0), 1);
	assert_int_equal(pg_load_le64(f.out + 0x2e4), 0x123456789000);
	assert_int_equal(pg_load_le64(f.out + 0x2ec), 0xabc000);
	assert_int_equal(pg_load_le32(f.out + 0x2f4), 2);
	free(f.file);
}

/* The setup header is the kernel's, but for what the loader writes; all else
 * is zero. */
static void test_header_and_zeros(void **state)
{
	static const struct {
		size_t start, end;
	} written[] = {{0xc0, 0xcc}, {0x1f1, 0x26c}, {0x1e8, 0x1e9}};
	struct fixture f;

	(void)state;
	begin(&f);
	expect_ok(build(&f), &f.error);
	for (size_t i = 0x1f1; i < 0x26c; i++) {
		if (i == 0x210 || (i >= 0x228 && i < 0x22c))
			continue;
		assert_int_equal(f.out[i], f.file[i]);
	}
	for (size_t i = 0; i < sizeof(f.out); i++) {
		bool known = false;

		for (size_t k = 0; k < sizeof(written) / sizeof(*written); k++)
			known |= i >= written[k].start && i < written[k].end;
		if (!known)
			assert_int_equal(f.out[i], 0);
	}
	free(f.file);
}

static void test_live(void **state)
{
	uint8_t live[PG_BOOT_PARAMS_BYTES];
	struct fixture f;

	(void)state;
	begin(&f);
	memset(live, 0x77, sizeof(live));
	f.in.live = (struct pg_bytes){live, sizeof(live)};
	expect_ok(build(&f), &f.error);
	assert_int_equal(f.out[0x000], 0x77); /* screen_info */
	assert_int_equal(f.out[0x006], 0x77);
	assert_int_equal(pg_load_le16(f.out + 0x002), 0); /* ext_mem_k */
	assert_int_equal(f.out[0x03f], 0x77);
	assert_int_equal(f.out[0x040], 0x77); /* apm_bios_info */
	assert_int_equal(f.out[0x060], 0x77); /* ist_info */
	assert_int_equal(f.out[0x140], 0x77); /* edid_info */
	assert_int_equal(f.out[0x1ec], 0x77); /* secure_boot */
	assert_int_equal(f.out[0x1e9], 0x77); /* eddbuf_entries */
	assert_int_equal(f.out[0xd00], 0x77); /* eddbuf */
	/* Memory and pointers of the old kernel are not passed on. */
	assert_int_equal(pg_load_le64(f.out + 0x058), 0); /* tboot_addr */
	assert_int_equal(pg_load_le64(f.out + 0x070), 0); /* acpi_rsdp_addr */
	assert_int_equal(pg_load_le64(f.out + 0x1c0), 0); /* efi_info */
	assert_int_equal(f.out[0x1e8], 0);		  /* e820_entries */
	assert_int_equal(pg_load_le64(f.out + 0x250), 0); /* setup_data */
	assert_int_equal(pg_load_le64(f.out + 0x2d0), 0); /* e820_table */
	assert_int_equal(pg_load_le32(f.out + 0x218), 0); /* ramdisk */
	f.in.live.size--;
	expect_error(build(&f), PG_E_MACHINE, &f.error, "4095");
	free(f.file);
}

static void test_limits(void **state)
{
	struct pg_e820 e820[PG_E820_MAX + 1];
	struct fixture f;

	(void)state;
	begin(&f);
	for (size_t i = 0; i <= PG_E820_MAX; i++)
		e820[i] = (struct pg_e820){i << 20, 0x1000, PG_E820_RAM};
	f.in.e820 = e820;
	f.in.e820_count = PG_E820_MAX + 1;
	expect_error(build(&f), PG_E_LIMIT, &f.error, "129 memory ranges");
	assert_int_equal(f.out[0], 0xee); /* untouched */
	f.in.e820_count = PG_E820_MAX;
	expect_ok(build(&f), &f.error);
	assert_int_equal(f.out[0x1e8], 128);
	assert_int_equal(pg_load_le64(f.out + 0x2d0 + 127 * 20), 127 << 20);
	assert_int_equal(f.out[0xcd0], 0); /* behind the table */

	e820[5].bytes = UINT64_MAX;
	expect_error(build(&f), PG_E_RANGE, &f.error, "range 5");
	f.in.e820_count = 0;
	f.in.cmdline_bytes = BZ_CMDLINE_MAX;
	expect_ok(build(&f), &f.error);
	f.in.cmdline_bytes = BZ_CMDLINE_MAX + 1;
	expect_error(build(&f), PG_E_LIMIT, &f.error, "command line");
	free(f.file);
}

static void test_low_kernel(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	pg_store_le16(f.file + HDR_XLOADFLAGS, XLF_KERNEL_64);
	expect_ok(pg_kernel_read(bzimage_bytes(f.file), &f.kernel, &f.error),
		  &f.error);
	expect_error(build(&f), PG_E_LIMIT, &f.error, "4 GiB");
	f.in.cmdline_address = 0x1000000;
	f.in.initrd_address = 0x7ffff000;
	f.in.initrd_bytes = 0x1000;
	expect_ok(build(&f), &f.error);
	f.in.initrd_bytes = 0x1001;
	expect_error(build(&f), PG_E_LIMIT, &f.error, "0x7fffffff");
	f.in.initrd_bytes = UINT64_MAX;
	expect_error(build(&f), PG_E_RANGE, &f.error, "wrap");
	free(f.file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_header_and_zeros),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_low_kernel),
	};

	return cmocka_run_group_tests_name("boot_params", tests, NULL, NULL);
}
