/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image in memory (doc/image.md): what its door, its purgatory, its
 * EFI stub and the program that packs it agree on. For C and assembler.
 *
 *	image			door: the loaders' entries
 *	+ PG_IMAGE_WORK		work: the door writes, the merge writes
 *	+ PG_IMAGE_PURGATORY	purgatory, manifest, log
 *	...			what else the file holds; the kernel last
 */
#ifndef PURGATORIO_IMAGE_H
#define PURGATORIO_IMAGE_H

#define PG_IMAGE_PURGATORY 0x10000

/* x86: from the image's start to the entry for PVH and multiboot2. */
#define PG_IMAGE_ENTRY32 0x280

/* The work area, of which nothing is verified. Offsets from its start. */
#define PG_IMAGE_WORK	       0x1000
#define PG_IMAGE_WORK_BYTES    (PG_IMAGE_PURGATORY - PG_IMAGE_WORK)
#define PG_IMAGE_WORK_GIVEN    0x0    /* u64: what the loader gave the door */
#define PG_IMAGE_WORK_WAY      0x18   /* u32, x86: PG_WAY_* */
#define PG_IMAGE_WORK_RSDP     0x40   /* x86: a copy that stays */
#define PG_IMAGE_WORK_TABLES   0x1000 /* x86: six pages of page tables */
#define PG_IMAGE_WORK_PARAMS   0x7000 /* x86: boot_params for the kernel */
#define PG_IMAGE_WORK_CMDLINE  0x8000 /* its command line, to the end */
#define PG_IMAGE_CMDLINE_BYTES (PG_IMAGE_WORK_BYTES - PG_IMAGE_WORK_CMDLINE)

/* x86: whose structure the door was given. */
#define PG_WAY_LINUX	  0 /* boot_params */
#define PG_WAY_PVH	  1 /* hvm_start_info */
#define PG_WAY_MULTIBOOT2 2 /* boot information */

/* arm64, ppc64: room for the device tree, behind the kernel. */
#define PG_IMAGE_TREE_BYTES 0x200000

/* args[3] of the handoff. */
#define PG_IMAGE_LOADER_INITRD	0x1 /* the loader's initrd, if it has one */
#define PG_IMAGE_LOADER_CMDLINE 0x2 /* append all that the loader says */
#define PG_IMAGE_EFI_CAPTURE	0x4 /* stub: leave boot services ourselves */
#define PG_IMAGE_FLAGS		0x7

#endif
