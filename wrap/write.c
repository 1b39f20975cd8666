/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "wrap/wrapping.h"

#define STRINGS_MAX 2048

bool pg_linked_find(const struct pg_object *linked, const char *name,
		    struct pg_symbol *out)
{
	unsigned found = 0;

	if (pg_object_find(linked, name, out))
		return true;
	for (size_t i = 0; i < pg_object_symbols(linked); i++) {
		const struct pg_symbol symbol = pg_object_symbol(linked, i);

		if (strcmp(symbol.name, name) != 0)
			continue;
		*out = symbol;
		found++;
	}
	return found == 1;
}

/* The object, piece by piece. */
struct output {
	uint8_t *data;
	uint64_t bytes;
	bool big;
};

static size_t section_of(const struct pg_wrapping *w, uint64_t address)
{
	for (size_t i = 0; i < w->count; i++)
		if (address - w->sections[i].address < w->sections[i].bytes)
			return i + 1;
	/* The end of the last variable's section (stack_end). */
	for (size_t i = 0; i < w->count; i++)
		if (address - w->sections[i].address == w->sections[i].bytes)
			return i + 1;
	return SHN_UNDEF;
}

static enum pg_status write_symbol(const struct pg_wrapping *w,
				   const struct output *o, uint64_t at,
				   const struct pg_symbol_rule *rule,
				   uint32_t name, struct pg_error *error)
{
	struct pg_symbol symbol;
	size_t section;

	if (!pg_linked_find(&w->linked, rule->name, &symbol))
		return pg_fail(error, PG_E_FORMAT,
			       "linked purgatory: it has no symbol %s (%s); "
			       "add it in dropin/",
			       rule->name, rule->use);
	section = section_of(w, symbol.value);
	if (section == SHN_UNDEF ||
	    (rule->bytes != 0 && symbol.size != rule->bytes))
		return pg_fail(error, PG_E_CORRUPT,
			       "linked purgatory: %s at 0x%llx has %llu bytes "
			       "and not %u; mend it in dropin/",
			       rule->name, (unsigned long long)symbol.value,
			       (unsigned long long)symbol.size, rule->bytes);
	pg_store32(o->big, o->data + at + offsetof(Elf64_Sym, st_name), name);
	o->data[at + offsetof(Elf64_Sym, st_info)] = ELF64_ST_INFO(
		STB_GLOBAL, rule->bytes ? STT_OBJECT : STT_NOTYPE);
	pg_store16(o->big, o->data + at + offsetof(Elf64_Sym, st_shndx),
		   (uint16_t)section);
	pg_store64(o->big, o->data + at + offsetof(Elf64_Sym, st_value),
		   symbol.value - w->sections[section - 1].address);
	pg_store64(o->big, o->data + at + offsetof(Elf64_Sym, st_size),
		   rule->bytes);
	return PG_OK;
}

static void write_section(const struct output *o, uint64_t at,
			  const Elf64_Shdr *s)
{
	uint8_t *to = o->data + at;

	pg_store32(o->big, to + offsetof(Elf64_Shdr, sh_name), s->sh_name);
	pg_store32(o->big, to + offsetof(Elf64_Shdr, sh_type), s->sh_type);
	pg_store64(o->big, to + offsetof(Elf64_Shdr, sh_flags), s->sh_flags);
	pg_store64(o->big, to + offsetof(Elf64_Shdr, sh_addr), s->sh_addr);
	pg_store64(o->big, to + offsetof(Elf64_Shdr, sh_offset), s->sh_offset);
	pg_store64(o->big, to + offsetof(Elf64_Shdr, sh_size), s->sh_size);
	pg_store32(o->big, to + offsetof(Elf64_Shdr, sh_link), s->sh_link);
	pg_store32(o->big, to + offsetof(Elf64_Shdr, sh_info), s->sh_info);
	pg_store64(o->big, to + offsetof(Elf64_Shdr, sh_addralign),
		   s->sh_addralign);
	pg_store64(o->big, to + offsetof(Elf64_Shdr, sh_entsize),
		   s->sh_entsize);
}

static uint32_t add_string(uint8_t strings[STRINGS_MAX], uint32_t *used,
			   const char *text)
{
	const uint32_t at = *used;

	memcpy(strings + at, text, strlen(text) + 1);
	*used += (uint32_t)strlen(text) + 1;
	return at;
}

