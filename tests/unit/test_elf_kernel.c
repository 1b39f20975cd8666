/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels for ppc64: vmlinux of both byte orders, zImage, and files that are
 * wrong. */
#include "synthetic.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "pack/formats/elf64.h"
#include "pack/formats/kernel_formats.h"

#define FILE_BYTES 0x3000
#define FIRST_AT   0x1000
#define BANNER	   "Linux version 6.1.7-test (x"

static struct pg_error error;

static void put_load(uint8_t *file, bool big, size_t index, uint64_t offset,
		     uint64_t physical, uint64_t content, uint64_t memory)
{
	uint8_t *at = file + sizeof(Elf64_Ehdr) + index * sizeof(Elf64_Phdr);

	pg_store32(big, at + offsetof(Elf64_Phdr, p_type), PT_LOAD);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_offset), offset);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_vaddr),
		   0xc000000000000000 + physical);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_paddr), physical);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_filesz), content);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_memsz), memory);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_align), 0x10000);
}

/* Two segments: 0x800 bytes at @linked, 0x200 bytes and a bss 0x20000 above.
 */
static void make(uint8_t file[FILE_BYTES], bool big, uint16_t type,
		 uint64_t linked)
{
	memset(file, 0, FILE_BYTES);
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = ELFCLASS64;
	file[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	file[EI_VERSION] = EV_CURRENT;
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_type), type);
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_machine), EM_PPC64);
	pg_store64(big, file + offsetof(Elf64_Ehdr, e_entry),
		   0xc000000000000000 + linked);
	pg_store64(big, file + offsetof(Elf64_Ehdr, e_phoff),
		   sizeof(Elf64_Ehdr));
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_phentsize),
		   sizeof(Elf64_Phdr));
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_phnum), 2);
	put_load(file, big, 0, FIRST_AT, linked, 0x800, 0x900);
	put_load(file, big, 1, 0x2000, linked + 0x20000, 0x200, 0x5000);
	pg_store32(big, file + FIRST_AT, 0x08000048); /* FIXUP_ENDIAN */
	memcpy(file + FIRST_AT + 0x100, BANNER, sizeof(BANNER));
	pg_store32(big, file + FIRST_AT + 0x5c, 0x72756e30);
	file[0x2000] = 0x77;
}

static void accept(const uint8_t *file, bool big, uint64_t linked)
{
	struct pg_kernel kernel;

	expect_ok(pg_kernel_read((struct pg_bytes){file, FILE_BYTES}, &kernel,
				 &error),
		  &error);
	assert_int_equal(kernel.arch, PG_ARCH_PPC64);
	assert_int_equal(kernel.format, PG_KERNEL_PPC64_ELF);
	assert_int_equal(kernel.big_endian, big);
	assert_true(kernel.relocatable);
	assert_int_equal(kernel.linked, linked);
	assert_int_equal(kernel.image.size, 0x20200);
	assert_int_equal(kernel.memory_bytes, 0x25000);
	assert_int_equal(kernel.alignment, 0x10000);
	assert_int_equal(kernel.image.data[0x20000], 0x77);
	assert_int_equal(kernel.image.data[0x900], 0);
	expect_release(&kernel, "6.1.7-test");
	expect_ok(pg_elf_kernel_stay(&kernel, &error), &error);
	assert_int_equal(pg_load32(big, kernel.image.data + 0x5c), 1);
	pg_kernel_free(&kernel);
}

static void test_kernels(void **state)
{
	uint8_t file[FILE_BYTES];

	(void)state;
	make(file, false, ET_EXEC, 0);
	accept(file, false, 0);
	make(file, false, ET_DYN, 0);
	accept(file, false, 0);
	make(file, true, ET_EXEC, 0x2000000);
	accept(file, true, 0x2000000);
}

/* As vmlinux is: one segment. Nothing is copied until somebody must. */
static void test_one_piece(void **state)
{
	uint8_t file[FILE_BYTES], kept[FILE_BYTES], joined[0x800];
	struct pg_elf_kernel_pieces told;
	struct pg_kernel kernel;
	size_t bytes = 0;

	(void)state;
	for (int big = 0; big < 2; big++) {
		make(file, big, ET_DYN, 0);
		pg_store16(big, file + offsetof(Elf64_Ehdr, e_phnum), 1);
		memcpy(kept, file, FILE_BYTES);
		expect_ok(pg_kernel_read((struct pg_bytes){file, FILE_BYTES},
					 &kernel, &error),
			  &error);
		assert_null(kernel.owned);
		assert_ptr_equal(kernel.image.data, file + FIRST_AT);
		assert_int_equal(kernel.image.size, 0x800);

		pg_elf_kernel_pieces(&kernel, &told);
		bytes = 0;
		for (size_t i = 0; i < 3; i++) {
			assert_int_equal(bytes % 4, 0);
			memcpy(joined + bytes, told.pieces[i].data,
			       told.pieces[i].size);
			bytes += told.pieces[i].size;
		}
		assert_int_equal(bytes, 0x800);
		assert_int_equal(pg_load32(big, joined + 0x5c), 1);

		expect_ok(pg_elf_kernel_stay(&kernel, &error), &error);
		assert_non_null(kernel.owned);
		assert_memory_equal(kernel.image.data, joined, 0x800);
		expect_release(&kernel, "6.1.7-test");
		assert_memory_equal(file, kept, FILE_BYTES);
		pg_kernel_free(&kernel);
	}
}

