/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "wrap/lint.h"
#include "wrap/rules.h"

/* Lines about one section's relocations: more of them say nothing new. */
#define LINES_MOST 4

struct table {
	const char *name; /* of the section that it changes */
	Elf64_Shdr target;
	size_t entry_bytes;
	unsigned lines;
};

static bool full(struct table *table)
{
	return ++table->lines > LINES_MOST;
}

static bool takes_undefined(const struct pg_lint *lint,
			    const struct pg_symbol *symbol)
{
	/* Index 0 stands for no symbol; the loader of ppc64 makes .TOC. */
	return symbol->name[0] == '\0' ||
	       (lint->object.arch == PG_ARCH_PPC64 &&
		lint->loader == PG_LOADER_KEXEC_TOOLS &&
		strcmp(symbol->name, ".TOC.") == 0);
}

static void lint_target(struct pg_lint *lint, struct table *table,
			const struct pg_symbol *symbol)
{
	const struct pg_object *object = &lint->object;

	if (symbol->section == SHN_UNDEF && !takes_undefined(lint, symbol)) {
		if (!full(table))
			pg_lint_find(lint,
				     "symbol %s is not defined, and section "
				     "%s refers to it: it is not linked with "
				     "anything; define it",
				     symbol->name, table->name);
	} else if (symbol->section == SHN_COMMON) {
		if (!full(table))
			pg_lint_find(lint,
				     "symbol %s is common, and section %s "
				     "refers to it: compile with -fno-common",
				     symbol->name, table->name);
	} else if (symbol->section >= object->shnum &&
		   symbol->section != SHN_ABS) {
		if (!full(table))
			pg_lint_find(lint,
				     "symbol %s is in section %u, which is not "
				     "there",
				     symbol->name, symbol->section);
	}
}

static void lint_one(struct pg_lint *lint, struct table *table,
		     const uint8_t *at)
{
	const struct pg_object *object = &lint->object;
	const uint64_t info =
		pg_load64(object->big, at + offsetof(Elf64_Rela, r_info));
	const uint64_t offset =
		pg_load64(object->big, at + offsetof(Elf64_Rela, r_offset));
	const uint32_t type = (uint32_t)ELF64_R_TYPE(info);
	struct pg_symbol symbol;

	if (!pg_loader_relocates(lint->loader, object->arch, type) &&
	    !full(table))
		pg_lint_find(lint,
			     "relocation type %u in section %s at 0x%" PRIx64
			     ": the loader does not know it; compile with "
			     "-fvisibility=hidden and without a GOT, or link "
			     "it fully",
			     type, table->name, offset);
	if (offset >= table->target.sh_size && !full(table))
		pg_lint_find(lint,
			     "a relocation at 0x%" PRIx64 " leaves section %s, "
			     "which has 0x%" PRIx64 " bytes",
			     offset, table->name, table->target.sh_size);
	if (ELF64_R_SYM(info) >= pg_object_symbols(object)) {
		if (!full(table))
			pg_lint_find(lint,
				     "a relocation at 0x%" PRIx64 " in section "
				     "%s names symbol %" PRIu64
				     ", which is not there",
				     offset, table->name,
				     (uint64_t)ELF64_R_SYM(info));
		return;
	}
	symbol = pg_object_symbol(object, ELF64_R_SYM(info));
	lint_target(lint, table, &symbol);
}

static void lint_table(struct pg_lint *lint, const Elf64_Shdr *section)
{
	const struct pg_object *object = &lint->object;
	const struct pg_bytes content = pg_object_content(object, section);
	struct table table = {.entry_bytes = section->sh_type == SHT_RELA
						     ? sizeof(Elf64_Rela)
						     : sizeof(Elf64_Rel)};
	const char *name = pg_object_name(object, section);

	if (section->sh_info >= object->shnum) {
		pg_lint_find(lint,
			     "section %s changes section %u, which is not "
			     "there",
			     name, section->sh_info);
		return;
	}
	table.target = pg_object_section(object, section->sh_info);
	table.name = pg_object_name(object, &table.target);
	if (!(table.target.sh_flags & SHF_ALLOC) || content.size == 0)
		return;
	if (table.target.sh_type == SHT_NOBITS)
		pg_lint_find(lint,
			     "section %s has relocations but no bytes in the "
			     "file: the loader would write through a null "
			     "pointer",
			     table.name);
	/* Linux applies the kind that its architecture has: all but i386 have
	 * an addend; ppc64 has none at all. */
	if (lint->loader == PG_LOADER_LINUX &&
	    (section->sh_type == SHT_REL || object->arch == PG_ARCH_PPC64)) {
		pg_lint_find(lint,
			     "section %s has relocations in %s: Linux applies "
			     "none of that kind on this architecture; link it "
			     "fully",
			     table.name, name);
		return;
	}
	for (size_t at = 0; content.size - at >= table.entry_bytes;
	     at += table.entry_bytes)
		lint_one(lint, &table, content.data + at);
	if (table.lines > LINES_MOST)
		pg_lint_find(lint, "section %s: %u more of such relocations",
			     table.name, table.lines - LINES_MOST);
}

void pg_lint_relocations(struct pg_lint *lint)
{
	for (size_t i = 1; i < lint->object.shnum; i++) {
		const Elf64_Shdr section = pg_object_section(&lint->object, i);

		if (section.sh_type == SHT_RELA || section.sh_type == SHT_REL)
			lint_table(lint, &section);
	}
}