enum pg_status pg_wrap_write(const struct pg_wrapping *w, const char *path,
			     struct pg_error *error)
{
	uint8_t strings[STRINGS_MAX] = {0};
	struct output o = {.big = w->big};
	const bool first = w->entry < w->sections[0].bytes;
	const size_t symtab = w->count + 1, sections = w->count + 3;
	uint64_t content = sizeof(Elf64_Ehdr), symbols_at, strings_at, table_at;
	uint32_t used = 1, symbol_count = 1;
	enum pg_status status = PG_OK;

	while (pg_symbol_rule(w->loader, w->linked.arch, symbol_count - 1))
		symbol_count++;
	symbols_at = pg_wrap_align(content + w->image_bytes, 8);
	strings_at = symbols_at + symbol_count * sizeof(Elf64_Sym);
	table_at = strings_at + STRINGS_MAX;
	o.bytes = table_at + sections * sizeof(Elf64_Shdr);
	o.data = calloc(1, o.bytes);
	if (o.data == NULL)
		return pg_fail(error, PG_E_NO_MEMORY, "%s: no memory", path);
	memcpy(o.data + content, w->image, w->image_bytes);
	for (uint32_t i = 1; status == PG_OK && i < symbol_count; i++) {
		const struct pg_symbol_rule *rule =
			pg_symbol_rule(w->loader, w->linked.arch, i - 1);

		status = write_symbol(
			w, &o, symbols_at + i * sizeof(Elf64_Sym), rule,
			add_string(strings, &used, rule->name), error);
	}
	for (size_t i = 0; i < w->count; i++) {
		const struct pg_wrap_section *s = &w->sections[i];
		const Elf64_Shdr header = {
			.sh_name = add_string(strings, &used, s->name),
			.sh_type = s->type,
			.sh_flags = s->flags,
			/* Where the entry's section is not the first one. */
			.sh_addr = first ? 0 : s->address,
			.sh_offset = content + s->address,
			.sh_size = s->bytes,
			.sh_addralign = s->alignment};

		write_section(&o, table_at + (i + 1) * sizeof(header), &header);
	}
	write_section(&o, table_at + symtab * sizeof(Elf64_Shdr),
		      &(const Elf64_Shdr){
			      .sh_name = add_string(strings, &used, ".symtab"),
			      .sh_type = SHT_SYMTAB,
			      .sh_offset = symbols_at,
			      .sh_size = symbol_count * sizeof(Elf64_Sym),
			      .sh_link = (uint32_t)symtab + 1,
			      .sh_info = 1,
			      .sh_addralign = 8,
			      .sh_entsize = sizeof(Elf64_Sym)});
	write_section(&o, table_at + (symtab + 1) * sizeof(Elf64_Shdr),
		      &(const Elf64_Shdr){
			      .sh_name = add_string(strings, &used, ".strtab"),
			      .sh_type = SHT_STRTAB,
			      .sh_offset = strings_at,
			      .sh_size = STRINGS_MAX,
			      .sh_addralign = 1});
	memcpy(o.data + strings_at, strings, used);
	memcpy(o.data, w->linked.file.data, EI_NIDENT);
	o.data[EI_OSABI] = ELFOSABI_NONE;
	o.data[EI_DATA] = o.big ? ELFDATA2MSB : ELFDATA2LSB;
	pg_store16(o.big, o.data + offsetof(Elf64_Ehdr, e_type), ET_REL);
	pg_store16(o.big, o.data + offsetof(Elf64_Ehdr, e_machine),
		   w->linked.machine);
	pg_store32(o.big, o.data + offsetof(Elf64_Ehdr, e_version), EV_CURRENT);
	pg_store64(o.big, o.data + offsetof(Elf64_Ehdr, e_entry), w->entry);
	pg_store64(o.big, o.data + offsetof(Elf64_Ehdr, e_shoff), table_at);
	pg_store32(
		o.big, o.data + offsetof(Elf64_Ehdr, e_flags),
		pg_load32(w->linked.big,
			  w->linked.file.data + offsetof(Elf64_Ehdr, e_flags)));
	pg_store16(o.big, o.data + offsetof(Elf64_Ehdr, e_ehsize),
		   sizeof(Elf64_Ehdr));
	pg_store16(o.big, o.data + offsetof(Elf64_Ehdr, e_shentsize),
		   sizeof(Elf64_Shdr));
	pg_store16(o.big, o.data + offsetof(Elf64_Ehdr, e_shnum),
		   (uint16_t)sections);
	pg_store16(o.big, o.data + offsetof(Elf64_Ehdr, e_shstrndx),
		   (uint16_t)symtab + 1);
	if (status == PG_OK)
		status = pg_file_write(path, (struct pg_bytes){o.data, o.bytes},
				       0644, error);
	free(o.data);
	return status;
}