/* What pack made comes back without its ELF headers. */
static void test_flat(void **state)
{
	uint8_t file[FILE_BYTES];
	struct pg_kernel kernel, again;

	(void)state;
	for (int big = 0; big < 2; big++) {
		make(file, big, ET_EXEC, 0);
		expect_ok(pg_kernel_read((struct pg_bytes){file, FILE_BYTES},
					 &kernel, &error),
			  &error);
		expect_ok(pg_elf_kernel_stay(&kernel, &error), &error);
		expect_ok(pg_elf_kernel_flat(kernel.image, 0x30000, 0x4000000,
					     &again, &error),
			  &error);
		assert_int_equal(again.big_endian, big);
		assert_true(again.relocatable);
		assert_int_equal(again.memory_bytes, 0x30000);
		assert_int_equal(again.linked, 0x4000000);
		expect_release(&again, "6.1.7-test");
		pg_kernel_free(&again);
		expect_error(pg_elf_kernel_flat(
				     (struct pg_bytes){kernel.image.data, 16},
				     0x30000, 0, &again, &error),
			     PG_E_CORRUPT, &error, "pack it again");
		pg_kernel_free(&kernel);
	}
}

static void test_not_relocatable(void **state)
{
	uint8_t file[FILE_BYTES];
	struct pg_kernel kernel;

	(void)state;
	make(file, true, ET_EXEC, 0x2000000);
	memset(file + FIRST_AT + 0x5c, 0, 4);
	expect_ok(pg_kernel_read((struct pg_bytes){file, FILE_BYTES}, &kernel,
				 &error),
		  &error);
	assert_false(kernel.relocatable);
	expect_ok(pg_elf_kernel_stay(&kernel, &error), &error);
	assert_int_equal(pg_load_be32(kernel.image.data + 0x5c), 0);
	pg_kernel_free(&kernel);
}

static void refuse(const uint8_t *file, size_t bytes, enum pg_status expected,
		   const char *word)
{
	struct pg_kernel kernel;

	expect_error(
		pg_kernel_read((struct pg_bytes){file, bytes}, &kernel, &error),
		expected, &error, word);
}

static void test_hostile(void **state)
{
	uint8_t file[FILE_BYTES];
	uint8_t *const second = file + sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
	uint8_t *const phnum = file + offsetof(Elf64_Ehdr, e_phnum);

	(void)state;
	make(file, false, ET_REL, 0);
	refuse(file, FILE_BYTES, PG_E_FORMAT, "type 1");
	make(file, false, ET_EXEC, 0);
	refuse(file, 40, PG_E_TRUNCATED, "ELF file of 40 bytes");
	refuse(file, 0x2100, PG_E_TRUNCATED, "segment 1");
	pg_store_le16(phnum, 60000);
	refuse(file, FILE_BYTES, PG_E_TRUNCATED, "60000 program headers");

	/* overlap, and the wrong order */
	make(file, false, ET_EXEC, 0);
	put_load(file, false, 1, 0x2000, 0x800, 0x200, 0x5000);
	refuse(file, FILE_BYTES, PG_E_OVERLAP, "0x800 overlaps");
	make(file, true, ET_EXEC, 0x100000);
	put_load(file, true, 1, 0x2000, 0x1000, 0x200, 0x5000);
	refuse(file, FILE_BYTES, PG_E_OVERLAP, "0x1000 overlaps");

	/* wrap around; more content than memory; a hole of 2 GiB */
	make(file, false, ET_EXEC, 0);
	put_load(file, false, 1, 0x2000, UINT64_MAX - 0xfff, 0x200, 0x5000);
	refuse(file, FILE_BYTES, PG_E_CORRUPT, "wraps");
	put_load(file, false, 1, 0x2000, 0x20000, 0x200, 0x100);
	refuse(file, FILE_BYTES, PG_E_CORRUPT, "more content than memory");
	put_load(file, false, 1, 0x2000, 0x80000000, 0x200, 0x5000);
	refuse(file, FILE_BYTES, PG_E_LIMIT, "1 GiB");

	make(file, false, ET_EXEC, 0);
	pg_store_le64(second + offsetof(Elf64_Phdr, p_align), 0x30000);
	refuse(file, FILE_BYTES, PG_E_CORRUPT, "power of two");
	pg_store_le64(second + offsetof(Elf64_Phdr, p_align), 1ull << 40);
	refuse(file, FILE_BYTES, PG_E_LIMIT, "64 MiB");

	/* nothing to load, and next to nothing */
	make(file, false, ET_EXEC, 0);
	put_load(file, false, 0, FIRST_AT, 0, 0x40, 0x900);
	pg_store_le16(phnum, 1);
	refuse(file, FILE_BYTES, PG_E_FORMAT, "64 bytes to load");
	put_load(file, false, 0, FIRST_AT, 0, 0, 0);
	refuse(file, FILE_BYTES, PG_E_FORMAT, "nothing to load");
}

