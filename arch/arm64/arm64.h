/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of arch/arm64/ share; nothing else includes it. */
#ifndef ARCH_ARM64_ARM64_H
#define ARCH_ARM64_ARM64_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "purgatorio/manifest.h"
#include "purgatorio/range.h"

/* ------------------------------------------------------------ vectors -- */

/* What vectors.S saves, from the lowest address up. */
struct arm64_trap_frame {
	uint64_t x[31];
	uint64_t sp; /* of the interrupted code */
};

/* vectors.S calls it. Returns when the fault was one that a device access
 * (device.S) may have; else it prints and ends in the policy. */
void pg_arm64_trap(struct arm64_trap_frame *frame, uint64_t vector);

/* device.S: single accesses to a device that may not be there. A read that
 * faults gives all ones, a write that faults is dropped. @address is aligned
 * to the access. */
uint32_t pg_arm64_load8(uint64_t address);
uint32_t pg_arm64_load32(uint64_t address);
void pg_arm64_store8(uint64_t address, uint32_t value);
void pg_arm64_store32(uint64_t address, uint32_t value);

/* ------------------------------------------------------------ console -- */

/* The registers of @console: whole pages. Empty when there is none, or they
 * cannot be addressed. */
struct pg_span pg_arm64_console_span(const struct pg_console *console);

/* -------------------------------------------------------------- spans -- */

typedef bool arm64_visit(struct pg_span span);

/* Calls @visit for what a checked @manifest names, until it returns false;
 * then returns false. Neighbours come as one span. */
bool pg_arm64_each_read(const struct pg_manifest *manifest,
			arm64_visit *visit); /* ranges, sources of copies */
bool pg_arm64_each_written(const struct pg_manifest *manifest,
			   arm64_visit *visit); /* fills, copies, log */

/* What else: of a capture image, the loader's tree, which is read, and where
 * will be written to (image/image.c). Empty until it is told. */
void pg_arm64_name(struct pg_span read, struct pg_span written,
		   struct pg_span also_written);

/* The parts of our own memory. All but the manifest are whole pages. */
struct pg_span pg_arm64_code(void);
struct pg_span pg_arm64_constants(void);
struct pg_span pg_arm64_memory(void); /* zeroed memory and stacks */
struct pg_span pg_arm64_manifest(const struct pg_manifest *manifest);

/* ---------------------------------------------------------------- mmu -- */

/* Builds page tables that map, each address to itself, just what @manifest
 * names and what we are. False when there are not enough tables or the CPU
 * has no 4 KiB granule; then the MMU has to stay off. Call with caches off. */
bool pg_arm64_tables(const struct pg_manifest *manifest);

/* Uses those tables, with caches on; and puts back what was there before. */
void pg_arm64_caches_on(void);
void pg_arm64_caches_off(void);

/* cache.S: writes the lines of [@start, @end) back to memory and drops them. */
void pg_arm64_clean_invalidate(uint64_t start, uint64_t end);
/* cache.S: drops them, whatever is in them. */
void pg_arm64_invalidate(uint64_t start, uint64_t end);
/* cache.S: makes the tables at @ttbr0 the translation of this exception level,
 * and @sctlr what governs it. */
void pg_arm64_enable(uint64_t sctlr, uint64_t mair, uint64_t tcr,
		     uint64_t ttbr0);
/* cache.S: pg_arm64_clean_invalidate() of [@start, @end), which holds the
 * stack, then @sctlr, which turns the caches off. */
void pg_arm64_disable(uint64_t sctlr, uint64_t start, uint64_t end);

/* ------------------------------------------------------------- leaving -- */

/* Is @handoff's protocol that of a capture image, for which this purgatory was
 * linked? Defined weakly to say no (image/image.c). */
bool pg_arm64_is_image(const struct pg_handoff *handoff);

/* handoff.S: clears all general registers but x0 := @x0, and goes to @entry,
 * at this exception level, with its own stack pointer and all masked. */
noreturn void pg_arm64_jump(uint64_t entry, uint64_t x0);

/* handoff.S: PSCI SYSTEM_RESET. Return when nothing answers. */
void pg_arm64_reset_hvc(void);
void pg_arm64_reset_smc(void);

#endif
