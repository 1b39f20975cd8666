/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF64 head of a capture image, for loaders that take no PE file. It has
 * the section table that PE images have, under the same names, with the same
 * offsets (sections.h reads both): an address is @base plus the offset in the
 * file. Segments are cut where access changes: no PT_LOAD is writable and
 * executable, unless a loader takes no more than one.
 */
#ifndef PURGATORIO_PACK_CAPTURE_CAPTURE_ELF_H
#define PURGATORIO_PACK_CAPTURE_CAPTURE_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg_capture;

#define PG_CAPTURE_NOTES_MAX 2

/* Each one gets a PT_NOTE of its own, with p_align 4. */
struct pg_capture_note {
	const char *name;
	uint32_t type;
	uint32_t desc_bytes; /* a multiple of 4 */
	uint8_t desc[32];    /* in the file's byte order */
};

/* What the architecture's check step asks for; its head step may still change
 * @entry and the notes' descriptors, when all offsets are known. */
struct pg_capture_elf {
	bool big;	/* the headers' byte order */
	uint64_t base;	/* p_vaddr and p_paddr of the file's first byte; a
			   page multiple */
	bool single;	/* one PT_LOAD, all of it accessible in all ways */
	uint64_t align; /* of the first PT_LOAD; 0: a page */
	uint32_t entry; /* e_entry, as an offset in the file */
	struct pg_capture_note notes[PG_CAPTURE_NOTES_MAX];
	size_t note_count;
};

/* The bytes that the headers take from the file's start on, at most; a
 * multiple of 8. What else a head has may lie behind them. */
uint32_t pg_capture_elf_bytes(void);

/* Writes the headers to @capture->file, as @capture->elf says. All offsets are
 * known, and the purgatory has been read. */
void pg_capture_write_elf(struct pg_capture *capture);

#endif
