/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF64 headers of either byte order, read from an untrusted buffer. Only what
 * purgatory.elf and our own images use; <elf.h> has the names.
 */
#ifndef PURGATORIO_PACK_FORMATS_ELF64_H
#define PURGATORIO_PACK_FORMATS_ELF64_H

#include <elf.h>
#include <stdbool.h>

#include "purgatorio/byteorder.h"
#include "purgatorio/purgatorio.h"

static inline uint16_t pg_load16(bool big, const void *at)
{
	return big ? pg_load_be16(at) : pg_load_le16(at);
}

static inline uint32_t pg_load32(bool big, const void *at)
{
	return big ? pg_load_be32(at) : pg_load_le32(at);
}

static inline uint64_t pg_load64(bool big, const void *at)
{
	return big ? pg_load_be64(at) : pg_load_le64(at);
}

static inline void pg_store16(bool big, void *at, uint16_t value)
{
	if (big)
		pg_store_be16(at, value);
	else
		pg_store_le16(at, value);
}

static inline void pg_store32(bool big, void *at, uint32_t value)
{
	if (big)
		pg_store_be32(at, value);
	else
		pg_store_le32(at, value);
}

static inline void pg_store64(bool big, void *at, uint64_t value)
{
	if (big)
		pg_store_be64(at, value);
	else
		pg_store_le64(at, value);
}

/* An opened file: the program header table lies inside of it. */
struct pg_elf64 {
	struct pg_bytes file;
	const char *what; /* "purgatory", "image": begins each error */
	bool big;
	uint16_t type, machine;
	uint64_t entry;
	uint64_t phoff, shoff;
	uint16_t phnum, shnum;
};

/* PG_E_TRUNCATED, PG_E_FORMAT, PG_E_CORRUPT. */
enum pg_status pg_elf64_open(struct pg_bytes file, const char *what,
			     struct pg_elf64 *out, struct pg_error *error);

/* Program header @index, @index < phnum, in host order. For PT_LOAD and
 * PT_NOTE: its content lies in the file, is no longer than its memory, and
 * neither address wraps. PG_E_TRUNCATED, PG_E_CORRUPT. */
enum pg_status pg_elf64_segment(const struct pg_elf64 *elf, size_t index,
				Elf64_Phdr *out, struct pg_error *error);

/* The e_machine and byte order of PG_ARCH_* @arch; 0 and little-endian when
 * there is no such architecture. ppc64 images are little-endian. */
uint16_t pg_arch_machine(uint32_t arch);
bool pg_arch_big_endian(uint32_t arch);

#endif
