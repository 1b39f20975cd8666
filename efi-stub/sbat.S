/* SPDX-License-Identifier: BSD-2-Clause */
/* SBAT (shim's SBAT.md): generations by which a stub can be revoked. */
	.section .sbat, "a"
	.ascii	"sbat,1,SBAT Version,sbat,1,"
	.ascii	"https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	.ascii	"purgatorio-stub,1,purgatorio,purgatorio,0.1.0,README.md\n"
	.section .note.GNU-stack, "", %progbits
