/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message in pieces: a buffer of less than a block in front of whatever
 * advances whole blocks.
 */
#include "purgatorio/sha256.h"

#include "sha256/backend.h"
#include "sha256/message.h"

static void absorb(struct pg_sha256 *context, const uint8_t *data,
		   uint64_t blocks)
{
	struct pg_sha256_lane lane;

	if (blocks == 0)
		return;
	memcpy(lane.state, context->state, sizeof(lane.state));
	lane.data = data;
	if (pg_sha256_backend(&lane, 1, blocks, context->features) == 0)
		pg_sha256_blocks(lane.state, data, blocks);
	memcpy(context->state, lane.state, sizeof(lane.state));
}

void pg_sha256_init(struct pg_sha256 *context, uint32_t features)
{
	memset(context, 0, sizeof(*context));
	pg_sha256_begin(context->state);
	context->features = features;
}

void pg_sha256_update(struct pg_sha256 *context, const void *data,
		      uint64_t bytes)
{
	const uint8_t *next = data;
	size_t used = (size_t)(context->bytes % PG_SHA256_BLOCK_BYTES);
	size_t room = PG_SHA256_BLOCK_BYTES - used;
	uint64_t blocks;

	if (bytes == 0)
		return;
	context->bytes += bytes;
	if (used != 0) {
		size_t take = bytes < room ? (size_t)bytes : room;

		memcpy(context->buffer + used, next, take);
		next += take;
		bytes -= take;
		if (take < room)
			return;
		absorb(context, context->buffer, 1);
	}
	blocks = bytes / PG_SHA256_BLOCK_BYTES;
	absorb(context, next, blocks);
	next += blocks * PG_SHA256_BLOCK_BYTES;
	memcpy(context->buffer, next, (size_t)(bytes % PG_SHA256_BLOCK_BYTES));
}

void pg_sha256_final(struct pg_sha256 *context, uint8_t digest[PG_SHA256_BYTES])
{
	uint8_t *block = context->buffer;

	if (!pg_sha256_pad(block, block, context->bytes)) {
		absorb(context, block, 1);
		pg_sha256_pad_length(block, context->bytes);
	}
	absorb(context, block, 1);
	pg_sha256_end(context->state, digest);
}
