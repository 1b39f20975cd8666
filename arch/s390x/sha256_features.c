/* SPDX-License-Identifier: BSD-2-Clause */
/* PoP chapter 4, "Facility Indications"; chapter 7, COMPUTE INTERMEDIATE
 * MESSAGE DIGEST, whose query function says which functions there are. */
#include "arch/s390x/sha256_features.h"

#include "arch/s390x/sha256_kimd.h"
#include "purgatorio/sha256.h"

#define FACILITY_MESSAGE_ASSIST 17
#define FACILITY_VECTOR		129
#define FACILITY_DOUBLEWORDS	4

/* Bits are numbered from the left, in bytes as in doublewords. */
static bool bit(const uint8_t *bytes, unsigned number)
{
	return bytes[number / 8] >> (7 - number % 8) & 1;
}

uint32_t pg_s390x_features(void)
{
	uint64_t list[FACILITY_DOUBLEWORDS] = {0};
	register uint64_t last __asm__("r0") = FACILITY_DOUBLEWORDS - 1;
	const uint8_t *facilities = (const uint8_t *)list;
	uint8_t functions[PG_KIMD_QUERY_BYTES] = {0};
	uint32_t features = 0;

	__asm__ volatile("stfle %0" : "=Q"(list), "+d"(last) : : "cc");
	if (bit(facilities, FACILITY_VECTOR))
		features |= PG_FEATURE_S390X_VX;
	if (!bit(facilities, FACILITY_MESSAGE_ASSIST))
		return features;
	pg_kimd(PG_KIMD_QUERY, functions, NULL, 0);
	if (bit(functions, PG_KIMD_SHA_256))
		features |= PG_FEATURE_S390X_KIMD;
	return features;
}
