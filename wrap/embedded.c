/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the purgatory in kexec: an array of bytes that is an ET_REL file for
 * the program's own machine (kexec/purgatory.c, made by bin-to-hex), and a
 * variable with its length.
 */
#include <stdlib.h>
#include <string.h>

#include "purgatorio/range.h"
#include "wrap/object.h"
#include "wrap/program.h"

#define WHAT	   "program"
#define VIEW_BYTES (64u << 20)

const uint8_t *pg_undo_find(struct pg_bytes program)
{
	const uint8_t *undo;
	uint64_t size;

	if (program.size < PG_UNDO_BYTES)
		return NULL;
	undo = program.data + program.size - PG_UNDO_BYTES;
	if (memcmp(undo + PG_UNDO_MAGIC_AT, PG_UNDO_MAGIC, 8) != 0)
		return NULL;
	size = pg_load_le64(undo + PG_UNDO_SIZE_AT);
	if (size < sizeof(Elf64_Ehdr) || size > program.size - PG_UNDO_BYTES ||
	    pg_load_le64(undo + PG_UNDO_PHDR_AT) > size - sizeof(Elf64_Phdr) ||
	    pg_load_le64(undo + PG_UNDO_HEADER_AT) >
		    size - sizeof(Elf64_Ehdr) ||
	    pg_load_le64(undo + PG_UNDO_LENGTH_AT) > size - 8)
		return NULL;
	return undo;
}

bool pg_program_address(const struct pg_elf64 *elf, uint64_t offset,
			uint64_t *address)
{
	struct pg_error ignored;
	Elf64_Phdr load;

	for (size_t i = 0; i < elf->phnum; i++) {
		if (pg_elf64_segment(elf, i, &load, &ignored) != PG_OK ||
		    load.p_type != PT_LOAD || offset < load.p_offset ||
		    offset - load.p_offset >= load.p_filesz)
			continue;
		*address = load.p_vaddr + (offset - load.p_offset);
		return true;
	}
	return false;
}

/* The bytes of the ET_REL file that may begin at @offset: up to the end of its
 * section headers, which stand last. 0: it is none. */
static uint64_t object_bytes(struct pg_bytes program, bool big,
			     uint16_t machine, uint64_t offset)
{
	const struct pg_bytes rest = {program.data + offset,
				      program.size - (size_t)offset};
	struct pg_error ignored;
	struct pg_object object;

	if (memcmp(rest.data, ELFMAG, SELFMAG) != 0 ||
	    pg_object_open(rest, WHAT, &object, &ignored) != PG_OK ||
	    object.type != ET_REL || object.machine != machine ||
	    object.big != big)
		return 0;
	return object.shoff + object.shnum * sizeof(Elf64_Shdr);
}

/* The one variable with the value @bytes: among what is written to, where
 * kexec has it; else anywhere. */
static bool find_length(const struct pg_elf64 *elf, uint64_t bytes,
			uint64_t *offset)
{
	struct pg_error ignored;
	Elf64_Phdr load;

	for (int writable = 1; writable >= 0; writable--) {
		unsigned found = 0;

		for (size_t i = 0; i < elf->phnum; i++) {
			if (pg_elf64_segment(elf, i, &load, &ignored) !=
				    PG_OK ||
			    load.p_type != PT_LOAD ||
			    ((load.p_flags & PF_W) != 0) != (writable != 0))
				continue;
			for (uint64_t at = (load.p_offset + 7) & ~7ull;
			     at + 8 <= load.p_offset + load.p_filesz; at += 8)
				if (pg_load64(elf->big, elf->file.data + at) ==
				    bytes) {
					*offset = at;
					found++;
				}
		}
		if (found != 0)
			return found == 1;
	}
	return false;
}

static struct pg_embedded from_undo(const struct pg_elf64 *elf,
				    const uint8_t *undo)
{
	struct pg_embedded out = {
		.offset = pg_load_le64(undo + PG_UNDO_HEADER_AT),
		.length_offset = pg_load_le64(undo + PG_UNDO_LENGTH_AT),
		.ours = true};

	out.bytes = pg_load64(elf->big, elf->file.data + out.length_offset);
	return out;
}

enum pg_status pg_embedded_find(struct pg_bytes program,
				struct pg_embedded *out, struct pg_error *error)
{
	const uint8_t *undo = pg_undo_find(program);
	struct pg_embedded found = {.bytes = 0};
	struct pg_elf64 elf;
	enum pg_status status = pg_elf64_open(program, WHAT, &elf, error);
	uint64_t bytes, length_at;

