/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An s390x kernel's own bytes, for host and target: where it is entered and
 * where it looks for what it is told, the parameter area
 * (arch/s390/boot/head.S; arch/s390/include/asm/setup.h, struct parmarea).
 */
#ifndef PURGATORIO_PACK_FORMATS_S390_PARAMETERS_H
#define PURGATORIO_PACK_FORMATS_S390_PARAMETERS_H

/* Addresses of a kernel that runs. head.S: what lies below the first is only
 * there to IPL it, and the kernel keeps it reserved for good
 * (arch/s390/kernel/setup.c, reserve_kernel()). */
#define PG_S390_START	    0x10000u
#define PG_S390_NORMAL	    0x10000u /* its entry, in any mode */
#define PG_S390_KDUMP	    0x10010u /* its entry, in 64-bit mode */
#define PG_S390_MAGIC	    0x10008u /* these bytes: */
#define PG_S390_MAGIC_TEXT  "S390EP"
#define PG_S390_MAGIC_BYTES 6
#define PG_S390_PARAMETERS  0x10400u
#define PG_S390_CMDLINE	    0x10480u
/* u64 fields of the parameter area. */
#define PG_S390_IPL_DEVICE   0x00u
#define PG_S390_INITRD_START 0x08u
#define PG_S390_INITRD_BYTES 0x10u
#define PG_S390_OLDMEM_START 0x18u
#define PG_S390_OLDMEM_BYTES 0x20u
#define PG_S390_VERSION	     0x28u /* the address of a text */
#define PG_S390_CMDLINE_ROOM 0x30u /* with the NUL; 0: as it was of old */
#define PG_S390_CMDLINE_OLD  896u
#define PG_S390_CMDLINE_MOST (1024u * 1024) /* arch/s390/Kconfig */

#endif
