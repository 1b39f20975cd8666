/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The digest of a whole part, which no lane can share with another: computed
 * by a thread of its own beside the ranges' digests, where that pays.
 */
#ifndef PURGATORIO_PACK_WHOLE_H
#define PURGATORIO_PACK_WHOLE_H

#include <pthread.h>

#include "purgatorio/purgatorio.h"
#include "purgatorio/sha256.h"

/* So much may lie between the two threads: then neither waits for the other
 * to get a turn on a busy machine. */
#define PG_WHOLE_QUEUE 3

struct pg_whole {
	struct pg_sha256 context;
	bool threaded;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* What the thread works on, and what waits for it: a ring. */
	struct pg_bytes queue[PG_WHOLE_QUEUE];
	size_t first, count;
	bool end; /* the thread shall return */
};

/* @total_bytes: how much there will be. Without a second CPU or for little,
 * the caller's thread does it all. Cannot fail. */
void pg_whole_start(struct pg_whole *whole, uint64_t total_bytes);
void pg_whole_stop(struct pg_whole *whole);

/* A new message; its next bytes, not copied: they must stay until
 * PG_WHOLE_QUEUE more calls of pg_whole_add(), or pg_whole_end(), have
 * returned; its digest. */
void pg_whole_begin(struct pg_whole *whole);
void pg_whole_add(struct pg_whole *whole, struct pg_bytes bytes);
void pg_whole_end(struct pg_whole *whole, uint8_t digest[PG_SHA256_BYTES]);

#endif
