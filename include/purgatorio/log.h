/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: what the purgatory leaves in memory for the capture kernel. The
 * loader reserves an area (struct pg_log_area), keeps it out of the capture
 * kernel's usable memory and puts a PT_LOAD for it into the ELF core header,
 * so that `purgatorio log` finds it in /proc/vmcore and in a saved ELF vmcore.
 *
 * Integers are in the byte order of the target. The area is written from when
 * the purgatory has checked itself; `status` and the steps as they happen, so
 * that a log from a hung purgatory tells how far it came.
 */
#ifndef PURGATORIO_LOG_H
#define PURGATORIO_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "purgatorio/manifest.h" /* PG_LOG_MAGIC */

#define PG_LOG_VERSION 1
#define PG_LOG_STEPS   16

/* The steps of purgatory/main.c, in their order. */
enum pg_step {
	PG_STEP_NONE = 0,
	PG_STEP_CHECK = 1,  /* is this manifest one I know? */
	PG_STEP_SELF = 2,   /* am I still what I was? */
	PG_STEP_VERIFY = 3, /* is every byte still right? */
	PG_STEP_FILL = 4,
	PG_STEP_COPY = 5, /* the backup, and its comparison */
	PG_STEP_SWAP = 6,
	PG_STEP_HANDOFF = 7,
};

struct pg_log_step {
	uint32_t step;	 /* enum pg_step */
	uint32_t status; /* enum pg_status; of the step */
	uint64_t begin;	 /* ticks */
	uint64_t end;	 /* ticks; 0: it has not ended */
	uint64_t bytes;	 /* hashed, filled, copied */
};

struct pg_log {
	uint8_t magic[8];  /* PG_LOG_MAGIC */
	uint32_t version;  /* PG_LOG_VERSION */
	uint32_t bytes;	   /* of the whole area */
	uint32_t status;   /* enum pg_status; first thing that went wrong */
	uint32_t features; /* PG_FEATURE_* that the hash used */
	uint64_t ticks_per_second; /* from the manifest; 0: unknown */
	uint32_t step_count;
	uint32_t text_bytes; /* console text behind this header, no NUL */
	struct pg_log_step steps[PG_LOG_STEPS];
	/* uint8_t text[]: the rest of the area. When it is full, text_bytes
	 * stops growing: the beginning is what explains a failure. */
};

_Static_assert(offsetof(struct pg_log, status) == 16, "pg_log.status");
_Static_assert(offsetof(struct pg_log, ticks_per_second) == 24, "pg_log");
_Static_assert(offsetof(struct pg_log, step_count) == 32, "pg_log");
_Static_assert(offsetof(struct pg_log, steps) == 40, "pg_log.steps");
_Static_assert(sizeof(struct pg_log_step) == 32, "pg_log_step");
_Static_assert(sizeof(struct pg_log) == 40 + 32 * PG_LOG_STEPS, "pg_log");

#endif
