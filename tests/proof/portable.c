/* SPDX-License-Identifier: BSD-2-Clause */
/* The compression function, on any state and any blocks, which end where what
 * can be read ends. */
#include "tests/proof/proof.h"

#include "sha256/backend.h"

#define BLOCKS 4

void main(void)
{
	static uint8_t message[64 * BLOCKS];
	uint32_t state[8];

	ANY(message);
	ANY(state);
	pg_sha256_blocks(state, message, any_up_to(BLOCKS));
}
