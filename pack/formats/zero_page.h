/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's struct boot_params, in front of and behind the setup header
 * (bzimage.h): offsets, for host and target. Documentation/arch/x86/
 * zero-page.rst.
 */
#ifndef PURGATORIO_PACK_FORMATS_ZERO_PAGE_H
#define PURGATORIO_PACK_FORMATS_ZERO_PAGE_H

#define BP_BYTES	     0x1000
#define BP_SCREEN_INFO	     0x000
#define BP_SCREEN_INFO_BYTES 0x40
#define BP_EXT_MEM_K	     0x002 /* in screen_info: memory, not screen */
#define BP_APM_BIOS_INFO     0x040
#define BP_APM_BYTES	     0x14
#define BP_IST_INFO	     0x060
#define BP_IST_BYTES	     0x10
#define BP_ACPI_RSDP_ADDR    0x070 /* u64 */
#define BP_EXT_RAMDISK_IMAGE 0x0c0 /* u32, bits 32 to 63 of the address */
#define BP_EXT_RAMDISK_SIZE  0x0c4 /* u32, of the size */
#define BP_EXT_CMD_LINE_PTR  0x0c8 /* u32, of the address */
#define BP_CC_BLOB_ADDRESS   0x13c /* u32; SEV-SNP */
#define BP_EDID_INFO	     0x140
#define BP_EDID_BYTES	     0x80
#define BP_EFI_INFO	     0x1c0
#define BP_E820_ENTRIES	     0x1e8 /* u8 */
#define BP_EDDBUF_ENTRIES    0x1e9 /* u8 */
#define BP_EDD_MBR_ENTRIES   0x1ea /* u8 */
#define BP_SECURE_BOOT	     0x1ec /* u8 */
#define BP_EDD_MBR_SIG	     0x290
#define BP_EDD_MBR_BYTES     0x40
#define BP_E820_TABLE	     0x2d0
#define BP_E820_ENTRY_BYTES  20
#define BP_EDDBUF	     0xd00
#define BP_EDDBUF_BYTES	     0x1ec

#endif
