/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The linked image as a relocatable object without relocations. Each PT_LOAD
 * becomes a section of just the size that puts the next one where it was
 * linked: loaders pack sections in the order of their headers, and zeroed
 * memory behind all others. Everything in it is relative to itself, so that it
 * is right wherever it is put.
 */
#include <stdlib.h>
#include <string.h>

#include "pack/formats/kernel_formats.h"
#include "purgatorio/sha256.h"
#include "wrap/wrapping.h"

#define FIRST_ALIGN 4096 /* the image's */
#define SEAL	    "pg_dropin_seal"
#define TOC_BYTES   256

static enum pg_status add_section(struct pg_wrapping *w, const char *name,
				  uint32_t type, uint64_t flags,
				  uint64_t address, uint64_t bytes,
				  struct pg_error *error)
{
	uint64_t alignment = FIRST_ALIGN;

	if (w->count == SECTIONS_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "linked purgatory: more than %u sections; link "
			       "it by purgatory.ld",
			       SECTIONS_MAX);
	while (address % alignment != 0)
		alignment /= 2;
	w->sections[w->count++] = (struct pg_wrap_section){
		name, type, flags | SHF_ALLOC, address, bytes, alignment};
	return PG_OK;
}

/* kexec-tools takes the address of a section ".toc" on ppc64, which it wants
 * not to be empty: the end of what is zero anyway. */
static enum pg_status add_toc(struct pg_wrapping *w, uint64_t used,
			      struct pg_error *error)
{
	struct pg_wrap_section *last = &w->sections[w->count - 1];
	const uint64_t end = last->address + last->bytes;

	if (end % TOC_BYTES != 0 || end - used < TOC_BYTES)
		return pg_fail(error, PG_E_NO_SPACE,
			       "linked purgatory: no %u zeros in front of its "
			       "zeroed memory for .toc; align that",
			       TOC_BYTES);
	last->bytes -= TOC_BYTES;
	return add_section(w, ".toc", SHT_PROGBITS, SHF_WRITE, end - TOC_BYTES,
			   TOC_BYTES, error);
}

/* LLD gives zeroed memory a place in the file where an empty section follows
 * it: take that away again. */
static void cut_zeros(const struct pg_wrapping *w, Elf64_Phdr *last)
{
	uint64_t used = last->p_filesz;

	for (size_t i = 1; i < w->linked.shnum; i++) {
		const Elf64_Shdr s = pg_object_section(&w->linked, i);

		if (strcmp(pg_object_name(&w->linked, &s), ".loader") == 0 &&
		    s.sh_addr == last->p_vaddr)
			used = s.sh_size;
	}
	for (uint64_t i = used; i < last->p_filesz; i++)
		if (w->linked.file.data[last->p_offset + i] != 0)
			return;
	if (used < last->p_filesz)
		last->p_filesz = used;
}

/* Sections from the program headers, and the flat image. */
static enum pg_status lay_out(struct pg_wrapping *w, struct pg_error *error)
{
	struct pg_elf64 elf;
	Elf64_Phdr load[SECTIONS_MAX];
	size_t loads = 0;
	enum pg_status status =
		pg_elf64_open(w->linked.file, "linked purgatory", &elf, error);
	struct pg_symbol zeros;
	uint64_t end, used = 0;

