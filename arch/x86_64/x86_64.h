/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of arch/x86_64/ share; nothing else includes it. */
#ifndef ARCH_X86_64_X86_64_H
#define ARCH_X86_64_X86_64_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

struct x86_trap_frame;

/* traps.S calls it; it prints and ends in the policy. */
noreturn void pg_x86_trap(const struct x86_trap_frame *frame);
extern uint32_t pg_x86_nmis;

/* paging.c: the page tables that we were entered with. Are the @bytes from
 * @start mapped, each address to itself? */
bool pg_x86_identity_mapped(uint64_t start, uint64_t bytes);

/* Maps the 2 MiB around @address to itself, uncached, in those tables, for a
 * device that the crashed kernel's loader did not map. False when there is no
 * table left for it or the address cannot be mapped. */
bool pg_x86_map_device(uint64_t address);

/* xstate.c: keeps all registers of the vector units and allows AVX and AVX-512
 * where the CPU has them; then puts all back, but for what it set in CR4.
 * CR4.OSFXSR must be set. */
void pg_x86_vectors_open(void);
void pg_x86_vectors_close(void);

/* handoff.S: clears all general registers and jumps to @entry with @rsi. */
noreturn void pg_x86_jump(uint64_t entry, uint64_t rsi);

/* A delay of about a microsecond per @microseconds: reads of the diagnostic
 * port, which take that long on every PC. */
void pg_x86_delay(unsigned microseconds);

#endif
