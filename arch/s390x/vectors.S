/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * void pg_s390x_vectors_store(uint8_t to[S390X_VECTORS_BYTES])
 * void pg_s390x_vectors_load(const uint8_t from[S390X_VECTORS_BYTES])
 *
 * All vector registers, whose left halves are the floating-point registers
 * (PoP chapter 21). Requires control register 0, bits 45 and 46.
 */
	.text
	.globl	pg_s390x_vectors_store, pg_s390x_vectors_load
	.hidden	pg_s390x_vectors_store, pg_s390x_vectors_load
pg_s390x_vectors_store:
	vstm	%v0,%v15,0(%r2)
	vstm	%v16,%v31,256(%r2)
	br	%r14

pg_s390x_vectors_load:
	vlm	%v0,%v15,0(%r2)
	vlm	%v16,%v31,256(%r2)
	br	%r14
	.section .note.GNU-stack, "", @progbits
