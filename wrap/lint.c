/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Would a loader take this purgatory? Every reason why not is one line, and all
 * are looked for. Loaders themselves stop at the first, if they see it at all:
 * some reasons are crashes later on.
 */
#include "wrap/lint.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "purgatorio/range.h"
#include "wrap/rules.h"

void pg_lint_find(struct pg_lint *lint, const char *format, ...)
{
	va_list arguments;
	char text[400];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	/* Names come from the file. */
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	fprintf(lint->to, "%s\n", text);
	lint->findings++;
}

static bool big_endian_expected(const struct pg_object *object)
{
	/* ppc64 has kernels, and so loaders, of both. */
	return object->arch == PG_ARCH_PPC64 ? object->big
					     : pg_arch_big_endian(object->arch);
}

static void lint_header(struct pg_lint *lint)
{
	const struct pg_object *object = &lint->object;

	if (object->type != ET_REL)
		pg_lint_find(lint,
			     "e_type is %u and not ET_REL: only relocatable "
			     "objects are loaded; link with -r or wrap it",
			     object->type);
	if (object->big != big_endian_expected(object))
		pg_lint_find(lint, "the byte order is not this machine's: "
				   "compile for the right one");
	if (object->symtab == 0 || pg_object_symbols(object) == 0)
		pg_lint_find(lint, "there is no symbol table: nothing can be "
				   "set; strip less");
}

static bool power_of_two(uint64_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

static void lint_section(struct pg_lint *lint, const Elf64_Shdr *section,
			 const char *name)
{
	const bool in_file =
		section->sh_type != SHT_NOBITS && section->sh_type != SHT_NULL;

	if (in_file && section->sh_size != 0 &&
	    pg_object_content(&lint->object, section).size == 0)
		pg_lint_find(lint,
			     "section %s: 0x%" PRIx64 " bytes at 0x%" PRIx64
			     " leave the file; make or copy it again",
			     name, section->sh_size, section->sh_offset);
	if (!(section->sh_flags & SHF_ALLOC))
		return;
	if (!power_of_two(section->sh_addralign))
		pg_lint_find(lint,
			     "section %s: alignment %" PRIu64
			     " is no power of two: the loader's rounding "
			     "would place it anywhere",
			     name, section->sh_addralign);
	if (section->sh_flags & SHF_TLS)
		pg_lint_find(lint,
			     "section %s: thread-local storage has no thread "
			     "here; use plain variables",
			     name);
	if (section->sh_flags & SHF_COMPRESSED)
		pg_lint_find(lint,
			     "section %s: it is compressed, and nobody "
			     "unpacks it",
			     name);
	if ((section->sh_type == SHT_INIT_ARRAY ||
	     section->sh_type == SHT_FINI_ARRAY) &&
	    section->sh_size != 0)
		pg_lint_find(lint,
			     "section %s: constructors, which nobody calls",
			     name);
}

/* What the loader adds up. */
static uint64_t memory_bytes(const struct pg_object *object)
{
	uint64_t bytes[2] = {0, 0}, most = 1;

	for (size_t i = 1; i < object->shnum; i++) {
		const Elf64_Shdr s = pg_object_section(object, i);
		const bool zeroed = s.sh_type == SHT_NOBITS;

		if (!(s.sh_flags & SHF_ALLOC) || !power_of_two(s.sh_addralign))
			continue;
		if (zeroed && s.sh_addralign > most)
			most = s.sh_addralign;
		if (!pg_align_up(bytes[zeroed], s.sh_addralign,
				 &bytes[zeroed]) ||
		    s.sh_size > UINT32_MAX)
			return UINT64_MAX;
		bytes[zeroed] += s.sh_size;
	}
	if (!pg_align_up(bytes[0], most, &bytes[0]))
		return UINT64_MAX;
	return bytes[0] + bytes[1];
}

static void lint_sections(struct pg_lint *lint)
{
	const struct pg_object *object = &lint->object;
	const uint64_t limit = pg_loader_bytes_max(lint->loader, object->arch);
	const uint64_t bytes = memory_bytes(object);
	bool code = false, toc = false;

	for (size_t i = 1; i < object->shnum; i++) {
		const Elf64_Shdr s = pg_object_section(object, i);
		const char *name = pg_object_name(object, &s);

		lint_section(lint, &s, name);
		if (!(s.sh_flags & SHF_ALLOC))
			continue;
		code |= (s.sh_flags & SHF_EXECINSTR) != 0;
		toc |= strcmp(name, ".toc") == 0 && s.sh_size != 0;
	}
	if (!code)
		pg_lint_find(lint, "no section is executable: there is no "
				   "entry");
	if (bytes >= UINT32_MAX)
		pg_lint_find(lint, "its sections have no sane size");
	if (limit != 0 && bytes > limit)
		pg_lint_find(lint,
			     "it needs %" PRIu64 " bytes of memory, and the "
			     "loader has room for %" PRIu64 "; make it smaller",
			     bytes, limit);
	if (object->arch == PG_ARCH_PPC64 &&
	    lint->loader == PG_LOADER_KEXEC_TOOLS && !toc)
		pg_lint_find(lint, "no section .toc: kexec-tools takes its "
				   "address even where nothing needs it; add "
				   "one that is not empty");
}

enum pg_status pg_lint(struct pg_bytes object, enum pg_loader loader, FILE *to,
		       size_t *findings, struct pg_error *error)
{
	struct pg_lint lint = {.loader = loader, .to = to};
	enum pg_status status =
		pg_object_open(object, "purgatory", &lint.object, error);

	if (status != PG_OK)
		return status;
	if (lint.object.arch == 0 || !pg_loader_has(loader, lint.object.arch)) {
		pg_lint_find(&lint,
			     "e_machine is %u: the loader has no purgatory for "
			     "such a machine",
			     lint.object.machine);
	} else {
		lint_header(&lint);
		lint_sections(&lint);
		pg_lint_symbols(&lint);
		pg_lint_relocations(&lint);
	}
	*findings = lint.findings;
	return PG_OK;
}
