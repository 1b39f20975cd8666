/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's x86 setup header: offsets in the file, which are those in struct
 * boot_params too (Documentation/arch/x86/boot.rst, "The Real-Mode Kernel
 * Header"; the comment gives the first boot protocol that has the field).
 */
#ifndef PURGATORIO_PACK_FORMATS_BZIMAGE_H
#define PURGATORIO_PACK_FORMATS_BZIMAGE_H

#define HDR_START	     0x1f1 /* the first field: setup_sects */
#define HDR_SETUP_SECTS	     0x1f1 /* u8, sectors of 512; 0 means 4 */
#define HDR_SYSSIZE	     0x1f4 /* u32, 16-byte units */
#define HDR_BOOT_FLAG	     0x1fe /* u16, 0xaa55 */
#define HDR_JUMP	     0x200 /* u8 0xeb, u8 distance from 0x202 */
#define HDR_MAGIC	     0x202 /* "HdrS" */
#define HDR_VERSION	     0x206 /* u16 */
#define HDR_KERNEL_VERSION   0x20e /* u16, text's offset minus 0x200 */
#define HDR_TYPE_OF_LOADER   0x210 /* u8 */
#define HDR_LOADFLAGS	     0x211 /* u8 */
#define HDR_RAMDISK_IMAGE    0x218 /* u32 */
#define HDR_RAMDISK_SIZE     0x21c /* u32 */
#define HDR_CMD_LINE_PTR     0x228 /* u32, 2.02 */
#define HDR_INITRD_ADDR_MAX  0x22c /* u32, 2.03 */
#define HDR_KERNEL_ALIGNMENT 0x230 /* u32, 2.05 */
#define HDR_RELOCATABLE	     0x234 /* u8, 2.05 */
#define HDR_MIN_ALIGNMENT    0x235 /* u8, 2.10, a power of two's exponent */
#define HDR_XLOADFLAGS	     0x236 /* u16, 2.12 */
#define HDR_CMDLINE_SIZE     0x238 /* u32, 2.06 */
#define HDR_PAYLOAD_OFFSET   0x248 /* u32, 2.08 */
#define HDR_PAYLOAD_LENGTH   0x24c /* u32, 2.08 */
#define HDR_SETUP_DATA	     0x250 /* u64, 2.09 */
#define HDR_PREF_ADDRESS     0x258 /* u64, 2.10 */
#define HDR_INIT_SIZE	     0x260 /* u32, 2.10 */
#define HDR_END_2_12	     0x268 /* one past what 2.12 has */
#define HDR_END_MAX	     0x290 /* boot_params has other things there */

/* loadflags */
#define LOADED_HIGH 0x01

/* xloadflags */
#define XLF_KERNEL_64		   0x0001
#define XLF_CAN_BE_LOADED_ABOVE_4G 0x0002
#define XLF_5LEVEL		   0x0020

/* "64-bit Boot Protocol": the entry's offset in the protected-mode code. */
#define ENTRY64_OFFSET 0x200

#endif
