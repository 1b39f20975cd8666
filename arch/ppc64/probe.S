/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uint64_t pg_ppc64_probe_load(uint64_t address);
 * uint64_t pg_ppc64_probe_crypto(void);
 *
 * Return 1. An interrupt in one of them is resumed at pg_ppc64_probe_failed
 * (traps.c), and then they return 0: so they may not touch the stack or LR.
 * The second one needs MSR.VEC. Change r4, v0.
 */
	.machine power8
	.section .text.probe, "ax", @progbits
	.globl	pg_ppc64_probe_load, pg_ppc64_probe_crypto
	.hidden	pg_ppc64_probe_load, pg_ppc64_probe_crypto
	.globl	pg_ppc64_probe_failed
	.hidden	pg_ppc64_probe_failed

pg_ppc64_probe_load:
	lbz	4, 0(3)
	twi	0, 4, 0			/* wait for the load to end */
	isync
	li	3, 1
	blr

pg_ppc64_probe_crypto:
	vshasigmaw 0, 0, 0, 0
	li	3, 1
	blr

pg_ppc64_probe_failed:
	li	3, 0
	blr
	.section .note.GNU-stack, "", @progbits
