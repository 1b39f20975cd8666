/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of the purgatory and what they share. One CPU runs them, once;
 * each file keeps its own state in its own statics.
 */
#ifndef PURGATORY_PURGATORY_H
#define PURGATORY_PURGATORY_H

#include <stdbool.h>
#include <stdnoreturn.h>

#include "purgatorio/check.h"
#include "purgatorio/log.h"
#include "purgatorio/manifest.h"
#include "purgatorio/status.h"

/* Everything that the steps need to know. */
struct pg_context {
	const struct pg_image_header *image;
	const struct pg_manifest *manifest;
	uint64_t base;	   /* address of the image */
	uint32_t features; /* PG_FEATURE_* that may be used */
	bool asking;	   /* a living kernel waits for the answer */
	bool proved;	   /* when it did, every range was right */
};

/* Where the loader is not ours: makes the manifest, at its place behind the
 * image, of what that loader says (dropin/translate.c). Otherwise does
 * nothing. */
void pg_translate(const struct pg_context *context);

/* check.c's caller: also asks the architecture whether all of it can be
 * reached and handed over to. Says what is wrong. */
enum pg_status pg_check(const struct pg_context *context);

/* self.c: are the code, the constants and the manifest what they were when
 * they were sealed? PG_OK or PG_E_SELF. Adds to *@bytes what it hashed. */
enum pg_status pg_self_check(const struct pg_context *context, uint64_t *bytes);
/* Was the digest computed, and is it the sealed one? */
bool pg_self_proved(const struct pg_context *context);

/* verify.c: is every range what it was? Names all that are not. PG_OK or
 * PG_E_DIGEST. */
enum pg_status pg_verify(const struct pg_context *context, uint64_t *bytes);

/* prepare.c: zero what must be zero; PG_OK. Save what the next kernel will
 * overwrite, and compare; PG_OK or PG_E_COMPARE. */
enum pg_status pg_fill_memory(const struct pg_context *context,
			      uint64_t *bytes);
enum pg_status pg_copy_memory(const struct pg_context *context,
			      uint64_t *bytes);

/* swap.c: exchanges the crash region with the start of memory, except for
 * what pg_arch_enter() must do; PG_OK. The log moves with it. */
enum pg_status pg_swap_memory(const struct pg_context *context,
			      uint64_t *bytes);

/* loader.c: an image was loaded by somebody. Is what he says usable (PG_OK,
 * PG_E_LOADER, PG_E_MEMORY; says what is wrong)? Merge it into @handoff, or do
 * what the policy says. */
enum pg_status pg_check_loader(const struct pg_context *context);
void pg_merge_loader(const struct pg_context *context,
		     struct pg_handoff *handoff);

/* console.c: opens what the manifest names, both where its two descriptions
 * differ, or the machine's customary one where a manifest that is not @trusted
 * names nothing usable. */
void pg_console_begin(const struct pg_context *context, bool trusted);
/* For exceptions: the customary one, where it has not come to that yet. */
void pg_console_need(void);
void pg_put(const char *text); /* "\n" ends a line */
void pg_put_dec(uint64_t value);
void pg_put_hex(uint64_t value); /* 0x… without leading zeros */
void pg_put_digest(const uint8_t digest[32]);
void pg_put_size(uint64_t bytes);			   /* "940 KiB" */
void pg_put_duration(uint64_t ticks, uint64_t per_second); /* ", 1.2 ms" */

/* log.c: the record for the capture kernel (purgatorio/log.h). It is begun in
 * the purgatory's own memory; once the manifest is known to be what was
 * sealed, pg_log_open() moves it to the area that the manifest names, or adds
 * it there to what an earlier call left. */
void pg_log_start(void);
void pg_log_open(const struct pg_context *context);
void pg_log_moved(uint64_t by); /* modulo 2^64: the area lies elsewhere now */
void pg_log_character(char c);
void pg_log_status(enum pg_status status);
void pg_log_features(uint32_t features);
/* Both return the time, in ticks, log or no log. */
uint64_t pg_step_begin(enum pg_step step);
uint64_t pg_step_end(enum pg_status status, uint64_t bytes);

/* report.c: says what @status means and does what the policy says, or leaves
 * it to the kernel that asks. Returns only if the policy is to boot anyway and
 * that is possible at all. */
void pg_failed(const struct pg_context *context, enum pg_status status);
/* Has it ever returned? */
bool pg_failed_before(void);

/* main.c, for traps: the context, or NULL before there is one. */
const struct pg_context *pg_current(void);

/* main.c: enters the next kernel. */
noreturn void pg_handoff(const struct pg_context *context);

#endif
