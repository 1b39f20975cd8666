/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the next kernel is entered on x86_64: in which mode and with which
 * registers, as the loader has set them. Shared by the two loaders'
 * request.c, handoff.c and the assembly.
 */
#ifndef DROPIN_X86_64_NEXT_H
#define DROPIN_X86_64_NEXT_H

#include <stdint.h>

/* kexec-tools' order (kexec/arch/x86_64/kexec-x86_64.h). */
struct x86_registers64 {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rip;
};
_Static_assert(sizeof(struct x86_registers64) == 136, "entry64_regs");

/* kexec/arch/i386/kexec-x86.h. */
struct x86_registers32 {
	uint32_t eax, ebx, ecx, edx, esi, edi, esp, ebp, eip;
};
_Static_assert(sizeof(struct x86_registers32) == 36, "entry32_regs");

struct x86_registers16 {
	uint32_t eax, ebx, ecx, edx, esi, edi, esp, ebp;
	uint16_t ds, es, ss, fs, gs, ip, cs, pad;
};
_Static_assert(sizeof(struct x86_registers16) == 48, "entry16_regs");

enum x86_mode {
	X86_MODE_LONG = 0,
	X86_MODE_PROTECTED, /* 32 bits, no paging */
	X86_MODE_REAL,
};

struct x86_next {
	enum x86_mode mode;
	struct x86_registers64 r64;
	struct x86_registers32 r32;
	struct x86_registers16 r16;
	uint64_t boot_params; /* 0: none, or not known */
	uint64_t cmdline_end; /* 0: nothing is appended */
	uint64_t jump_back;   /* 0: there is no way back */
};

/* handoff.c; request.c fills it in. */
extern struct x86_next pg_x86_next;

/* enter64.S: loads all of @r64 and goes. */
_Noreturn void pg_x86_enter64(const struct x86_registers64 *r64);

#endif
