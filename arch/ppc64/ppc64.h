/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of arch/ppc64/ share; nothing else includes it. */
#ifndef ARCH_PPC64_PPC64_H
#define ARCH_PPC64_PPC64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "arch/ppc64/cpu.h"
#include "purgatorio/manifest.h"

/* What entry.S found; set before pg_main(). */
extern uint64_t pg_ppc64_boot_cpu;  /* r3: this CPU's physical number */
extern uint64_t pg_ppc64_entry_msr; /* as it was, byte order included */
extern const uint8_t pg_image_start[];

/* Registers at an interrupt, as traps.S leaves them. */
struct ppc64_frame {
	uint64_t r[32];
	uint64_t srr0, srr1, lr, ctr, cr, xer;
	uint64_t vector;
};
_Static_assert(offsetof(struct ppc64_frame, srr0) == FRAME_SRR0, "frame");
_Static_assert(offsetof(struct ppc64_frame, srr1) == FRAME_SRR1, "frame");
_Static_assert(offsetof(struct ppc64_frame, lr) == FRAME_LR, "frame");
_Static_assert(offsetof(struct ppc64_frame, ctr) == FRAME_CTR, "frame");
_Static_assert(offsetof(struct ppc64_frame, cr) == FRAME_CR, "frame");
_Static_assert(offsetof(struct ppc64_frame, xer) == FRAME_XER, "frame");
_Static_assert(offsetof(struct ppc64_frame, vector) == FRAME_VECTOR, "frame");

/* traps.S: a stub for each vector, what they share, and its two literals. */
extern const uint8_t pg_ppc64_stub[], pg_ppc64_shared[];
extern const uint8_t pg_ppc64_shared_end[], pg_ppc64_trap_entry[];
extern struct ppc64_frame pg_ppc64_frame;

/* traps.c, called by traps.S: returns to resume what @frame then says. */
void pg_ppc64_trap(struct ppc64_frame *frame);

/* traps.c: are interrupts ours? */
bool pg_ppc64_vectors_installed(void);

/* From now on interrupts are dismissed: the CPU has been stopped. */
void pg_ppc64_traps_stop(void);

/* traps.c: can one byte at @address be loaded without an interrupt? Does the
 * CPU have the cryptography instructions (with MSR.VEC set)? Without vectors
 * of ours the answers are "yes" and "no". */
bool pg_ppc64_can_load(uint64_t address);
bool pg_ppc64_has_crypto(void);

/* probe.S: both return 1; an interrupt makes them return 0. */
uint64_t pg_ppc64_probe_load(uint64_t address);
uint64_t pg_ppc64_probe_crypto(void);
extern const uint8_t pg_ppc64_probe_failed[];

/* secondary.c: the other CPUs come out of the copy of our first bytes at
 * address 0 and wait in our own code, until they enter the next kernel, whose
 * first bytes are at @kernel. */
void pg_ppc64_secondaries_collect(void);
void pg_ppc64_secondaries_release(uint64_t kernel);
extern const uint8_t pg_ppc64_hold[]; /* hold.S */

/* low.c: makes [@address, +@bytes) that was written visible to instruction
 * fetch. */
void pg_ppc64_sync_code(uint64_t address, size_t bytes);

/* A pointer to low memory that the compiler does not take for NULL plus an
 * offset. */
void *pg_ppc64_low(uint64_t offset);

/* firmware.S. PAPR 14: a hypercall. */
int64_t pg_ppc64_hcall(uint64_t number, uint64_t a, uint64_t b, uint64_t c,
		       uint64_t d);
/* skiboot, doc/opal-api: calls OPAL with up to three arguments. */
int64_t pg_ppc64_opal_call(uint64_t token, uint64_t a, uint64_t b, uint64_t c,
			   uint64_t base, uint64_t entry);
/* PAPR 7.2: calls RTAS; @arguments is 32-bit big-endian, below 4 GiB. */
void pg_ppc64_rtas_call(uint64_t arguments, uint64_t base, uint64_t entry);

/* opal.c: one byte to OPAL's console @terminal; false when that is over. */
bool pg_ppc64_opal_open(uint64_t terminal);
void pg_ppc64_opal_putc(char c);
void pg_ppc64_opal_flush(void);
void pg_ppc64_opal_reboot(void);

/* console.c: a trap inside the firmware: do not call it again. */
void pg_ppc64_console_broken(void);

/* IEEE 1275-1994, PowerPC binding 8.2.2: calls Open Firmware's client interface
 * at @entry, with the array @arguments below 4 GiB. */
static inline void pg_ppc64_client_call(uint64_t arguments, uint64_t entry)
{
	pg_ppc64_rtas_call(arguments, 0, entry);
}

/* image/: is this what a capture image hands over by, and is the code for it
 * linked? Where its loader said that OPAL is. Defined weakly to say no, and
 * nowhere. */
bool pg_ppc64_is_image(const struct pg_handoff *handoff);
void pg_ppc64_image_opal(uint64_t base, uint64_t *opal, uint64_t *entry);

/* handoff.S: enters the next kernel, big-endian, with @client in r5, @stack
 * in r1 and the first four in r3, r4, r8, r9; or stops for good with @status in
 * r31; by H_CEDE if @cede. */
noreturn void pg_ppc64_jump(uint64_t fdt, uint64_t kernel, uint64_t opal_base,
			    uint64_t opal_entry, uint64_t entry, uint64_t msr,
			    uint64_t client, uint64_t stack);
noreturn void pg_ppc64_halt(uint64_t status, bool cede);

#endif