	if (status != PG_OK)
		return status;
	if (undo != NULL)
		found = from_undo(&elf, undo);
	for (uint64_t at = 8;
	     undo == NULL && at + sizeof(Elf64_Ehdr) <= program.size; at += 8) {
		bytes = object_bytes(program, elf.big, elf.machine, at);
		if (bytes == 0 || !find_length(&elf, bytes, &length_at))
			continue;
		if (found.bytes != 0)
			return pg_fail(error, PG_E_LIMIT,
				       WHAT ": two purgatories, at 0x%llx and "
					    "at 0x%llx; name one with one",
				       (unsigned long long)found.offset,
				       (unsigned long long)at);
		found.offset = at;
		found.bytes = bytes;
		found.length_offset = length_at;
	}
	if (found.bytes == 0)
		return pg_fail(error, PG_E_FORMAT,
			       WHAT ": no purgatory with its length in it; "
				    "name a kexec of kexec-tools that has one");
	if (!pg_program_address(&elf, found.offset, &found.address))
		return pg_fail(error, PG_E_CORRUPT,
			       WHAT ": the purgatory at 0x%llx is in no "
				    "segment; copy it again",
			       (unsigned long long)found.offset);
	*out = found;
	return PG_OK;
}

enum pg_status pg_embedded_view(struct pg_bytes program,
				const struct pg_embedded *embedded,
				struct pg_bytes *out, struct pg_error *error)
{
	struct pg_span wanted, span;
	struct pg_elf64 elf;
	Elf64_Phdr load;
	uint8_t *view;
	enum pg_status status = pg_elf64_open(program, WHAT, &elf, error);

	if (status != PG_OK)
		return status;
	if (embedded->bytes > VIEW_BYTES ||
	    !pg_span_make(embedded->address, embedded->bytes, &wanted))
		return pg_fail(error, PG_E_CORRUPT,
			       WHAT ": its purgatory has no such length as "
				    "%llu; copy it again",
			       (unsigned long long)embedded->bytes);
	view = calloc(1, embedded->bytes ? embedded->bytes : 1);
	if (view == NULL)
		return pg_fail(error, PG_E_NO_MEMORY, WHAT ": no memory");
	for (size_t i = 0; i < elf.phnum; i++) {
		uint64_t start, end;

		status = pg_elf64_segment(&elf, i, &load, error);
		if (status != PG_OK)
			break;
		if (load.p_type != PT_LOAD ||
		    !pg_span_make(load.p_vaddr, load.p_filesz, &span) ||
		    !pg_span_overlap(span, wanted))
			continue;
		start = span.start > wanted.start ? span.start : wanted.start;
		end = pg_span_end(span) < pg_span_end(wanted)
			      ? pg_span_end(span)
			      : pg_span_end(wanted);
		memcpy(view + (start - wanted.start),
		       program.data + load.p_offset + (start - span.start),
		       end - start);
	}
	if (status != PG_OK) {
		free(view);
		return status;
	}
	*out = (struct pg_bytes){view, embedded->bytes};
	return PG_OK;
}

enum pg_status pg_object_in(struct pg_bytes file, struct pg_bytes *out,
			    struct pg_error *error)
{
	struct pg_embedded embedded;
	struct pg_elf64 elf;
	enum pg_status status;

	/* Objects have no program headers. */
	if (pg_elf64_open(file, WHAT, &elf, error) != PG_OK ||
	    elf.type == ET_REL) {
		*out = file;
		return PG_OK;
	}
	status = pg_embedded_find(file, &embedded, error);
	if (status == PG_OK)
		status = pg_embedded_view(file, &embedded, out, error);
	return status;
}

enum pg_status pg_program_arch(struct pg_bytes program, uint32_t *arch,
			       bool *big_endian, struct pg_error *error)
{
	struct pg_elf64 elf;
	enum pg_status status = pg_elf64_open(program, WHAT, &elf, error);

	if (status != PG_OK)
		return status;
	for (uint32_t i = PG_ARCH_X86_64; i <= PG_ARCH_S390X; i++)
		if (pg_arch_machine(i) == elf.machine) {
			*arch = i;
			*big_endian = elf.big;
			return PG_OK;
		}
	return pg_fail(error, PG_E_FORMAT,
		       WHAT ": it is for a machine that has no purgatory "
			    "here; name another");
}
