/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: hands jobs to lanes so that the backend always has as many
 * as it can advance at once, as long as there are that many left. A lane
 * first reads its job's whole blocks in place, then the padded rest from a
 * buffer, like any other blocks; when it has ended, it takes the next job. All
 * lanes that are advanced together go as far as the shortest of them.
 *
 * It runs on the purgatory's stack, and needs less than 4 KiB of it.
 */
#include "purgatorio/sha256.h"

#include "sha256/backend.h"
#include "sha256/message.h"

/* What the scheduler knows about a lane. */
struct slot {
	struct pg_sha256_job *job;
	uint64_t blocks; /* > 0: left to read at the lane's data pointer */
	uint8_t *tail;	 /* this slot's own PG_SHA256_TAIL_BYTES */
	int padded;	 /* it is reading the tail, the end of the message */
};

struct schedule {
	struct pg_sha256_lane lanes[PG_SHA256_LANES_MAX];
	struct slot slots[PG_SHA256_LANES_MAX];
	uint8_t tails[PG_SHA256_LANES_MAX][PG_SHA256_TAIL_BYTES];
	size_t busy; /* lanes and slots in use: the first ones */
};

/* The whole blocks are read: on to the rest of the message and its padding. */
static void start_tail(struct pg_sha256_lane *lane, struct slot *slot)
{
	slot->blocks = pg_sha256_pad(slot->tail, lane->data, slot->job->bytes);
	slot->padded = 1;
	lane->data = slot->tail;
}

static void start(struct schedule *s, size_t i, struct pg_sha256_job *job)
{
	struct pg_sha256_lane *lane = &s->lanes[i];
	struct slot *slot = &s->slots[i];

	pg_sha256_begin(lane->state);
	lane->data = job->data;
	slot->job = job;
	slot->blocks = job->bytes / PG_SHA256_BLOCK_BYTES;
	slot->padded = 0;
	if (slot->blocks == 0)
		start_tail(lane, slot);
}

/* Lane @i has no more blocks to read. Is its message at its end? */
static int ended(struct schedule *s, size_t i)
{
	struct slot *slot = &s->slots[i];

	if (!slot->padded) {
		start_tail(&s->lanes[i], slot);
		return 0;
	}
	pg_sha256_end(s->lanes[i].state, slot->job->digest);
	return 1;
}

/* Closes lane @i: the last one takes its place, with its own tail. */
static void close_lane(struct schedule *s, size_t i)
{
	size_t last = --s->busy;
	struct slot closed = s->slots[i];

	s->lanes[i] = s->lanes[last];
	s->slots[i] = s->slots[last];
	s->slots[last] = closed;
}

/* Advances some lanes, the first ones, all by *@blocks. Returns how many. */
static size_t advance(struct schedule *s, uint32_t features, uint64_t *blocks)
{
	size_t n = pg_sha256_backend_lanes(s->busy, features);
	uint64_t step;
	size_t done;

	/* No more than these, so that none is advanced beyond its end. */
	if (n == 0)
		n = 1;
	step = s->slots[0].blocks;
	for (size_t i = 1; i < n; i++) {
		if (s->slots[i].blocks < step)
			step = s->slots[i].blocks;
	}
	*blocks = step;
	done = pg_sha256_backend(s->lanes, n, step, features);
	if (done != 0)
		return done;
	pg_sha256_blocks(s->lanes[0].state, s->lanes[0].data, step);
	s->lanes[0].data += step * PG_SHA256_BLOCK_BYTES;
	return 1;
}

void pg_sha256_many(struct pg_sha256_job *jobs, size_t count, uint32_t features)
{
	size_t width = pg_sha256_backend_lanes(PG_SHA256_LANES_MAX, features);
	struct schedule s;
	size_t next = 0;

	if (width == 0)
		width = 1;
	for (size_t i = 0; i < PG_SHA256_LANES_MAX; i++)
		s.slots[i].tail = s.tails[i];
	for (s.busy = 0; s.busy < width && next < count; s.busy++)
		start(&s, s.busy, &jobs[next++]);

	while (s.busy != 0) {
		uint64_t blocks;
		size_t n = advance(&s, features, &blocks);

		/* Downwards: what close_lane() moves has been seen. */
		while (n-- != 0) {
			s.slots[n].blocks -= blocks;
			if (s.slots[n].blocks != 0 || !ended(&s, n))
				continue;
			if (next < count)
				start(&s, n, &jobs[next++]);
			else
				close_lane(&s, n);
		}
	}
}
