/* SPDX-License-Identifier: BSD-2-Clause */
/* int64_t hcall(number, a, b, c, d) and opal(token, a, b, c, base, entry):
 * see machine.h; included by door.S and payload.S. OPAL comes back in big-endian, with the MSR that it likes. */
	.text
	.globl	hcall, opal
hcall:	sc	1
	blr

opal:	mflr	0
	std	0, 16(1)
	stdu	1, -64(1)
	std	31, 48(1)
	mfmsr	31
	bcl	20, 31, 1f
1:	mflr	9
	addi	9, 9, back - 1b
	mtlr	9
	mtsrr0	8
	xori	9, 31, MSR_LE
	mtsrr1	9
	mr	0, 3
	mr	3, 4
	mr	4, 5
	mr	5, 6
	mr	2, 7
	rfid
back:	fork_by_endianness 2f
	be_to_little 9, 10
2:	mtmsrd	31
	load_toc
	ld	31, 48(1)
	addi	1, 1, 64
	ld	0, 16(1)
	mtlr	0
	blr
