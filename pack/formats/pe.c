/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/formats/pe.h"

#include <string.h>

#include "purgatorio/byteorder.h"

/* "MS-DOS Stub", "COFF File Header", "Section Table" */
#define DOS_BYTES	    0x40
#define DOS_PE_AT	    0x3c /* u32 */
#define COFF_MACHINE	    4	 /* u16, from "PE\0\0" on */
#define COFF_SECTIONS	    6	 /* u16 */
#define COFF_OPTIONAL_BYTES 20	 /* u16 */
#define COFF_END	    24
#define SECTION_BYTES	    40
#define SECTION_MEMORY	    8  /* u32, VirtualSize */
#define SECTION_CONTENT	    16 /* u32, SizeOfRawData */
#define SECTION_AT	    20 /* u32, PointerToRawData */

const char *pg_pe_machine_name(uint16_t machine)
{
	switch (machine) {
	case PG_PE_AMD64:
		return "x86_64";
	case PG_PE_ARM64:
		return "arm64";
	case PG_PE_RISCV64:
		return "riscv";
	case PG_PE_LOONGARCH64:
		return "loongarch64";
	case PG_PE_I386:
		return "i386";
	case PG_PE_ARM:
		return "arm";
	default:
		return "an unknown machine";
	}
}

enum pg_status pg_pe_check(const struct pg_pe *pe, struct pg_error *error)
{
	if (pe->sections > pe->file.size ||
	    pe->section_count > (pe->file.size - pe->sections) / SECTION_BYTES)
		return pg_fail(error, PG_E_TRUNCATED,
			       "kernel: ends at %zu, inside of its section "
			       "table; copy or download it again",
			       pe->file.size);
	for (size_t i = 0; i < pe->section_count; i++) {
		const uint8_t *at =
			pe->file.data + pe->sections + i * SECTION_BYTES;
		uint64_t start = pg_load_le32(at + SECTION_AT);
		uint64_t bytes = pg_load_le32(at + SECTION_CONTENT);

		if (bytes != 0 && start + bytes > pe->file.size)
			return pg_fail(error, PG_E_TRUNCATED,
				       "kernel: has %zu bytes, and its section "
				       "%.8s ends at %llu; copy or download it "
				       "again",
				       pe->file.size, (const char *)at,
				       (unsigned long long)(start + bytes));
	}
	return PG_OK;
}

enum pg_status pg_pe_open(struct pg_bytes file, struct pg_pe *out,
			  struct pg_error *error)
{
	struct pg_pe pe = {.file = file};
	const uint8_t *coff;
	enum pg_status status;
	size_t at;

	if (file.size < DOS_BYTES)
		return pg_fail(
			error, PG_E_TRUNCATED,
			"kernel: ends at %zu, inside of its header; copy "
			"or download it again",
			file.size);
	at = pg_load_le32(file.data + DOS_PE_AT);
	coff = file.data + at;
	if (at > file.size || file.size - at < COFF_END ||
	    memcmp(coff, "PE\0\0", 4) != 0)
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: a DOS program or a damaged PE file; "
			       "give a Linux kernel");
	pe.machine = pg_load_le16(coff + COFF_MACHINE);
	pe.section_count = pg_load_le16(coff + COFF_SECTIONS);
	pe.sections = at + COFF_END + pg_load_le16(coff + COFF_OPTIONAL_BYTES);
	status = pg_pe_check(&pe, error);
	if (status == PG_OK)
		*out = pe;
	return status;
}

struct pg_bytes pg_pe_section_at(const struct pg_pe *pe, size_t index,
				 char name[PG_PE_NAME_BYTES + 1])
{
	const uint8_t *at =
		pe->file.data + pe->sections + index * SECTION_BYTES;
	uint32_t content = pg_load_le32(at + SECTION_CONTENT);
	uint32_t memory = pg_load_le32(at + SECTION_MEMORY);

	memcpy(name, at, PG_PE_NAME_BYTES);
	name[PG_PE_NAME_BYTES] = '\0';
	if (content == 0)
		return (struct pg_bytes){pe->file.data, 0};
	/* The content is padded to FileAlignment. */
	return (struct pg_bytes){pe->file.data + pg_load_le32(at + SECTION_AT),
				 memory != 0 && memory < content ? memory
								 : content};
}

bool pg_pe_section(const struct pg_pe *pe, const char *name,
		   struct pg_bytes *out)
{
	for (size_t i = 0; i < pe->section_count; i++) {
		char found[PG_PE_NAME_BYTES + 1];
		struct pg_bytes content = pg_pe_section_at(pe, i, found);

		if (strncmp(found, name, PG_PE_NAME_BYTES) != 0)
			continue;
		*out = content;
		return true;
	}
	return false;
}
