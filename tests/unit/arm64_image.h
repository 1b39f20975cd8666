/* SPDX-License-Identifier: BSD-2-Clause */
/* An arm64 Image made for tests: small, valid, and whole by its PE header. */
#ifndef PURGATORIO_TESTS_ARM64_IMAGE_H
#define PURGATORIO_TESTS_ARM64_IMAGE_H

#include "tests/unit/synthetic.h"

/* "MZ", a PE header at 0x40 with two sections of which the last ends the
 * file, and a kernel's banner. */
#define IMAGE_BYTES 0x3000
#define IMAGE_NEEDS 0x5000
#define PE_AT	    0x40
#define SECTION(i)  (PE_AT + 24 + 112 + 40 * (i))
#define RAW_BYTES   16
#define RAW_AT	    20

static inline uint8_t *make_image(void)
{
	uint8_t *file = malloc(IMAGE_BYTES);

	assert_non_null(file);
	for (size_t i = 0; i < IMAGE_BYTES; i++)
		file[i] = (uint8_t)(i * 11 + i / 256);
	memset(file, 0, 0x400);
	memcpy(file, "MZ", 2);
	pg_store_le64(file + 8, 0x80000);
	pg_store_le64(file + 16, IMAGE_NEEDS);
	pg_store_le64(file + 24, 0x8 | 1 << 1);
	memcpy(file + 0x38, "ARM\x64", 4);
	pg_store_le32(file + 0x3c, PE_AT);
	memcpy(file + PE_AT, "PE\0\0", 4);
	pg_store_le16(file + PE_AT + 4, 0xaa64);
	pg_store_le16(file + PE_AT + 6, 2);
	pg_store_le16(file + PE_AT + 20, 112);
	pg_store_le32(file + SECTION(0) + RAW_AT, 0x400);
	pg_store_le32(file + SECTION(0) + RAW_BYTES, 0x1c00);
	pg_store_le32(file + SECTION(1) + RAW_AT, 0x2000);
	pg_store_le32(file + SECTION(1) + RAW_BYTES, 0x1000);
	strcpy((char *)file + 0x1800, "Linux version %s");
	strcpy((char *)file + 0x1900, "Linux version 6.1.0-test (me@here)");
	return file;
}

static inline struct pg_bytes bytes_of(const uint8_t *file)
{
	return (struct pg_bytes){file, IMAGE_BYTES};
}

#endif
