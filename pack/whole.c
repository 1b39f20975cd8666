/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/whole.h"

#include <unistd.h>

/* Below, a thread costs more than it saves. */
#define THREAD_BYTES (8u << 20)

static void *run(void *argument)
{
	struct pg_whole *whole = argument;

	pthread_mutex_lock(&whole->mutex);
	for (;;) {
		struct pg_bytes work;

		while (whole->count == 0 && !whole->end)
			pthread_cond_wait(&whole->changed, &whole->mutex);
		if (whole->count == 0)
			break;
		/* It stays in the queue, so that nobody thinks it done. */
		work = whole->queue[whole->first];
		pthread_mutex_unlock(&whole->mutex);
		pg_sha256_update(&whole->context, work.data, work.size);
		pthread_mutex_lock(&whole->mutex);
		whole->first = (whole->first + 1) % PG_WHOLE_QUEUE;
		whole->count--;
		pthread_cond_broadcast(&whole->changed);
	}
	pthread_mutex_unlock(&whole->mutex);
	return NULL;
}

/* Takes the mutex when at most @count are in the queue. */
static void wait_for(struct pg_whole *whole, size_t count)
{
	pthread_mutex_lock(&whole->mutex);
	while (whole->count > count)
		pthread_cond_wait(&whole->changed, &whole->mutex);
}

void pg_whole_start(struct pg_whole *whole, uint64_t total_bytes)
{
	*whole = (struct pg_whole){.threaded = false};
	if (total_bytes < THREAD_BYTES || sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return;
	if (pthread_mutex_init(&whole->mutex, NULL) != 0)
		return;
	if (pthread_cond_init(&whole->changed, NULL) == 0) {
		if (pthread_create(&whole->thread, NULL, run, whole) == 0) {
			whole->threaded = true;
			return;
		}
		pthread_cond_destroy(&whole->changed);
	}
	pthread_mutex_destroy(&whole->mutex);
}

void pg_whole_stop(struct pg_whole *whole)
{
	if (!whole->threaded)
		return;
	wait_for(whole, 0);
	whole->end = true;
	pthread_cond_broadcast(&whole->changed);
	pthread_mutex_unlock(&whole->mutex);
	pthread_join(whole->thread, NULL);
	pthread_cond_destroy(&whole->changed);
	pthread_mutex_destroy(&whole->mutex);
	whole->threaded = false;
}

void pg_whole_begin(struct pg_whole *whole)
{
	/* pg_whole_end() has left the thread idle. */
	pg_sha256_init(&whole->context, pg_host_features());
}

void pg_whole_add(struct pg_whole *whole, struct pg_bytes bytes)
{
	if (!whole->threaded) {
		pg_sha256_update(&whole->context, bytes.data, bytes.size);
		return;
	}
	wait_for(whole, PG_WHOLE_QUEUE - 1);
	whole->queue[(whole->first + whole->count) % PG_WHOLE_QUEUE] = bytes;
	whole->count++;
	pthread_cond_broadcast(&whole->changed);
	pthread_mutex_unlock(&whole->mutex);
}

void pg_whole_end(struct pg_whole *whole, uint8_t digest[PG_SHA256_BYTES])
{
	if (whole->threaded) {
		wait_for(whole, 0);
		pthread_mutex_unlock(&whole->mutex);
	}
	pg_sha256_final(&whole->context, digest);
}
