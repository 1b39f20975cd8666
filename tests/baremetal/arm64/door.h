/* SPDX-License-Identifier: BSD-2-Clause */
/* What the runner tells the door, as three 64-bit words in memory. */
#ifndef TESTS_DOOR_H
#define TESTS_DOOR_H

#define DOOR_PARAMETERS 0x40300000 /* above the door and QEMU's own tree */
#define DOOR_ENTRY	0	   /* address of the purgatory */
#define DOOR_FLAGS	8
#define DOOR_WRITER	16 /* what the second CPU writes to for ever; 0: none */
#define DOOR_E2H	1  /* at EL2: with HCR_EL2.E2H and TGE set */
#define DOOR_BIG_ENDIAN 2  /* SCTLR.EE set */
#define DOOR_STREAMING	4  /* in streaming mode (SME) */
#define DOOR_SP_EL0	8  /* SPSel = 0 */

#endif