static void test_many_segments(void **state)
{
	uint8_t file[FILE_BYTES];

	(void)state;
	make(file, false, ET_EXEC, 0);
	pg_store_le16(file + offsetof(Elf64_Ehdr, e_phnum), 17);
	for (size_t i = 0; i < 17; i++)
		put_load(file, false, i, FIRST_AT, i * 0x1000, 0x100, 0x100);
	refuse(file, FILE_BYTES, PG_E_LIMIT, "more than 16 segments");
}

/* ------------------------------------------------------------ zImage -- */

#define WRAPPED_BYTES 0x8000
#define PAYLOAD_AT    0x400
#define NAMES_AT      0x200
static const char names[] = "\0.kernel:vmlinux.strip\0.names";

static size_t squeeze(const uint8_t *from, uint8_t *to, size_t room)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)from,
		      .avail_in = FILE_BYTES,
		      .next_out = to,
		      .avail_out = (uInt)room};

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

/* ELF32 as for big-endian kernels, or ELF64; sections begin at 0x100. */
static void wrap(uint8_t out[WRAPPED_BYTES], bool big, bool wide,
		 const uint8_t *vmlinux)
{
	size_t bytes, entry = wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);

	memset(out, 0, WRAPPED_BYTES);
	memcpy(out, ELFMAG, SELFMAG);
	out[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
	out[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	out[EI_VERSION] = EV_CURRENT;
	pg_store16(big, out + 18, wide ? EM_PPC64 : EM_PPC);
	bytes = squeeze(vmlinux, out + PAYLOAD_AT, WRAPPED_BYTES - PAYLOAD_AT);
	memcpy(out + NAMES_AT, names, sizeof(names));
	for (size_t i = 1; i < 3; i++) {
		uint8_t *at = out + 0x100 + i * entry;
		uint64_t offset = i == 1 ? PAYLOAD_AT : NAMES_AT;
		uint64_t size = i == 1 ? bytes : sizeof(names);

		pg_store32(big, at, i == 1 ? 1 : 23);
		if (wide) {
			pg_store64(big, at + 24, offset);
			pg_store64(big, at + 32, size);
		} else {
			pg_store32(big, at + 16, (uint32_t)offset);
			pg_store32(big, at + 20, (uint32_t)size);
		}
	}
	if (wide)
		pg_store64(big, out + 40, 0x100);
	else
		pg_store32(big, out + 32, 0x100);
	pg_store16(big, out + (wide ? 60 : 48), 3);
	pg_store16(big, out + (wide ? 62 : 50), 2);
}

static void test_zimage(void **state)
{
	uint8_t file[FILE_BYTES], wrapped[WRAPPED_BYTES];
	struct pg_kernel kernel;

	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		make(file, !wide, ET_EXEC, 0);
		wrap(wrapped, !wide, wide, file);
		expect_ok(pg_kernel_read(
				  (struct pg_bytes){wrapped, WRAPPED_BYTES},
				  &kernel, &error),
			  &error);
		assert_int_equal(kernel.big_endian, !wide);
		assert_int_equal(kernel.image.size, 0x20200);
		pg_kernel_free(&kernel);
		refuse(wrapped, PAYLOAD_AT + 16, PG_E_TRUNCATED,
		       "leaves the file");
		wrapped[PAYLOAD_AT + 40] ^= 0x55;
		refuse(wrapped, WRAPPED_BYTES, PG_E_CORRUPT, "gzip");
	}
	/* a section table outside of the file: no zImage */
	pg_store_le64(wrapped + 40, UINT64_MAX - 8);
	refuse(wrapped, WRAPPED_BYTES, PG_E_FORMAT, "without program headers");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_one_piece),
		cmocka_unit_test(test_flat),
		cmocka_unit_test(test_not_relocatable),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_many_segments),
		cmocka_unit_test(test_zimage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
