/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pg_pack() from the inside. pack.c does what all architectures have in
 * common, pack_<arch>.c what only one needs.
 */
#ifndef PURGATORIO_PACK_PACKING_H
#define PURGATORIO_PACK_PACKING_H

#include "pack/formats/boot_params.h"
#include "pack/formats/kernel_formats.h"
#include "pack/plan/plan.h"

struct packing {
	const struct pg_pack_options *options;
	const char *command_line; /* never NULL */
	struct pg_kernel kernel;  /* options->kernel_read, or our own */
	struct pg_plan *plan;
	struct pg_bytes initrd; /* of all together, their size; 0: none */
	size_t initrd_part, kernel_part, log_part;
	const struct pg_bytes *kernel_pieces; /* NULL: it is kernel.image */
	size_t kernel_piece_count;
	/* x86_64 */
	size_t cmdline_part, boot_params_part, backup_part;
	uint8_t boot_params[PG_BOOT_PARAMS_BYTES];
	/* arm64, ppc64 */
	size_t dtb_part;
	uint8_t *dtb; /* from malloc(3), or NULL */
	/* An EFI program's parts before the options' (pack_uki.c). */
	struct pg_pack_options merged;
	struct pg_bytes *initrds; /* from malloc(3), or NULL */
	char *line;		  /* the same */
	/* ppc64 */
	struct pg_elf_kernel_pieces ppc64;
	/* s390x */
	uint8_t *parameters; /* from malloc(3), or NULL */
	size_t lowcore_part;
	uint8_t ipl_psw[8];
};

/* Four steps each; all but the first come after the one before it in
 * pack.c:pack(). @check: what the options must and must not be. @add: the
 * parts besides kernel, initrd and log. @write: their content, once
 * everything is placed. @instruct: handoff, console, reset, copies. */
enum pg_status pg_pack_x86_64_check(struct packing *packing,
				    struct pg_error *error);
enum pg_status pg_pack_x86_64_add(struct packing *packing,
				  struct pg_error *error);
enum pg_status pg_pack_x86_64_write(struct packing *packing,
				    struct pg_error *error);
enum pg_status pg_pack_x86_64_instruct(struct packing *packing,
				       struct pg_error *error);

enum pg_status pg_pack_arm64_check(struct packing *packing,
				   struct pg_error *error);
enum pg_status pg_pack_arm64_add(struct packing *packing,
				 struct pg_error *error);
enum pg_status pg_pack_arm64_write(struct packing *packing,
				   struct pg_error *error);
enum pg_status pg_pack_arm64_instruct(struct packing *packing,
				      struct pg_error *error);

enum pg_status pg_pack_ppc64_check(struct packing *packing,
				   struct pg_error *error);
enum pg_status pg_pack_ppc64_add(struct packing *packing,
				 struct pg_error *error);
enum pg_status pg_pack_ppc64_write(struct packing *packing,
				   struct pg_error *error);
enum pg_status pg_pack_ppc64_instruct(struct packing *packing,
				      struct pg_error *error);

enum pg_status pg_pack_s390x_check(struct packing *packing,
				   struct pg_error *error);
enum pg_status pg_pack_s390x_add(struct packing *packing,
				 struct pg_error *error);
enum pg_status pg_pack_s390x_write(struct packing *packing,
				   struct pg_error *error);
enum pg_status pg_pack_s390x_instruct(struct packing *packing,
				      struct pg_error *error);

/* Where the kernel is inside of an EFI program: its other parts become part of
 * @packing's options. */
enum pg_status pg_pack_uki(struct packing *packing, struct pg_error *error);

/* What the next kernel may not use freely: the purgatory, its log, and the
 * parts that say so. Sorted by address; returns how many. */
#define PG_PACK_RESERVED_MAX (PG_PARTS_MAX + 1)
size_t pg_pack_reserved(const struct pg_plan *plan,
			struct pg_span out[PG_PACK_RESERVED_MAX]);

#endif
