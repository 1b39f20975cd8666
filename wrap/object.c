/* SPDX-License-Identifier: BSD-2-Clause */
#include "wrap/object.h"

#include <string.h>

#define FIELD16(type, field) pg_load16(big, at + offsetof(type, field))
#define FIELD32(type, field) pg_load32(big, at + offsetof(type, field))
#define FIELD64(type, field) pg_load64(big, at + offsetof(type, field))

static uint32_t arch_of(uint16_t machine)
{
	for (uint32_t arch = PG_ARCH_X86_64; arch <= PG_ARCH_S390X; arch++)
		if (pg_arch_machine(arch) == machine)
			return arch;
	return 0;
}

static void find_symbols(struct pg_object *object)
{
	Elf64_Shdr table, names;

	for (uint16_t i = 1; i < object->shnum && object->symtab == 0; i++)
		if (pg_object_section(object, i).sh_type == SHT_SYMTAB)
			object->symtab = i;
	if (object->symtab == 0)
		return;
	table = pg_object_section(object, object->symtab);
	object->symbols = pg_object_content(object, &table);
	if (table.sh_link >= object->shnum)
		return;
	names = pg_object_section(object, table.sh_link);
	object->strings = pg_object_content(object, &names);
}

enum pg_status pg_object_open(struct pg_bytes file, const char *what,
			      struct pg_object *out, struct pg_error *error)
{
	const uint8_t *at = file.data;
	struct pg_object object = {.file = file};
	bool big;

	if (file.size < sizeof(Elf64_Ehdr))
		return pg_fail(error, PG_E_TRUNCATED,
			       "%s: %zu bytes are too few for an ELF header; "
			       "make or copy it again",
			       what, file.size);
	if (memcmp(at, ELFMAG, SELFMAG) != 0)
		return pg_fail(error, PG_E_FORMAT,
			       "%s: not an ELF file; name another", what);
	if (at[EI_CLASS] != ELFCLASS64 || at[EI_VERSION] != EV_CURRENT ||
	    (at[EI_DATA] != ELFDATA2LSB && at[EI_DATA] != ELFDATA2MSB))
		return pg_fail(error, PG_E_FORMAT,
			       "%s: not an ELF64 file of a known byte order; "
			       "name another",
			       what);
	big = object.big = at[EI_DATA] == ELFDATA2MSB;
	object.type = FIELD16(Elf64_Ehdr, e_type);
	object.machine = FIELD16(Elf64_Ehdr, e_machine);
	object.arch = arch_of(object.machine);
	object.entry = FIELD64(Elf64_Ehdr, e_entry);
	object.shoff = FIELD64(Elf64_Ehdr, e_shoff);
	object.shnum = FIELD16(Elf64_Ehdr, e_shnum);
	object.shstrndx = FIELD16(Elf64_Ehdr, e_shstrndx);
	if (object.shnum == 0)
		return pg_fail(error, PG_E_FORMAT,
			       "%s: it has no section headers; build it again "
			       "and strip less",
			       what);
	if (FIELD16(Elf64_Ehdr, e_shentsize) != sizeof(Elf64_Shdr))
		return pg_fail(error, PG_E_CORRUPT,
			       "%s: e_shentsize is %u and not %zu; make or "
			       "copy it again",
			       what, FIELD16(Elf64_Ehdr, e_shentsize),
			       sizeof(Elf64_Shdr));
	if (object.shoff > file.size ||
	    (uint64_t)object.shnum * sizeof(Elf64_Shdr) >
		    file.size - object.shoff)
		return pg_fail(error, PG_E_TRUNCATED,
			       "%s: %u section headers at 0x%llx leave the "
			       "file of %zu bytes; make or copy it again",
			       what, object.shnum,
			       (unsigned long long)object.shoff, file.size);
	find_symbols(&object);
	*out = object;
	return PG_OK;
}

Elf64_Shdr pg_object_section(const struct pg_object *object, size_t index)
{
	const uint8_t *at =
		object->file.data + object->shoff + index * sizeof(Elf64_Shdr);
	const bool big = object->big;

	return (Elf64_Shdr){
		.sh_name = FIELD32(Elf64_Shdr, sh_name),
		.sh_type = FIELD32(Elf64_Shdr, sh_type),
		.sh_flags = FIELD64(Elf64_Shdr, sh_flags),
		.sh_addr = FIELD64(Elf64_Shdr, sh_addr),
		.sh_offset = FIELD64(Elf64_Shdr, sh_offset),
		.sh_size = FIELD64(Elf64_Shdr, sh_size),
		.sh_link = FIELD32(Elf64_Shdr, sh_link),
		.sh_info = FIELD32(Elf64_Shdr, sh_info),
		.sh_addralign = FIELD64(Elf64_Shdr, sh_addralign),
		.sh_entsize = FIELD64(Elf64_Shdr, sh_entsize),
	};
}

struct pg_bytes pg_object_content(const struct pg_object *object,
				  const Elf64_Shdr *section)
{
	const struct pg_bytes none = {object->file.data, 0};

	if (section->sh_type == SHT_NOBITS || section->sh_type == SHT_NULL ||
	    section->sh_offset > object->file.size ||
	    section->sh_size > object->file.size - section->sh_offset)
		return none;
	return (struct pg_bytes){object->file.data + section->sh_offset,
				 (size_t)section->sh_size};
}

static const char *string_at(struct pg_bytes strings, uint64_t offset)
{
	if (offset >= strings.size ||
	    memchr(strings.data + offset, 0, strings.size - offset) == NULL)
		return "";
	return (const char *)strings.data + offset;
}

const char *pg_object_name(const struct pg_object *object,
			   const Elf64_Shdr *section)
{
	Elf64_Shdr names;

	if (object->shstrndx >= object->shnum)
		return "";
	names = pg_object_section(object, object->shstrndx);
	return string_at(pg_object_content(object, &names), section->sh_name);
}

size_t pg_object_symbols(const struct pg_object *object)
{
	return object->symbols.size / sizeof(Elf64_Sym);
}

struct pg_symbol pg_object_symbol(const struct pg_object *object, size_t index)
{
	const uint8_t *at = object->symbols.data + index * sizeof(Elf64_Sym);
	const bool big = object->big;

	return (struct pg_symbol){
		.name = string_at(object->strings, FIELD32(Elf64_Sym, st_name)),
		.bind = ELF64_ST_BIND(at[offsetof(Elf64_Sym, st_info)]),
		.type = ELF64_ST_TYPE(at[offsetof(Elf64_Sym, st_info)]),
		.section = FIELD16(Elf64_Sym, st_shndx),
		.value = FIELD64(Elf64_Sym, st_value),
		.size = FIELD64(Elf64_Sym, st_size),
	};
}

bool pg_object_find(const struct pg_object *object, const char *name,
		    struct pg_symbol *out)
{
	const size_t count = pg_object_symbols(object);

	for (size_t i = 0; i < count; i++) {
		const struct pg_symbol symbol = pg_object_symbol(object, i);

		if (symbol.bind == STB_GLOBAL && !strcmp(symbol.name, name)) {
			*out = symbol;
			return true;
		}
	}
	return false;
}
