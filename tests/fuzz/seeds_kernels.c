/* SPDX-License-Identifier: BSD-2-Clause */
/* Seeds for the readers of kernels. */
#include "tests/unit/arm64_image.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/fuzz/seeds.h"
#include "tests/unit/s390_fixture.h"

static void put_compressed(struct pg_bytes from)
{
	static uint8_t out[65536];
	uLongf room = sizeof(out);
	size_t bytes = 0;
	z_stream stream = {.avail_in = (uInt)from.size,
			   .avail_out = (uInt)room,
			   .next_out = out};

	stream.next_in = (void *)(uintptr_t)from.data;
	deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	deflate(&stream, Z_FINISH);
	bytes = stream.total_out;
	deflateEnd(&stream);
	put("unpack", "gzip", (struct pg_bytes){out, bytes});
	put("kernel", "gzip", (struct pg_bytes){out, bytes});
	bytes = 0;
	if (lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, from.data,
				    from.size, out, &bytes,
				    sizeof(out)) != LZMA_OK)
		abort();
	put("unpack", "xz", (struct pg_bytes){out, bytes});
	put("kernel", "xz", (struct pg_bytes){out, bytes});
	bytes = ZSTD_compress(out, sizeof(out), from.data, from.size, 3);
	put("unpack", "zstd", (struct pg_bytes){out, bytes});
	put("kernel", "zstd", (struct pg_bytes){out, bytes});
}

/* The smallest EFI zboot image (drivers/firmware/efi/libstub/zboot-header.S),
 * whose payload is at 0x200. */
static void put_zboot(struct pg_bytes payload, const char *kind)
{
	uint8_t file[0x400] = "MZ";

	memcpy(file + 4, "zimg", 4);
	pg_store_le32(file + 8, 0x200);
	pg_store_le32(file + 12, (uint32_t)payload.size);
	memcpy(file + 24, kind, strlen(kind) + 1);
	pg_store_le32(file + 0x38, 0x818223cd);
	pg_store_le32(file + 0x3c, PE_AT);
	memcpy(file + PE_AT, "PE\0\0", 4);
	pg_store_le16(file + PE_AT + 4, 0xaa64);
	pg_store_le16(file + PE_AT + 20, 112);
	memcpy(file + 0x200, payload.data, payload.size);
	put("zboot", kind, (struct pg_bytes){file, sizeof(file)});
	put("pe", kind, (struct pg_bytes){file, sizeof(file)});
	put("kernel", kind, (struct pg_bytes){file, sizeof(file)});
}

/* A vmlinux of one segment for ppc64; with the section .kernel:vmlinux.strip a
 * zImage. */
void make_ppc64(bool big, uint8_t file[PPC64_BYTES])
{
	uint8_t *segment = file + sizeof(Elf64_Ehdr);

	memset(file, 0, PPC64_BYTES);
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = ELFCLASS64;
	file[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	file[EI_VERSION] = EV_CURRENT;
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_type), ET_DYN);
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_machine), EM_PPC64);
	pg_store64(big, file + offsetof(Elf64_Ehdr, e_phoff),
		   sizeof(Elf64_Ehdr));
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_phentsize),
		   sizeof(Elf64_Phdr));
	pg_store16(big, file + offsetof(Elf64_Ehdr, e_phnum), 1);
	put_phdr(big, segment, 0x100, 0, 0x200, 0x4000);
	pg_store64(big, segment + offsetof(Elf64_Phdr, p_align), 0x10000);
	pg_store32(big, file + 0x100 + 0x5c, 0x72756e30);
	pg_store32(big, file + 0x100, 0x08000048); /* FIXUP_ENDIAN */
	strcpy((char *)file + 0x180, "Linux version 6.1.7-test (x");
}

static void put_ppc64(bool big)
{
	uint8_t file[PPC64_BYTES];

	make_ppc64(big, file);
	put("elf_kernel", big ? "big" : "little",
	    (struct pg_bytes){file, sizeof(file)});
	put("kernel", big ? "ppc64" : "ppc64le",
	    (struct pg_bytes){file, sizeof(file)});
}

void seed_kernels(void)
{
	uint8_t *image = make_image();
	uint8_t *bz = make_bzimage();
	uint8_t *s390 = make_s390(4096);

	/* Of the big ones the beginning: libFuzzer makes input no longer than
	 * it needs. */
	put("bzimage", "small", bzimage_bytes(bz));
	put("kernel", "bzimage", bzimage_bytes(bz));
	put("arm64", "small", bytes_of(image));
	put("kernel", "arm64", bytes_of(image));
	put("pe", "arm64", bytes_of(image));
	put("s390", "small", (struct pg_bytes){s390, S390_BYTES});
	put_compressed(bytes_of(image));
	put_zboot((struct pg_bytes){image + 0x1000, 0x100}, "gzip");
	put_zboot((struct pg_bytes){image + 0x1000, 0x80}, "zstd22");
	put_ppc64(false);
	put_ppc64(true);
	free(image);
	free(bz);
	free(s390);
}
