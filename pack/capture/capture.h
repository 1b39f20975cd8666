/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture image from the inside (doc/image.md). capture_lay.c finds a place
 * for everything, capture_pe.c writes PE headers or capture_elf.c those of ELF,
 * capture_<arch>.c what the architecture's own loaders want, capture_pack.c
 * does it all; capture_read.c finds its way back. An offset in the file is the
 * address relative to the image's base, and what the manifest's addresses are
 * made of: one number for all.
 */
#ifndef PURGATORIO_PACK_CAPTURE_CAPTURE_H
#define PURGATORIO_PACK_CAPTURE_CAPTURE_H

#include "pack/capture/capture_elf.h"
#include "pack/formats/pe.h"
#include "pack/formats/uki.h"
#include "pack/image/image.h"
#include "pack/plan/plan.h"

#define PG_CAPTURE_SECTIONS_MAX 24
#define PG_CAPTURE_LOG_BYTES	65536

/* "Section Flags" of PE. */
#define PE_CODE	       0x60000020u /* executable, readable */
#define PE_CONSTANT    0x40000040u /* readable */
#define PE_DATA	       0xc0000040u /* readable, writable */
#define PE_LOADED      0xe0000060u /* all of these */
#define PE_DISCARDED   0x42000040u
#define PE_ZERO	       0xc0000080u /* nothing in the file */
#define PE_CAN_EXECUTE 0x20000000u
#define PE_CAN_WRITE   0x80000000u

struct pg_capture_section {
	char name[8];		 /* not NUL-terminated where it has 8 */
	uint32_t flags;		 /* PE_* */
	struct pg_bytes content; /* not padded */
	uint32_t offset;	 /* in the file and in memory */
	uint32_t memory_bytes;	 /* 0: those of the content */
};

struct pg_capture {
	const struct pg_capture_options *options; /* &merged */
	struct pg_capture_options merged; /* with what an image given as the
					     kernel adds */
	struct pg_uki uki;
	char *line, *uname; /* from malloc(3), or NULL */
	struct pg_kernel kernel;
	const struct steps *steps; /* capture_pack.c */
	bool is_elf;		   /* the file, or else PE */
	struct pg_pe stub;	   /* where the file is PE, or the door in it */
	struct pg_bytes door;	   /* its code, up to a page */
	struct pg_plan *plan;
	struct pg_bytes initrd;
	uint8_t *initrd_copy; /* from malloc(3), or NULL */
	struct pg_capture_section sections[PG_CAPTURE_SECTIONS_MAX];
	size_t section_count;
	uint32_t head_bytes;	   /* in front of the first section */
	struct pg_capture_elf elf; /* where the file is ELF */
	uint32_t pe_at;		   /* of the PE header in the head */
	uint32_t entry;		   /* of the stub */
	uint32_t reloc;		   /* the relocation table's offset */
	uint32_t image_bytes;	   /* in memory; all of it */
	uint32_t room_bytes;	   /* of the section behind the kernel */
	bool fixed; /* s390x: the image lies at 0, and the kernel first; there
		       is no stub */
	bool kernel_first;  /* ppc64: the room is in the file, behind the kernel
			       and in front of the initrd */
	struct pg_span log; /* empty: at the end of .door */
	/* .linux begins kernel_offset bytes above a multiple of this; 0: on
	 * any page */
	uint32_t kernel_alignment, kernel_offset;
	uint8_t *file; /* from malloc(3) */
	uint32_t file_bytes;
	uint8_t *head_copy; /* the head as it is hashed, or NULL */
};

/* The section @name, or NULL. */
struct pg_capture_section *pg_capture_find(struct pg_capture *capture,
					   const char *name);

/* Where an image stands in the kernel's place: completes @capture->merged. A
 * capture image is verified first. */
enum pg_status pg_capture_from(struct pg_capture *capture,
			       struct pg_error *error);

/* Adds sections for everything and sets their offsets. */
enum pg_status pg_capture_lay_out(struct pg_capture *capture,
				  struct pg_error *error);

/* Writes the PE headers to @capture->file at pe_at; of those, the section table
 * alone, to @table. */
void pg_capture_write_pe(struct pg_capture *capture);
void pg_capture_write_sections(const struct pg_capture *capture,
			       uint8_t *table);

/* What of a PE head changes when an image is signed: the checksum and where the
 * certificates are (Authenticode leaves out the same). Sets those bytes of
 * @head, which has @bytes bytes, to zero. */
void pg_capture_mask(uint8_t *head, size_t bytes);

/* The room for PE headers with as many sections as may be. */
uint32_t pg_capture_pe_bytes(size_t sections);

/* What a kernel of this architecture wants: @check, its size of the head, and
 * of an ELF file what capture_elf.h asks for; the head's content besides PE
 * or ELF headers; and the handoff. */
/* Of either container: the kernel can be moved, and no device tree is given.
 * PG_E_FORMAT, PG_E_USAGE. */
enum pg_status pg_capture_x86_64_inputs(const struct pg_capture *capture,
					struct pg_error *error);
enum pg_status pg_capture_x86_64_check(struct pg_capture *capture,
				       struct pg_error *error);
enum pg_status pg_capture_x86_64_head(struct pg_capture *capture,
				      struct pg_error *error);
void pg_capture_x86_64_instruct(struct pg_capture *capture);
enum pg_status pg_capture_x86_64_elf_check(struct pg_capture *capture,
					   struct pg_error *error);
enum pg_status pg_capture_x86_64_elf_head(struct pg_capture *capture,
					  struct pg_error *error);
enum pg_status pg_capture_arm64_check(struct pg_capture *capture,
				      struct pg_error *error);
enum pg_status pg_capture_arm64_head(struct pg_capture *capture,
				     struct pg_error *error);
void pg_capture_arm64_instruct(struct pg_capture *capture);

enum pg_status pg_capture_s390x_check(struct pg_capture *capture,
				      struct pg_error *error);
enum pg_status pg_capture_s390x_head(struct pg_capture *capture,
				     struct pg_error *error);
void pg_capture_s390x_instruct(struct pg_capture *capture);
/* The kernel in such an image @file, as pg_kernel_read() does it. */
enum pg_status pg_capture_s390x_kernel(struct pg_bytes file,
				       struct pg_kernel *out,
				       struct pg_error *error);

enum pg_status pg_capture_ppc64_check(struct pg_capture *capture,
				      struct pg_error *error);
enum pg_status pg_capture_ppc64_head(struct pg_capture *capture,
				     struct pg_error *error);
void pg_capture_ppc64_instruct(struct pg_capture *capture);
/* The kernel in such an image @file, as pg_kernel_read() does it. */
enum pg_status pg_capture_ppc64_kernel(struct pg_bytes file,
				       struct pg_kernel *out,
				       struct pg_error *error);

/* Is @file a capture image? And reads it, as pg_image_read_elf() does. */
bool pg_capture_recognise(struct pg_bytes file);
enum pg_status pg_capture_read(struct pg_bytes file, struct pg_image *image,
			       struct pg_error *error);

/* What `inspect` adds for one; nothing for another image. JSON begins with a
 * comma. */
void pg_capture_print(const struct pg_image *image, FILE *to);
void pg_capture_print_json(const struct pg_image *image, FILE *to);

/* Is every byte of @image that is in no part zero, as pack made it? PG_E_DIGEST
 * names the first one that is not. */
enum pg_status pg_capture_gaps(const struct pg_image *image,
			       struct pg_error *error);

#endif
