/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI zboot images: a compressed kernel inside of an EFI program that unpacks
 * it (Linux: drivers/firmware/efi/libstub/zboot-header.S).
 */
#include <string.h>

#include "pack/formats/kernel_formats.h"
#include "purgatorio/byteorder.h"

#define ZBOOT_MAGIC	 4  /* "zimg", behind "MZ\0\0" */
#define ZBOOT_OFFSET	 8  /* u32, of the payload */
#define ZBOOT_BYTES	 12 /* u32 */
#define ZBOOT_TYPE	 24 /* a name, NUL-terminated */
#define ZBOOT_TYPE_BYTES 32
#define ZBOOT_END	 (ZBOOT_TYPE + ZBOOT_TYPE_BYTES)

bool pg_zboot_recognise(struct pg_bytes file)
{
	return file.size >= ZBOOT_END && memcmp(file.data, "MZ", 2) == 0 &&
	       memcmp(file.data + ZBOOT_MAGIC, "zimg", 4) == 0;
}

/* scripts/Makefile.lib has more names for one algorithm than one. */
static enum pg_compression compression_of(const char *type)
{
	if (strcmp(type, "gzip") == 0)
		return PG_COMPRESSION_GZIP;
	if (strncmp(type, "xz", 2) == 0)
		return PG_COMPRESSION_XZ;
	if (strncmp(type, "zstd", 4) == 0)
		return PG_COMPRESSION_ZSTD;
	return PG_COMPRESSION_NONE;
}

enum pg_status pg_zboot_payload(struct pg_bytes file, struct pg_bytes *out,
				enum pg_compression *kind,
				struct pg_error *error)
{
	uint64_t offset = pg_load_le32(file.data + ZBOOT_OFFSET);
	uint64_t bytes = pg_load_le32(file.data + ZBOOT_BYTES);
	char type[ZBOOT_TYPE_BYTES + 1] = "";
	enum pg_compression found;

	memcpy(type, file.data + ZBOOT_TYPE, ZBOOT_TYPE_BYTES);
	found = compression_of(type);
	if (found == PG_COMPRESSION_NONE)
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: an EFI zboot image packed with '%s'; "
			       "give one packed with gzip, xz or zstd, or the "
			       "Image that it was made of",
			       type);
	if (offset < ZBOOT_END || bytes == 0)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: its zboot header places %llu bytes of "
			       "payload at %llu; build it again",
			       (unsigned long long)bytes,
			       (unsigned long long)offset);
	if (offset + bytes > file.size)
		return pg_fail(error, PG_E_TRUNCATED,
			       "kernel: has %zu bytes, and its zboot payload "
			       "ends at %llu; copy or download it again",
			       file.size, (unsigned long long)(offset + bytes));
	*out = (struct pg_bytes){file.data + offset, (size_t)bytes};
	*kind = found;
	return PG_OK;
}
