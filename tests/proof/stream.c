/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message in pieces. The context holds any state, any number of bytes that
 * came before and, for each possible fill of its buffer, any bytes there; the
 * piece ends where what can be read ends. It may be shorter than the buffer's
 * room, or fill it and go on for up to BLOCKS blocks and any rest.
 */
#include "tests/proof/proof.h"

#include "purgatorio/sha256.h"
#include "sha256/backend.h"

#define BLOCKS 3
#define MOST   ((BLOCKS + 2) * PG_SHA256_BLOCK_BYTES)

static uint8_t message[MOST];

/* portable.c has a driver of its own. */
void pg_sha256_blocks(uint32_t state[8], const uint8_t *data, uint64_t blocks)
{
	if (blocks == 0)
		return;
	(void)data[0];
	(void)data[blocks * PG_SHA256_BLOCK_BYTES - 1];
	Frama_C_make_unknown((char *)state, 32);
}

static struct pg_sha256 context;

/* @used bytes are in the buffer. */
static void come_so_far(size_t used)
{
	pg_sha256_init(&context, any_u32());
	context.bytes = (any_u64() >> 7) * PG_SHA256_BLOCK_BYTES + used;
	ANY(context.buffer);
	ANY(context.state);
}

static void more(size_t used, size_t least, size_t most)
{
	come_so_far(used);
	pg_sha256_update(&context, message + MOST - most,
			 least + any_up_to(most - least));
}

static void end(size_t used)
{
	uint8_t digest[PG_SHA256_BYTES];

	come_so_far(used);
	pg_sha256_final(&context, digest);
}

void main(void)
{
	ANY(message);
	for (size_t used = 0; used < PG_SHA256_BLOCK_BYTES; used++) {
		const size_t room = PG_SHA256_BLOCK_BYTES - used;

		end(used);
		more(used, 0, room - 1);
		for (size_t n = 0; n <= BLOCKS; n++)
			more(used, room + n * PG_SHA256_BLOCK_BYTES,
			     room + n * PG_SHA256_BLOCK_BYTES + 63);
	}
}
