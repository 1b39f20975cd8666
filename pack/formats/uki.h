/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unified kernel images: an EFI program whose sections hold a kernel and what
 * belongs to it (systemd-stub(7); uapi-group.org, "Unified Kernel Image"). A
 * capture image is one, as a PE or an ELF file.
 */
#ifndef PURGATORIO_PACK_FORMATS_UKI_H
#define PURGATORIO_PACK_FORMATS_UKI_H

#include <stdbool.h>

#include "purgatorio/purgatorio.h"

#define PG_UKI_INITRDS_MAX 5

/* Of a section that is not there, size is 0. Pointers lead into the file. */
struct pg_uki {
	struct pg_bytes linux_image; /* .linux; of a capture image for s390x
					what is not in its .head */
	struct pg_bytes cmdline;     /* .cmdline, as it is in the file */
	struct pg_bytes dtb;	     /* .dtb */
	struct pg_bytes ucode;	     /* .ucode: goes before the initrds */
	struct pg_bytes initrds[PG_UKI_INITRDS_MAX]; /* .initrd, in order */
	size_t initrd_count;
};

/* A PE file for a machine of ours, or a capture image, with a section .linux?
 */
bool pg_uki_recognise(struct pg_bytes file);

/* The sections of a recognised @file. Where it has profiles, those of the
 * first one, and of what all have in common what that one does not replace.
 * PG_E_TRUNCATED: a section is empty. PG_E_LIMIT: too many .initrd. */
enum pg_status pg_uki_read(struct pg_bytes file, struct pg_uki *out,
			   struct pg_error *error);

/* @section as one line, as systemd-stub takes it: to the first NUL, without
 * space at its end, and with a space for what cannot be printed. In malloc(3)
 * memory; NULL: none. */
char *pg_uki_line(struct pg_bytes section);

#endif
