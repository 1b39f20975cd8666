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
		while (whole->work.data == NULL && !whole->end)
			pthread_cond_wait(&whole->changed, &whole->mutex);
		if (whole->work.data == NULL)
			break;
		/* Nobody touches context or work until the latter is NULL. */
		pthread_mutex_unlock(&whole->mutex);
		pg_sha256_update(&whole->context, whole->work.data,
				 whole->work.size);
		pthread_mutex_lock(&whole->mutex);
		whole->work.data = NULL;
		pthread_cond_broadcast(&whole->changed);
	}
	pthread_mutex_unlock(&whole->mutex);
	return NULL;
}

/* Waits until the thread has nothing to do; holds the mutex then. */
static void wait_idle(struct pg_whole *whole)
{
	pthread_mutex_lock(&whole->mutex);
	while (whole->work.data != NULL)
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
	wait_idle(whole);
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
	wait_idle(whole);
	whole->work = bytes;
	pthread_cond_broadcast(&whole->changed);
	pthread_mutex_unlock(&whole->mutex);
}

void pg_whole_end(struct pg_whole *whole, uint8_t digest[PG_SHA256_BYTES])
{
	if (whole->threaded) {
		wait_idle(whole);
		pthread_mutex_unlock(&whole->mutex);
	}
	pg_sha256_final(&whole->context, digest);
}