	for (size_t i = 0; status == PG_OK && i < elf.phnum; i++) {
		Elf64_Phdr segment;

		status = pg_elf64_segment(&elf, i, &segment, error);
		if (status != PG_OK || segment.p_type != PT_LOAD)
			continue;
		if (loads == SECTIONS_MAX - 2 ||
		    segment.p_vaddr + segment.p_memsz > PG_MANIFEST_BYTES_MAX ||
		    (loads != 0 &&
		     segment.p_vaddr <
			     load[loads - 1].p_vaddr + load[loads - 1].p_memsz))
			return pg_fail(error, PG_E_CORRUPT,
				       "linked purgatory: segment %zu is out "
				       "of place; link it by purgatory.ld",
				       i);
		load[loads++] = segment;
	}
	if (status != PG_OK)
		return status;
	if (loads != 0)
		cut_zeros(w, &load[loads - 1]);
	if (loads == 0 || load[0].p_vaddr != 0 ||
	    load[loads - 1].p_memsz == load[loads - 1].p_filesz)
		return pg_fail(error, PG_E_FORMAT,
			       "linked purgatory: not linked at 0, or without "
			       "zeroed memory; link it by purgatory.ld");
	if (!pg_linked_find(&w->linked, "pg_bss_start", &zeros) ||
	    zeros.value < load[loads - 1].p_vaddr + load[loads - 1].p_filesz ||
	    zeros.value >= load[loads - 1].p_vaddr + load[loads - 1].p_memsz)
		return pg_fail(error, PG_E_FORMAT,
			       "linked purgatory: no pg_bss_start behind its "
			       "content; link it by purgatory.ld");
	end = zeros.value;
	w->image_bytes = end;
	w->image = calloc(1, end);
	if (w->image == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "linked purgatory: no memory for %llu bytes",
			       (unsigned long long)end);
	for (size_t i = 0; status == PG_OK && i < loads; i++) {
		const uint64_t next = i + 1 < loads ? load[i + 1].p_vaddr : end;
		const bool code = load[i].p_flags & PF_X;
		const bool writable = load[i].p_flags & PF_W;

		if (load[i].p_filesz == 0)
			continue;
		memcpy(w->image + load[i].p_vaddr,
		       w->linked.file.data + load[i].p_offset,
		       load[i].p_filesz);
		used = load[i].p_vaddr + load[i].p_filesz;
		status = add_section(
			w, code ? ".text" : (writable ? ".data" : ".rodata"),
			SHT_PROGBITS,
			code ? SHF_EXECINSTR : (writable ? SHF_WRITE : 0),
			load[i].p_vaddr, next - load[i].p_vaddr, error);
	}
	if (status == PG_OK && w->linked.arch == PG_ARCH_PPC64)
		status = add_toc(w, used, error);
	if (status != PG_OK)
		return status;
	return add_section(
		w, ".bss", SHT_NOBITS, SHF_WRITE, end,
		load[loads - 1].p_vaddr + load[loads - 1].p_memsz - end, error);
}

/* The digest that dropin/self.c compares with. */
static enum pg_status seal(struct pg_wrapping *w, struct pg_error *error)
{
	struct pg_symbol at;
	struct pg_sha256 sha;
	uint64_t covered = 0;

	if (w->image_bytes >= sizeof(struct pg_image_header))
		covered = pg_load64(w->linked.big,
				    w->image + PG_IMAGE_CONST_OFFSET);
	if (!pg_linked_find(&w->linked, SEAL, &at) || covered == 0 ||
	    covered > w->image_bytes || at.value < covered ||
	    at.value > w->image_bytes - PG_SHA256_BYTES)
		return pg_fail(error, PG_E_FORMAT,
			       "linked purgatory: it has no " SEAL " behind "
			       "its constants; link a drop-in (dropin/)");
	pg_sha256_init(&sha, pg_host_features());
	pg_sha256_update(&sha, w->image, covered);
	pg_sha256_final(&sha, w->image + at.value);
	return PG_OK;
}

/* On ppc64 the entry lies among what the loader writes to (dropin/ppc64/
 * start.S): such a section is executable as well. */
static enum pg_status enter(struct pg_wrapping *w, struct pg_error *error)
{
	struct pg_symbol entry;
	uint8_t *at;

	if (!pg_linked_find(&w->linked, "purgatory_start", &entry) ||
	    entry.value > w->image_bytes - 4)
		return pg_fail(error, PG_E_FORMAT,
			       "linked purgatory: it has no purgatory_start; "
			       "link a drop-in (dropin/)");
	for (size_t i = 0; i < w->count; i++)
		if (entry.value - w->sections[i].address < w->sections[i].bytes)
			w->sections[i].flags |= SHF_EXECINSTR;
	w->entry = entry.value;
	/* The first instruction; what it leads to turns itself around. */
	at = w->image + entry.value;
	if (w->big != w->linked.big)
		pg_store32(w->big, at, pg_load32(w->linked.big, at));
	return PG_OK;
}

enum pg_status pg_wrap(struct pg_bytes linked, enum pg_loader loader,
		       bool big_endian, const char *output_path,
		       struct pg_error *error)
{
	struct pg_wrapping w = {.loader = loader};
	enum pg_status status =
		pg_object_open(linked, "linked purgatory", &w.linked, error);

	if (status == PG_OK && !pg_loader_has(loader, w.linked.arch))
		status = pg_fail(error, PG_E_FORMAT,
				 "linked purgatory: that loader has none on "
				 "%s; name another",
				 pg_elf_machine_name(w.linked.machine));
	if (status == PG_OK && big_endian && w.linked.arch != PG_ARCH_PPC64)
		status = pg_fail(error, PG_E_USAGE,
				 "linked purgatory: only ppc64 has loaders of "
				 "either byte order");
	w.big = w.linked.big || big_endian;
	if (status == PG_OK)
		status = lay_out(&w, error);
	if (status == PG_OK)
		status = seal(&w, error);
	if (status == PG_OK)
		status = enter(&w, error);
	if (status == PG_OK)
		status = pg_wrap_write(&w, output_path, error);
	free(w.image);
	return status;
}
