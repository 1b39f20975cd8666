/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ppc64 machine: names for its bits, for C and assembler. "ISA" is the
 * Power ISA, Version 3.0B, book III unless named.
 */
#ifndef ARCH_PPC64_CPU_H
#define ARCH_PPC64_CPU_H

/* ISA 4.2.1, the machine state register, as shifts ... */
#define MSR_SF_SHIFT 63 /* 64-bit mode */
#define MSR_HV_SHIFT 60 /* hypervisor state */
/* ... and, below bit 16 or within its reach, as masks. */
#define MSR_VEC 0x02000000
#define MSR_VSX 0x00800000
#define MSR_EE	0x8000 /* external interrupts and the decrementer */
#define MSR_FP	0x2000
#define MSR_ME	0x1000 /* machine checks interrupt; else: checkstop */
#define MSR_IR	0x0020
#define MSR_DR	0x0010
#define MSR_RI	0x0002 /* an interrupt can be returned from */
#define MSR_LE	0x0001

/* ISA 5.4.4 and figure 18: special purpose registers. */
#define SPR_LR	  8
#define SPR_DSISR 18
#define SPR_DAR	  19
#define SPR_SRR0  26
#define SPR_SRR1  27
#define SPR_SPRG0 272
#define SPR_SPRG1 273
#define SPR_SPRG2 274
#define SPR_SPRG3 275
#define SPR_HSRR0 314
#define SPR_HSRR1 315

/* ISA 6.5: interrupts begin at these addresses, [first, end). */
#define VECTORS_FIRST	   0x100
#define VECTORS_END	   0x1000
#define VECTOR_RESET	   0x100
#define VECTOR_DECREMENTER 0x900
/* Every 0x20 bytes may be a vector (0xf00, 0xf20, 0xf40, ...), so a stub has
 * eight instructions. Behind the first of them, up to 0x200, there is none:
 * that is where the code goes that all of them share. */
#define VECTOR_STUB_BYTES 0x20
#define VECTOR_SHARED	  0x120
#define VECTOR_SECOND	  0x200

/* The first bytes of the image, which kexec copies to address 0 (Linux,
 * arch/powerpc/kexec/core_64.c and misc_64.S: kexec_sequence()). */
#define LOW_BYTES      0x100
#define LOW_HOLD       0x30 /* u64: where secondary CPUs go; 0: wait here */
#define LOW_RUN	       0x5c /* u32: Linux's run_at_load */
#define LOW_SECONDARY  0x60 /* secondary CPUs enter here, r3 = CPU */
#define BRANCH_TO_SELF 0x48000000

/* struct ppc64_frame, below: byte offsets for assembler. */
#define FRAME_R(n)   ((n)*8)
#define FRAME_SRR0   256
#define FRAME_SRR1   264
#define FRAME_LR     272
#define FRAME_CTR    280
#define FRAME_CR     288
#define FRAME_XER    296
#define FRAME_VECTOR 304

/* ELFv2 ABI 2.2.2: the smallest stack frame, and where LR is saved. */
#define STACK_FRAME_BYTES 32
#define STACK_LR	  16

/*
 * Instructions in big-endian bytes, for code that is entered with either
 * byte order and for what calls back in big-endian. Operands as in the ISA,
 * book I, chapters 2 and 3.
 */
#define BE_ADDI(rt, ra, si) (14 << 26 | (rt) << 21 | (ra) << 16 | (si))
#define BE_XORI(ra, rs, ui) (26 << 26 | (rs) << 21 | (ra) << 16 | (ui))
#define BE_SPR(spr)	    (((spr)&31) << 16 | ((spr) >> 5) << 11)
#define BE_MFSPR(rt, spr)   (31 << 26 | (rt) << 21 | BE_SPR(spr) | 339 << 1)
#define BE_MTSPR(spr, rs)   (31 << 26 | (rs) << 21 | BE_SPR(spr) | 467 << 1)
#define BE_MFMSR(rt)	    (31 << 26 | (rt) << 21 | 83 << 1)
#define BE_BCL_NEXT	    (16 << 26 | 20 << 21 | 31 << 16 | 4 | 1)
#define BE_BLA(address)	    (18 << 26 | (address) | 3)
#define BE_RFID		    (19 << 26 | 18 << 1)

