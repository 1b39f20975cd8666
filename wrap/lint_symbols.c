/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "wrap/lint.h"
#include "wrap/rules.h"

/* kexec/arch/ppc64/kexec-elf-ppc64.c writes the kernel's own head over
 * purgatory_start, but for run_at_load, which is part of it. */
#define RUN_AT_LOAD 0x5c

static bool in_section(const struct pg_object *object,
		       const struct pg_symbol *symbol)
{
	return symbol->section != SHN_UNDEF && symbol->section < object->shnum;
}

static void lint_binding(struct pg_lint *lint,
			 const struct pg_symbol_rule *rule)
{
	const struct pg_object *object = &lint->object;

	for (size_t i = 0; i < pg_object_symbols(object); i++)
		if (strcmp(pg_object_symbol(object, i).name, rule->name) == 0) {
			pg_lint_find(lint,
				     "symbol %s (%s) is not global: it would "
				     "not be found; do not hide it",
				     rule->name, rule->use);
			return;
		}
	pg_lint_find(lint, "symbol %s (%s) is missing", rule->name, rule->use);
}

static void lint_place(struct pg_lint *lint, const struct pg_symbol_rule *rule,
		       const struct pg_symbol *symbol)
{
	const Elf64_Shdr section =
		pg_object_section(&lint->object, symbol->section);
	const char *name = pg_object_name(&lint->object, &section);

	if (!(section.sh_flags & SHF_ALLOC))
		pg_lint_find(lint,
			     "symbol %s (%s) is in section %s, which is not "
			     "loaded",
			     rule->name, rule->use, name);
	if (rule->bytes != 0 && symbol->size != rule->bytes)
		pg_lint_find(lint,
			     "symbol %s (%s) has %" PRIu64 " bytes and not %u",
			     rule->name, rule->use, symbol->size, rule->bytes);
	if (rule->bytes != 0 && section.sh_type == SHT_NOBITS)
		pg_lint_find(lint,
			     "symbol %s (%s) is in section %s, which has no "
			     "bytes in the file: it cannot be set; give it a "
			     "section of its own",
			     rule->name, rule->use, name);
	if (symbol->value > section.sh_size ||
	    rule->bytes > section.sh_size - symbol->value)
		pg_lint_find(lint,
			     "symbol %s (%s) at 0x%" PRIx64 " leaves section "
			     "%s, which has 0x%" PRIx64 " bytes",
			     rule->name, rule->use, symbol->value, name,
			     section.sh_size);
}

static void lint_rule(struct pg_lint *lint, const struct pg_symbol_rule *rule)
{
	const struct pg_object *object = &lint->object;
	struct pg_symbol symbol;
	unsigned count = 0;

	if (!pg_object_find(object, rule->name, &symbol)) {
		lint_binding(lint, rule);
		return;
	}
	for (size_t i = 0; i < pg_object_symbols(object); i++) {
		const struct pg_symbol other = pg_object_symbol(object, i);

		count += other.bind == STB_GLOBAL &&
			 strcmp(other.name, rule->name) == 0;
	}
	if (count > 1)
		pg_lint_find(lint,
			     "symbol %s (%s) is there %u times: the loader "
			     "sets the first",
			     rule->name, rule->use, count);
	if (symbol.section == SHN_UNDEF)
		pg_lint_find(lint, "symbol %s (%s) is not defined", rule->name,
			     rule->use);
	else if (symbol.section == SHN_COMMON)
		pg_lint_find(lint,
			     "symbol %s (%s) is common: compile with "
			     "-fno-common",
			     rule->name, rule->use);
	else if (!in_section(object, &symbol))
		pg_lint_find(lint,
			     "symbol %s (%s) is absolute or in a section that "
			     "is not there",
			     rule->name, rule->use);
	else
		lint_place(lint, rule, &symbol);
}

/* An executable section has the entry: the loader takes the first one in whose
 * addresses it lies, and else the number as it is. */
static void lint_entry(struct pg_lint *lint)
{
	const struct pg_object *object = &lint->object;
	struct pg_symbol start;

	for (size_t i = 1; i < object->shnum; i++) {
		const Elf64_Shdr s = pg_object_section(object, i);

		if (!(s.sh_flags & SHF_ALLOC) ||
		    !(s.sh_flags & SHF_EXECINSTR) ||
		    s.sh_addr > object->entry ||
		    object->entry - s.sh_addr >= s.sh_size)
			continue;
		if (pg_object_find(object, "purgatory_start", &start) &&
		    in_section(object, &start) &&
		    (start.section != i ||
		     start.value != object->entry - s.sh_addr) &&
		    lint->loader == PG_LOADER_KEXEC_TOOLS &&
		    (object->arch == PG_ARCH_X86_64 ||
		     object->arch == PG_ARCH_PPC64))
			pg_lint_find(lint,
				     "e_entry 0x%" PRIx64 " is not "
				     "purgatory_start, and the loader enters "
				     "at e_entry; link with -e purgatory_start",
				     object->entry);
		return;
	}
	pg_lint_find(lint,
		     "e_entry 0x%" PRIx64 " lies in no executable section; "
		     "link with -e purgatory_start",
		     object->entry);
}

static void lint_head(struct pg_lint *lint)
{
	const struct pg_object *object = &lint->object;
	struct pg_symbol start, flag;

	if (!pg_object_find(object, "purgatory_start", &start) ||
	    !pg_object_find(object, "run_at_load", &flag))
		return;
	if (flag.section != start.section ||
	    flag.value - start.value != RUN_AT_LOAD)
		pg_lint_find(lint,
			     "run_at_load is not 0x%x behind purgatory_start, "
			     "where a kernel has it",
			     RUN_AT_LOAD);
}

void pg_lint_symbols(struct pg_lint *lint)
{
	const struct pg_object *object = &lint->object;
	const struct pg_symbol_rule *rule;

	for (size_t i = 0;
	     (rule = pg_symbol_rule(lint->loader, object->arch, i)) != NULL;
	     i++)
		lint_rule(lint, rule);
	lint_entry(lint);
	if (object->arch == PG_ARCH_PPC64)
		lint_head(lint);
}
