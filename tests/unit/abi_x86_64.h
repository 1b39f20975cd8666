/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls an assembly routine in an environment where everything that it must
 * keep has a known value, and everything that it must not rely on is garbage;
 * see abi_x86_64.S. System V psABI for AMD64, section 3.2.
 */
#ifndef PURGATORIO_TESTS_ABI_X86_64_H
#define PURGATORIO_TESTS_ABI_X86_64_H

/* Offsets in struct abi_state, for assembler. */
#define ABI_KEPT      0
#define ABI_RSP	      48
#define ABI_FLAGS     56
#define ABI_MXCSR     64
#define ABI_X87	      68
#define ABI_AVX	      72
#define ABI_GARBAGE   80
#define ABI_VECTORS   88
#define ABI_STACK     600
#define ABI_IN_BYTES  664
#define ABI_OUT	      ABI_IN_BYTES
#define ABI_STACK_NUM 8

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

/* Once as set before the call, once as found after it. */
struct abi_state {
	uint64_t kept[6]; /* rbx, rbp, r12, r13, r14, r15 */
	uint64_t rsp;
	uint64_t flags;
	uint32_t mxcsr;
	uint32_t x87; /* control word */
	uint64_t avx; /* may the upper halves of the vectors be looked at? */
	uint64_t garbage; /* in rax, rcx, rdx, r8 to r11, before the call */
	uint8_t vectors[16][32];       /* upper half only if .avx */
	uint64_t stack[ABI_STACK_NUM]; /* right above the return address */
};

_Static_assert(offsetof(struct abi_state, kept) == ABI_KEPT, "abi");
_Static_assert(offsetof(struct abi_state, rsp) == ABI_RSP, "abi");
_Static_assert(offsetof(struct abi_state, flags) == ABI_FLAGS, "abi");
_Static_assert(offsetof(struct abi_state, mxcsr) == ABI_MXCSR, "abi");
_Static_assert(offsetof(struct abi_state, x87) == ABI_X87, "abi");
_Static_assert(offsetof(struct abi_state, avx) == ABI_AVX, "abi");
_Static_assert(offsetof(struct abi_state, garbage) == ABI_GARBAGE, "abi");
_Static_assert(offsetof(struct abi_state, vectors) == ABI_VECTORS, "abi");
_Static_assert(offsetof(struct abi_state, stack) == ABI_STACK, "abi");
_Static_assert(sizeof(struct abi_state) == ABI_IN_BYTES, "abi");

/* Calls @routine(@first, @second) with state[0], and sets state[1]. Of
 * state[0], .rsp, .flags, .mxcsr and .x87 are set here too. */
void abi_call(void (*routine)(void), const void *first, uint64_t second,
	      struct abi_state state[2]);

/* Routines with one fault each; see abi_x86_64.S. */
void abi_broken_rbx(void);
void abi_broken_r15(void);
void abi_broken_rbp(void);
void abi_broken_rsp(void);
void abi_broken_direction(void);
void abi_broken_mxcsr(void);
void abi_broken_x87(void);
void abi_broken_stack(void);
void abi_broken_upper(void);
void abi_broken_lane(void);
void abi_broken_underrun(void);
void abi_nothing(void);

#endif
#endif