#ifdef __ASSEMBLER__
/* clang-format off */

/* The word @value with its bytes in big-endian order. */
.macro be value
	.long	((\value) & 0xff) << 24 | ((\value) & 0xff00) << 8 | \
		(((\value) >> 8) & 0xff00) | (((\value) >> 24) & 0xff)
.endm

/* A fork that works in either byte order: to \little when the CPU fetches
 * little-endian, else on to the big-endian code behind. Its first word is
 * `b .+8` in big-endian; with its bytes reversed it is `tdi 0, r0, 72`, a trap
 * on no condition at all. */
.macro fork_by_endianness little
	.long	0x08000048
	b	\little
.endm

/* From big-endian code into little-endian code, the next instruction. The MSR
 * keeps its other bits, and its value from before stays in register \msr.
 * Changes registers \msr and \t (numbers), LR, SRR0 and SRR1. */
.macro be_to_little msr, t
	be	BE_MFMSR(\msr)
	be	BE_XORI(\t, \msr, MSR_LE)
	be	BE_MTSPR(SPR_SRR1, \t)
	be	BE_BCL_NEXT
	be	BE_MFSPR(\t, SPR_LR)	/* here ... */
	be	BE_ADDI(\t, \t, 16)	/* ... and four instructions on */
	be	BE_MTSPR(SPR_SRR0, \t)
	be	BE_RFID
.endm

/* At LOW_SECONDARY of a head that begins at \start: r3 = number of this CPU, in
 * either byte order. Waits for LOW_HOLD in the same copy of that head. */
.macro wait_for_hold start
	fork_by_endianness .Lnative\@
	be_to_little 9, 10
.Lnative\@:
	bcl	20, 31, .Lself\@
.Lself\@:
	mflr	10
.Lwait\@:
	or	1, 1, 1			/* at low priority */
	ld	9, LOW_HOLD - (.Lself\@ - \start)(10)
	cmpdi	9, 0
	beq	.Lwait\@
	or	2, 2, 2
	mtctr	9
	isync
	bctr
.endm

/* \reg := the address of symbol \name; r2 is the TOC pointer. */
.macro address_of reg, name
	addis	\reg, 2, \name@toc@ha
	addi	\reg, \reg, \name@toc@l
.endm

/* r2 := our TOC pointer, from the program counter. Changes LR and r12. */
.macro load_toc
	bcl	20, 31, .Lhere\@
.Lhere\@:
	mflr	12
	addis	2, 12, (.TOC. - .Lhere\@)@ha
	addi	2, 2, (.TOC. - .Lhere\@)@l
.endm

/* clang-format on */
#else

#include <stdint.h>

#define MSR_SF (UINT64_C(1) << MSR_SF_SHIFT)
#define MSR_HV (UINT64_C(1) << MSR_HV_SHIFT)

static inline uint64_t ppc64_mfmsr(void)
{
	uint64_t value;

	__asm__ volatile("mfmsr %0" : "=r"(value));
	return value;
}

/* Not for MSR.LE, which only rfid changes. */
static inline void ppc64_mtmsr(uint64_t value)
{
	__asm__ volatile("mtmsrd %0\n\tisync" : : "r"(value) : "memory");
}

#define ppc64_mfspr(spr)                                                    \
	({                                                                  \
		uint64_t value_;                                            \
		__asm__ volatile("mfspr %0, %1" : "=r"(value_) : "i"(spr)); \
		value_;                                                     \
	})

/* ISA book II, 6.2: the time base. */
static inline uint64_t ppc64_timebase(void)
{
	uint64_t value;

	__asm__ volatile("mfspr %0, 268" : "=r"(value) : : "memory");
	return value;
}

#endif /* __ASSEMBLER__ */
#endif
