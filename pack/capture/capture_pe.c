/* SPDX-License-Identifier: BSD-2-Clause */
/* The PE32+ headers of a capture image (Microsoft, "PE Format"). */
#include <string.h>

#include "pack/capture/capture.h"
#include "purgatorio/byteorder.h"

#define DOS_PE_AT      0x3c
#define COFF_BYTES     24 /* with "PE\0\0" */
#define OPTIONAL_BYTES 0xf0
#define SECTION_BYTES  40

/* Offsets from "PE\0\0". */
#define COFF_MACHINE	     4
#define COFF_SECTIONS	     6
#define COFF_OPTIONAL_BYTES  20
#define COFF_CHARACTERISTICS 22
#define OPT_MAGIC	     24
#define OPT_CODE_BYTES	     28
#define OPT_DATA_BYTES	     32
#define OPT_ENTRY	     40
#define OPT_CODE	     44
#define OPT_SECTION_ALIGN    56
#define OPT_FILE_ALIGN	     60
#define OPT_SUBSYSTEM_MAJOR  72
#define OPT_IMAGE_BYTES	     80
#define OPT_HEADERS_BYTES    84
#define OPT_CHECKSUM	     88
#define OPT_SUBSYSTEM	     92
#define OPT_DLL_FLAGS	     94
#define OPT_DIRECTORIES	     132
#define OPT_CERTIFICATES     168 /* directory 4 */
#define OPT_RELOCATIONS	     176 /* directory 5 */

#define EXECUTABLE_IMAGE   0x022e /* as efi-stub/stub.ld */
#define PE32_PLUS	   0x020b
#define EFI_APPLICATION	   10
#define NX_DYNAMIC_ENTROPY 0x0160
#define RELOC_BYTES	   12

uint32_t pg_capture_pe_bytes(size_t sections)
{
	return (uint32_t)(COFF_BYTES + OPTIONAL_BYTES +
			  sections * SECTION_BYTES);
}

static uint32_t padded(uint32_t bytes)
{
	return (bytes + PG_PAGE_BYTES - 1) & ~(uint32_t)(PG_PAGE_BYTES - 1);
}

static void write_section(const struct pg_capture_section *section, uint8_t *at)
{
	const bool zero = section->flags == PE_ZERO;

	memcpy(at, section->name, sizeof(section->name));
	pg_store_le32(at + 8, section->memory_bytes);
	pg_store_le32(at + 12, section->offset);
	pg_store_le32(at + 16, zero ? 0 : padded(section->memory_bytes));
	pg_store_le32(at + 20, zero ? 0 : section->offset);
	pg_store_le32(at + 36, section->flags);
}

void pg_capture_write_sections(const struct pg_capture *capture, uint8_t *table)
{
	for (size_t i = 0; i < capture->section_count; i++)
		write_section(&capture->sections[i], table + i * SECTION_BYTES);
}

void pg_capture_write_pe(struct pg_capture *capture)
{
	uint8_t *pe = capture->file + capture->pe_at;
	const struct pg_capture_section *code =
		pg_capture_find(capture, ".text");

	memcpy(capture->file, "MZ", 2);
	pg_store_le32(capture->file + DOS_PE_AT, capture->pe_at);
	memcpy(pe, "PE\0\0", 4);
	pg_store_le16(pe + COFF_MACHINE, capture->stub.machine);
	pg_store_le16(pe + COFF_SECTIONS, (uint16_t)capture->section_count);
	pg_store_le16(pe + COFF_OPTIONAL_BYTES, OPTIONAL_BYTES);
	pg_store_le16(pe + COFF_CHARACTERISTICS, EXECUTABLE_IMAGE);
	pg_store_le16(pe + OPT_MAGIC, PE32_PLUS);
	pg_store_le32(pe + OPT_CODE_BYTES, padded(code->memory_bytes));
	pg_store_le32(pe + OPT_DATA_BYTES, capture->file_bytes -
						   capture->head_bytes -
						   padded(code->memory_bytes));
	pg_store_le32(pe + OPT_ENTRY, capture->entry);
	pg_store_le32(pe + OPT_CODE, code->offset);
	pg_store_le32(pe + OPT_SECTION_ALIGN, PG_PAGE_BYTES);
	pg_store_le32(pe + OPT_FILE_ALIGN, PG_PAGE_BYTES);
	pg_store_le16(pe + OPT_SUBSYSTEM_MAJOR, 1);
	pg_store_le32(pe + OPT_IMAGE_BYTES, capture->image_bytes);
	pg_store_le32(pe + OPT_HEADERS_BYTES, capture->head_bytes);
	pg_store_le16(pe + OPT_SUBSYSTEM, EFI_APPLICATION);
	pg_store_le16(pe + OPT_DLL_FLAGS, NX_DYNAMIC_ENTROPY);
	pg_store_le32(pe + OPT_DIRECTORIES, 16);
	pg_store_le32(pe + OPT_RELOCATIONS, capture->reloc);
	pg_store_le32(pe + OPT_RELOCATIONS + 4, RELOC_BYTES);
	pg_capture_write_sections(capture, pe + COFF_BYTES + OPTIONAL_BYTES);
}

void pg_capture_mask(uint8_t *head, size_t bytes)
{
	size_t pe;

	if (bytes < DOS_PE_AT + 4 || memcmp(head, "MZ", 2) != 0)
		return;
	pe = pg_load_le32(head + DOS_PE_AT);
	if (pe > bytes || bytes - pe < COFF_BYTES + OPTIONAL_BYTES)
		return;
	memset(head + pe + OPT_CHECKSUM, 0, 4);
	memset(head + pe + OPT_CERTIFICATES, 0, 8);
}
