/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF64 files by their sections, of either byte order, from an untrusted
 * buffer: relocatable objects, and the linked image that one is made of. The
 * headers that pack/formats/elf64.h reads are the other half of such a file.
 */
#ifndef PURGATORIO_WRAP_OBJECT_H
#define PURGATORIO_WRAP_OBJECT_H

#include <elf.h>
#include <stdbool.h>

#include "pack/formats/elf64.h"
#include "purgatorio/purgatorio.h"

/* An opened file: its section header table lies inside of it. */
struct pg_object {
	struct pg_bytes file;
	bool big;
	uint16_t type, machine;
	uint32_t arch; /* PG_ARCH_*; 0: none that we know */
	uint64_t entry, shoff;
	uint16_t shnum, shstrndx;
	uint16_t symtab;		  /* index of the first one; 0: none */
	struct pg_bytes symbols, strings; /* of that table, in the file */
};

/* One symbol, in host order. @name is NUL-terminated, in the file. */
struct pg_symbol {
	const char *name;
	uint8_t bind, type;
	uint16_t section;
	uint64_t value, size;
};

/* PG_E_TRUNCATED, PG_E_FORMAT, PG_E_CORRUPT. */
enum pg_status pg_object_open(struct pg_bytes file, const char *what,
			      struct pg_object *out, struct pg_error *error);

/* Section @index < shnum, in host order. */
Elf64_Shdr pg_object_section(const struct pg_object *object, size_t index);

/* Its content; size 0 where it has none in the file, or lies outside of it. */
struct pg_bytes pg_object_content(const struct pg_object *object,
				  const Elf64_Shdr *section);

/* Its name, "" where that is not in the file. */
const char *pg_object_name(const struct pg_object *object,
			   const Elf64_Shdr *section);

/* The symbols of the first symbol table. */
size_t pg_object_symbols(const struct pg_object *object);
struct pg_symbol pg_object_symbol(const struct pg_object *object, size_t index);

/* The first symbol of that name and STB_GLOBAL. False: there is none. */
bool pg_object_find(const struct pg_object *object, const char *name,
		    struct pg_symbol *out);

#endif
