/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Seeds for the readers of purgatory objects and of programs with one inside:
 * each object of this build; and small ones, which have all that a loader looks
 * for and no code, since many short inputs show more than few long ones.
 */
#include "tests/unit/synthetic.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/fuzz/seeds.h"
#include "wrap/rules.h"

#define OBJECT_BYTES_MAX 4096
#define CONTENT_AT	 sizeof(Elf64_Ehdr)
#define RUN_AT_LOAD	 0x5c /* a kernel's, in purgatory_start */
#define PROGRAM_HEADERS	 2
#define INSIDE_AT \
	((sizeof(Elf64_Ehdr) + PROGRAM_HEADERS * sizeof(Elf64_Phdr) + 7) & ~7u)

enum {
	NONE,
	TEXT,
	TOC,
	SYMTAB,
	STRTAB,
	SECTIONS
};

struct object {
	uint8_t data[OBJECT_BYTES_MAX];
	size_t bytes;
	bool big;
};

static void put_section(struct object *o, size_t table, unsigned index,
			const Elf64_Shdr *s)
{
	uint8_t *to = o->data + table + index * sizeof(*s);

	pg_store32(o->big, to + offsetof(Elf64_Shdr, sh_name), s->sh_name);
	pg_store32(o->big, to + offsetof(Elf64_Shdr, sh_type), s->sh_type);
	pg_store64(o->big, to + offsetof(Elf64_Shdr, sh_flags), s->sh_flags);
	pg_store64(o->big, to + offsetof(Elf64_Shdr, sh_offset), s->sh_offset);
	pg_store64(o->big, to + offsetof(Elf64_Shdr, sh_size), s->sh_size);
	pg_store32(o->big, to + offsetof(Elf64_Shdr, sh_link), s->sh_link);
	pg_store64(o->big, to + offsetof(Elf64_Shdr, sh_addralign), 8);
}

static void put_symbol(struct object *o, size_t at, size_t name,
		       const struct pg_symbol_rule *rule, uint64_t value)
{
	uint8_t *to = o->data + at;

	pg_store32(o->big, to + offsetof(Elf64_Sym, st_name), (uint32_t)name);
	to[offsetof(Elf64_Sym, st_info)] =
		ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
	pg_store16(o->big, to + offsetof(Elf64_Sym, st_shndx), TEXT);
	pg_store64(o->big, to + offsetof(Elf64_Sym, st_value), value);
	pg_store64(o->big, to + offsetof(Elf64_Sym, st_size), rule->bytes);
}

static void put_header(struct object *o, uint16_t type, uint16_t machine)
{
	memcpy(o->data, ELFMAG, SELFMAG);
	o->data[EI_CLASS] = ELFCLASS64;
	o->data[EI_DATA] = o->big ? ELFDATA2MSB : ELFDATA2LSB;
	o->data[EI_VERSION] = EV_CURRENT;
	pg_store16(o->big, o->data + offsetof(Elf64_Ehdr, e_type), type);
	pg_store16(o->big, o->data + offsetof(Elf64_Ehdr, e_machine), machine);
}

/* All symbols lie in .text, where the rules want them. */
static void make_object(struct object *o, enum pg_loader loader, uint32_t arch,
			bool big)
{
	const struct pg_symbol_rule *rule;
	size_t count = 1, content = 8, names = 1, symtab, strtab, table;
	size_t value = 0, text;

	*o = (struct object){.big = big};
	for (; (rule = pg_symbol_rule(loader, arch, count - 1)); count++)
		content += (rule->bytes + 7) & ~7u;
	text = content;
	symtab = CONTENT_AT + content + 8; /* .toc's */
	strtab = symtab + count * sizeof(Elf64_Sym);
	for (size_t i = 1; i < count; i++) {
		rule = pg_symbol_rule(loader, arch, i - 1);
		put_symbol(o, symtab + i * sizeof(Elf64_Sym), names, rule,
			   strcmp(rule->name, "run_at_load") == 0 ? RUN_AT_LOAD
								  : value);
		value += (rule->bytes + 7) & ~7u;
		strcpy((char *)o->data + strtab + names, rule->name);
		names += strlen(rule->name) + 1;
	}
	strcpy((char *)o->data + strtab + names, ".toc");
	table = (strtab + names + 5 + 7) & ~(size_t)7;
	put_header(o, ET_REL, pg_arch_machine(arch));
	pg_store64(big, o->data + offsetof(Elf64_Ehdr, e_shoff), table);
	pg_store16(big, o->data + offsetof(Elf64_Ehdr, e_shentsize),
		   sizeof(Elf64_Shdr));
	pg_store16(big, o->data + offsetof(Elf64_Ehdr, e_shnum), SECTIONS);
	pg_store16(big, o->data + offsetof(Elf64_Ehdr, e_shstrndx), STRTAB);
	put_section(o, table, TEXT,
		    &(Elf64_Shdr){.sh_type = SHT_PROGBITS,
				  .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
				  .sh_offset = CONTENT_AT,
				  .sh_size = text});
	put_section(o, table, TOC,
		    &(Elf64_Shdr){.sh_name = (uint32_t)names,
				  .sh_type = SHT_PROGBITS,
				  .sh_flags = SHF_ALLOC | SHF_WRITE,
				  .sh_offset = CONTENT_AT + content,
				  .sh_size = 8});
	put_section(o, table, SYMTAB,
		    &(Elf64_Shdr){.sh_type = SHT_SYMTAB,
				  .sh_offset = symtab,
				  .sh_size = count * sizeof(Elf64_Sym),
				  .sh_link = STRTAB});
	put_section(o, table, STRTAB,
		    &(Elf64_Shdr){.sh_type = SHT_STRTAB,
				  .sh_offset = strtab,
				  .sh_size = names + 5});
	o->bytes = table + SECTIONS * sizeof(Elf64_Shdr);
	assert_true(o->bytes <= OBJECT_BYTES_MAX);
}

