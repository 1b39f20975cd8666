/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: hands jobs to lanes so that the backend always has as many
 * as it can advance at once, as long as there are that many left. A lane
 * first reads its job's whole blocks in place, then the padded rest from a
 * buffer, like any other blocks; when it has ended, it takes the next job. All
 * lanes that are advanced together go as far as the shortest of them.
 *
 * It runs on the purgatory's stack, and needs less than 8 KiB of it.
 */
#include <stdbool.h>

#include "purgatorio/sha256.h"

#include "sha256/backend.h"
#include "sha256/message.h"

/* What a lane reads. */
enum stage {
	BODY,	 /* whole blocks of the message, in place */
	REST,	 /* the rest of the message and padding, but no length yet */
	CLOSING, /* the block that ends with the message's length */
};

/* What the scheduler knows about a lane. */
struct slot {
	struct pg_sha256_job *job; /* NULL: none is left for it */
	uint64_t blocks; /* > 0: left to read at the lane's data pointer */
	uint8_t *last;	 /* this slot's own block, for REST and CLOSING */
	enum stage stage;
};

struct schedule {
	struct pg_sha256_lane lanes[PG_SHA256_LANES_MAX];
	struct slot slots[PG_SHA256_LANES_MAX];
	uint8_t last[PG_SHA256_LANES_MAX][PG_SHA256_BLOCK_BYTES];
	size_t busy; /* lanes and slots in use: the first ones */
};

/* With the 5 KiB of the deepest backend (AVX2) and the frames around it. */
_Static_assert(sizeof(struct schedule) <= 2304, "stack use");

/* Lane @i has read its blocks: on to the next ones. False when its message is
 * at its end, and then the digest is written. */
static bool next_stage(struct schedule *s, size_t i)
{
	struct pg_sha256_lane *lane = &s->lanes[i];
	struct slot *slot = &s->slots[i];
	struct pg_sha256_job *job = slot->job;

	switch (slot->stage) {
	case BODY:
		slot->stage = pg_sha256_pad(slot->last, lane->data, job->bytes)
				      ? CLOSING
				      : REST;
		break;
	case REST:
		pg_sha256_pad_length(slot->last, job->bytes);
		slot->stage = CLOSING;
		break;
	case CLOSING:
		pg_sha256_end(lane->state, job->digest);
		return false;
	}
	lane->data = slot->last;
	slot->blocks = 1;
	return true;
}

/* Lane @i begins with @job, or has none. Returns whether it has. */
static bool start(struct schedule *s, size_t i, struct pg_sha256_job *job)
{
	struct pg_sha256_lane *lane = &s->lanes[i];
	struct slot *slot = &s->slots[i];

	slot->job = job;
	if (job == NULL)
		return false;
	pg_sha256_begin(lane->state);
	lane->data = job->data;
	slot->blocks = job->bytes / PG_SHA256_BLOCK_BYTES;
	slot->stage = BODY;
	if (slot->blocks == 0)
		next_stage(s, i);
	return true;
}

/* Closes those of the first @n lanes that have no job: the last lane takes the
 * place of each, with its own block. Downwards, so that it is not empty. */
static void close_lanes(struct schedule *s, size_t n)
{
	while (n-- != 0) {
		if (s->slots[n].job != NULL)
			continue;
		s->busy--;
		s->lanes[n] = s->lanes[s->busy];
		s->slots[n] = s->slots[s->busy];
	}
}

/* Advances some lanes, the first ones, all by *@blocks. Returns how many. */
static size_t advance(struct schedule *s, uint32_t features, uint64_t *blocks)
{
	size_t n = pg_sha256_backend_lanes(s->busy, features);
	size_t advanced = 0;

	*blocks = s->slots[0].blocks;
	for (size_t i = 1; i < n; i++) {
		if (s->slots[i].blocks < *blocks)
			*blocks = s->slots[i].blocks;
	}
	/* It gets no more than these, so that none goes beyond its end. */
	if (n != 0)
		advanced = pg_sha256_backend(s->lanes, n, *blocks, features);
	if (advanced != 0)
		return advanced;
	pg_sha256_blocks(s->lanes[0].state, s->lanes[0].data, *blocks);
	s->lanes[0].data += *blocks * PG_SHA256_BLOCK_BYTES;
	return 1;
}

/* The first @n lanes have read @blocks: on to what follows. */
static void pass_on(struct schedule *s, size_t n, uint64_t blocks,
		    pg_sha256_turn *turn, void *from)
{
	bool ended = false;

	for (size_t i = 0; i < n; i++) {
		s->slots[i].blocks -= blocks;
		if (s->slots[i].blocks != 0 || next_stage(s, i))
			continue;
		if (!start(s, i, turn(from, s->slots[i].job)))
			ended = true;
	}
	if (ended)
		close_lanes(s, n);
}

void pg_sha256_each(pg_sha256_turn *turn, void *from, uint32_t features)
{
	size_t width = pg_sha256_backend_lanes(PG_SHA256_LANES_MAX, features);
	struct schedule s;
	uint64_t blocks;

	if (width == 0)
		width = 1;
	for (size_t i = 0; i < PG_SHA256_LANES_MAX; i++)
		s.slots[i].last = s.last[i];
	for (s.busy = 0; s.busy < width; s.busy++)
		if (!start(&s, s.busy, turn(from, NULL)))
			break;
	while (s.busy != 0) {
		size_t n = advance(&s, features, &blocks);

		pass_on(&s, n, blocks, turn, from);
	}
}

struct list {
	struct pg_sha256_job *next, *end;
};

static struct pg_sha256_job *next_of_list(void *from,
					  struct pg_sha256_job *done)
{
	struct list *list = from;

	(void)done;
	return list->next != list->end ? list->next++ : NULL;
}

void pg_sha256_many(struct pg_sha256_job *jobs, size_t count, uint32_t features)
{
	struct list list = {jobs, jobs + count};

	pg_sha256_each(next_of_list, &list, features);
}
