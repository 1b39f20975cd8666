/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sections of a file that holds a kernel and what belongs to it, by their
 * names: a PE file (pe.h), the ELF64 file that a capture image is where there
 * is no UEFI (capture_elf.h), or the memory from address 0 that one is on
 * s390x.
 */
#ifndef PURGATORIO_PACK_SECTIONS_H
#define PURGATORIO_PACK_SECTIONS_H

#include "pack/formats/elf64.h"
#include "pack/formats/pe.h"

/* Of ELF's names as many bytes count as PE has. */
#define PG_SECTION_NAME_BYTES PG_PE_NAME_BYTES

struct pg_section {
	char name[PG_SECTION_NAME_BYTES + 1];
	struct pg_bytes content; /* size 0: it has none in the file */
	uint64_t offset; /* in the file or, without content, in memory */
	uint64_t memory_bytes;
	bool read, write, execute;
};

struct pg_sections {
	bool is_elf, is_raw;
	uint32_t arch; /* PG_ARCH_*; 0: none of ours */
	size_t count;
	struct pg_pe pe;     /* where it is no ELF file */
	struct pg_elf64 elf; /* where it is one */
};

/* A raw image has no headers. Its table stands on the page at the start of
 * .door, to whose purgatory the branch at 0x10000 leads: a magic, u32 count,
 * and from PG_RAW_ENTRIES on what PE has, little-endian as there. */
#define PG_RAW_MAGIC   "PGSECTS1"
#define PG_RAW_COUNT   8
#define PG_RAW_ENTRIES 16
bool pg_raw_recognise(struct pg_bytes file);

/* Reads the section table of @file, which begins as a PE or an ELF file does,
 * or is such a raw image: table and contents lie in the file. PG_E_TRUNCATED,
 * PG_E_FORMAT, PG_E_CORRUPT. */
enum pg_status pg_sections_open(struct pg_bytes file, struct pg_sections *out,
				struct pg_error *error);

/* Section @index, which is below count. */
struct pg_section pg_section_at(const struct pg_sections *sections,
				size_t index);

/* The content of the first section @name. False: there is none. */
bool pg_section_find(const struct pg_sections *sections, const char *name,
		     struct pg_bytes *out);

#endif
