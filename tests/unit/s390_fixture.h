/* SPDX-License-Identifier: BSD-2-Clause */
/* A small s390x kernel, as arch/s390/boot/head.S lays it out. */
#ifndef PURGATORIO_TESTS_S390_FIXTURE_H
#define PURGATORIO_TESTS_S390_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "pack/formats/s390_kernel.h"
#include "purgatorio/byteorder.h"

#define S390_BYTES 0x15000
#define S390_TEXT  "6.1.9-test (x@y) #1"

/* @room: of its command line, or 0 for a kernel that does not tell. */
static inline uint8_t *make_s390(uint64_t room)
{
	uint8_t *image = malloc(S390_BYTES);

	assert_non_null(image);
	for (size_t i = 0; i < S390_BYTES; i++)
		image[i] = (uint8_t)(i * 7 + i / 4096);
	memset(image + PG_S390_START, 0, 0x480);
	memcpy(image + 0x10008, "S390EP", 6);
	pg_store_be64(image + 0x10428, 0x14000);
	pg_store_be64(image + 0x10430, room);
	memcpy(image + 0x14000, S390_TEXT, sizeof(S390_TEXT));
	return image;
}

#endif
