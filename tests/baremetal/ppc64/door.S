/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The door: enters a purgatory as Linux's kexec_sequence() does, with
 * everything else as hostile as it may be.
 *
 *   in   big-endian, as firmware starts a client: pseries in 32-bit mode
 *        (SLOF, VOF), powernv in 64-bit mode with r8 and r9 = OPAL's base and
 *        entry (skiboot)
 *   out  what DOOR_FLAGS says; r3 = CPU, r4 = the purgatory, r5 = 0
 */
#include "arch/ppc64/cpu.h"
#include "tests/baremetal/ppc64/door.h"

#define H_RTAS	       0xf000	/* QEMU, include/hw/ppc/spapr.h */
#define BE_ORI(ra, rs, ui) (24 << 26 | (rs) << 21 | (ra) << 16 | (ui))
#define BE_SC(level)   (17 << 26 | (level) << 5 | 2)
#define BE_BLR	       (19 << 26 | 20 << 21 | 16 << 1)
#define BE_BNELR       (19 << 26 | 4 << 21 | 2 << 16 | 16 << 1)
/* rldicl. r, r, 1, 63 */
#define BE_TEST_SIGN(r) (30 << 26 | (r) << 21 | (r) << 16 | 1 << 11 | \
			 31 << 6 | 1 << 5 | 1)

	.section .head, "ax"
	.globl	door_start
door_start:
	fork_by_endianness 1f
	be_to_little 31, 30
1:	mfmsr	31
	li	30, 1
	rldimi	31, 30, MSR_SF_SHIFT, 63 - MSR_SF_SHIFT
	ori	31, 31, MSR_ME | MSR_RI
	mtmsrd	31
	isync
	load_toc
	address_of 1, stack_end - 128
	mr	3, 8
	mr	4, 9
	bl	door_main
	trap

/* void door_leave(uint64_t entry, uint64_t msr, uint64_t cpu): with junk in
 * every other register. */
	.globl	door_leave
door_leave:
	mtsrr0	3
	mtsrr1	4
	mr	4, 3
	mr	3, 5
	lis	0, (DOOR_JUNK >> 48)
	ori	0, 0, (DOOR_JUNK >> 32) & 0xffff
	sldi	0, 0, 32
	oris	0, 0, (DOOR_JUNK >> 16) & 0xffff
	ori	0, 0, DOOR_JUNK & 0xffff
	.irp	n, 1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, \
		20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	mr	\n, 0
	.endr
	mtlr	0
	mtctr	0
	mtcr	0
	mtxer	0
	mtsprg	0, 0
	mtsprg	1, 0
	mtsprg	2, 0
	mtsprg	3, 0
	li	5, 0
	rfid

/* Where the other CPUs start: r3 = its number. They wait as in Linux's
 * kexec_wait() and then enter LOW_SECONDARY, each a little later. */
	.globl	door_second
door_second:
	fork_by_endianness 1f
	be_to_little 31, 30
1:	load_toc
	address_of 4, door_go
2:	ld	5, 0(4)
	cmpdi	5, 0
	beq	2b
	isync
	mfspr	6, 268
	sldi	7, 3, 22		/* 8 ms per CPU */
	add	6, 6, 7
3:	mfspr	7, 268
	cmpld	7, 6
	blt	3b
	mfmsr	6
	xori	6, 6, MSR_LE
	cmpdi	5, 1
	beq	4f
	ori	6, 6, MSR_LE
4:	mtsrr1	6
	li	6, LOW_SECONDARY
	mtsrr0	6
	rfid

/* As QEMU's spapr-rtas.S: everything is the hypervisor's work. A real RTAS
 * may be 32-bit code: in 64-bit mode this one does nothing. */
	.globl	door_rtas
door_rtas:
	be	BE_MFMSR(5)
	be	BE_TEST_SIGN(5)
	be	BE_BNELR
	be	BE_ADDI(4, 3, 0)
	be	BE_ADDI(3, 0, 0)
	be	BE_ORI(3, 3, H_RTAS)
	be	BE_SC(1)
	be	BE_BLR

	.bss
	.balign	16
	.globl	door_go
door_go: .skip	8			/* 1: big-endian, 2: little-endian */
	.balign	16
	.skip	8192
stack_end:
#include "tests/baremetal/ppc64/calls.S"
	.section .note.GNU-stack, "", @progbits
