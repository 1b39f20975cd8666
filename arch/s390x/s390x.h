/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of arch/s390x/ share; nothing else includes it. */
#ifndef ARCH_S390X_S390X_H
#define ARCH_S390X_S390X_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "arch/s390x/cpu.h"
#include "purgatorio/manifest.h"
#include "purgatorio/status.h"

extern const struct pg_image_header pg_image_start;

/* entry.S: 0 in the call that a living kernel gets an answer from, not 0 in
 * the one that does not return. */
extern uint64_t pg_s390x_going;

/* entry.S: back to the kernel that asked, with its registers. */
noreturn void pg_s390x_return(enum pg_status status);

/* traps.S and traps.c. While pg_s390x_resume is not 0, a program interruption
 * goes on there and clears it. */
struct s390x_trap_frame {
	uint64_t gpr[16];
	uint64_t class; /* S390X_RESTART to S390X_IO */
};
void pg_s390x_trap(const struct s390x_trap_frame *frame);
extern uint64_t pg_s390x_resume;
struct s390x_stub {
	uint8_t code[S390X_STUB_BYTES];
} __attribute__((aligned(S390X_STUB_BYTES)));
extern const struct s390x_stub pg_s390x_stubs[S390X_CLASSES];
/* The last external interruption: parameter, CPU address and code as they
 * were at LOWCORE_EXTERNAL; 0: none since it was cleared. */
extern volatile uint64_t pg_s390x_signal;

/* lowcore.c: takes the lowcore over, as far as this call may, and puts every
 * byte of it back. */
void pg_s390x_lowcore_take(void);
void pg_s390x_lowcore_give(void);
/* Where what was at absolute address @at before it was taken is now; *@bytes
 * becomes how many lie there, if they are fewer. */
const uint8_t *pg_s390x_lowcore_found(uint64_t at, uint64_t *bytes);

/* vectors.c: of the CPU's PG_FEATURE_* @features those that the hash may use;
 * the vector registers are kept and opened if they are among them. give() puts
 * them back. */
uint32_t pg_s390x_vectors_take(uint32_t features);
void pg_s390x_vectors_give(void);

/* vectors.S. */
#define S390X_VECTORS_BYTES 512
void pg_s390x_vectors_store(uint8_t to[S390X_VECTORS_BYTES]);
void pg_s390x_vectors_load(const uint8_t from[S390X_VECTORS_BYTES]);

/* sclp.c: the living kernel gets a service signal back that was taken from
 * it. Called before the lowcore is given back. */
void pg_s390x_sclp_end(void);

/* handoff.S: exchanges the first LOWCORE_BYTES bytes with those at
 * @swap_start, and the @own_bytes bytes at @own, which hold all of us, with
 * those at @own - @swap_start; then loads pg_s390x_next_psw. With @swap_start
 * 0 only the latter. */
noreturn void pg_s390x_leave(uint64_t swap_start, uint64_t own,
			     uint64_t own_bytes);
extern struct s390x_psw pg_s390x_next_psw;

#endif
