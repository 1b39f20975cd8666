/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads of any bytes and stores of any value, at any alignment. */
#include "tests/proof/proof.h"

#include "purgatorio/byteorder.h"

void main(void)
{
	uint8_t bytes[16];
	const size_t at = any_up_to(8);

	ANY(bytes);
	(void)pg_load_le16(bytes + at);
	(void)pg_load_be16(bytes + at);
	(void)pg_load_le32(bytes + at);
	(void)pg_load_be32(bytes + at);
	(void)pg_load_le64(bytes + at);
	(void)pg_load_be64(bytes + at);
	pg_store_le16(bytes + at, (uint16_t)any_u64());
	pg_store_be16(bytes + at, (uint16_t)any_u64());
	pg_store_le32(bytes + at, any_u32());
	pg_store_be32(bytes + at, any_u32());
	pg_store_le64(bytes + at, any_u64());
	pg_store_be64(bytes + at, any_u64());
}