/* A program of one segment and a note, with @inside in it and its length
 * behind. In malloc(3) memory. */
static struct pg_bytes make_program(struct pg_bytes inside)
{
	const bool big = inside.data[EI_DATA] == ELFDATA2MSB;
	const size_t length_at = (INSIDE_AT + inside.size + 7) & ~(size_t)7;
	const size_t bytes = length_at + 8;
	uint8_t *data = calloc(1, bytes);
	struct object head = {.big = big};
	uint8_t *load = data + sizeof(Elf64_Ehdr);

	assert_non_null(data);
	put_header(
		&head, ET_EXEC,
		pg_load16(big, inside.data + offsetof(Elf64_Ehdr, e_machine)));
	memcpy(data, head.data, sizeof(Elf64_Ehdr));
	pg_store64(big, data + offsetof(Elf64_Ehdr, e_phoff),
		   sizeof(Elf64_Ehdr));
	pg_store16(big, data + offsetof(Elf64_Ehdr, e_phentsize),
		   sizeof(Elf64_Phdr));
	pg_store16(big, data + offsetof(Elf64_Ehdr, e_phnum), PROGRAM_HEADERS);
	put_phdr(big, load, 0, 0x400000, bytes, bytes);
	pg_store32(big, load + offsetof(Elf64_Phdr, p_flags), PF_R | PF_W);
	pg_store64(big, load + offsetof(Elf64_Phdr, p_align), 4096);
	put_phdr(big, load + sizeof(Elf64_Phdr), 0, 0x400000, 16, 16);
	pg_store32(big, load + sizeof(Elf64_Phdr), PT_NOTE);
	memcpy(data + INSIDE_AT, inside.data, inside.size);
	pg_store64(big, data + length_at, inside.size);
	return (struct pg_bytes){data, bytes};
}

/* As fuzz_retrofit.c takes it. */
static void put_pair(const char *name, struct pg_bytes program,
		     struct pg_bytes object)
{
	const size_t bytes = 4 + program.size + object.size;
	uint8_t *all = malloc(bytes);

	assert_non_null(all);
	pg_store_le32(all, (uint32_t)program.size);
	memcpy(all + 4, program.data, program.size);
	memcpy(all + 4 + program.size, object.data, object.size);
	put("retrofit", name, (struct pg_bytes){all, bytes});
	free(all);
}

/* @object takes the place of itself; once more in what came of that. It works,
 * or the seed is none. */
static void put_retrofits(const char *name, struct pg_bytes object)
{
	const struct pg_bytes program = make_program(object);
	struct pg_error error;
	struct pg_bytes ours;
	char again[64];

	snprintf(again, sizeof(again), "%s-ours", name);
	expect_ok(pg_retrofit(program, object, scratch(), &error), &error);
	ours = must_map(scratch());
	put_pair(name, program, object);
	put_pair(again, ours, object);
	put_behind("lint", again, 1, 0, ours);
	pg_file_unmap(&ours);
	unlink(scratch());
	free((void *)(uintptr_t)program.data);
}

static void put_small(enum pg_loader loader, uint32_t arch, bool big)
{
	struct object object;
	char name[64];

	snprintf(name, sizeof(name), "small-%s-%u%s",
		 loader == PG_LOADER_LINUX ? "linux" : "kexec", arch,
		 big ? "-be" : "");
	make_object(&object, loader, arch, big);
	put_behind("lint", name, 1, loader == PG_LOADER_LINUX,
		   (struct pg_bytes){object.data, object.bytes});
	if (loader == PG_LOADER_KEXEC_TOOLS)
		put_retrofits(name,
			      (struct pg_bytes){object.data, object.bytes});
}

void seed_objects(void)
{
	/* mk/fuzz.mk sees to it that they are there. */
	static const char *const built[] = {
		"x86_64/kexec-tools.ro", "x86_64/linux.ro",
		"arm64/kexec-tools.ro",	 "ppc64/kexec-tools.ro",
		"ppc64/linux.ro",	 "ppc64/kexec-tools-be.ro",
		"ppc64/linux-be.ro",	 "s390x/kexec-tools.ro",
		"s390x/linux.ro"};

	for (size_t i = 0; i < sizeof(built) / sizeof(built[0]); i++) {
		const bool linux_one = strstr(built[i], "/linux") != NULL;
		char path[128], name[64];
		struct pg_bytes object;

		snprintf(path, sizeof(path), "build/%s", built[i]);
		snprintf(name, sizeof(name), "%s", built[i]);
		*strchr(name, '/') = '-';
		object = must_map(path);
		put_behind("lint", name, 1, linux_one, object);
		if (strncmp(built[i], "s390x/kexec", 11) == 0)
			put_retrofits(name, object);
		pg_file_unmap(&object);
	}
	for (uint32_t arch = PG_ARCH_X86_64; arch <= PG_ARCH_S390X; arch++) {
		put_small(PG_LOADER_KEXEC_TOOLS, arch,
			  pg_arch_big_endian(arch));
		if (pg_loader_has(PG_LOADER_LINUX, arch))
			put_small(PG_LOADER_LINUX, arch,
				  pg_arch_big_endian(arch));
	}
	put_small(PG_LOADER_KEXEC_TOOLS, PG_ARCH_PPC64, true);
}
