/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of arch/ppc64/image/ share. */
#ifndef ARCH_PPC64_IMAGE_IMAGE_H
#define ARCH_PPC64_IMAGE_IMAGE_H

#include "arch/ppc64/ppc64.h"
#include "purgatorio/arch.h"
#include "purgatorio/image.h"
#include "purgatory/cmdline.h"

/* COMMAND_LINE_SIZE of arch/powerpc/include/uapi/asm/setup.h, without the NUL.
 */
#define CMDLINE_MAX 2047

/* Sets *@place to say @what, with @value; @status. */
enum pg_status pg_ppc64_wrong(struct pg_check_place *place,
			      enum pg_status status, const char *what,
			      uint64_t value);

uint8_t *pg_ppc64_work(const struct pg_manifest *m, uint64_t base);

/* What the loader gave the door: GIVEN_*. */
uint64_t pg_ppc64_given(const uint8_t *work, size_t which);

/* The image's command line and @bytes of the loader's, joined at @line, which
 * has CMDLINE_MAX + 1 bytes. PG_E_LOADER: too long. */
enum pg_status pg_ppc64_join(const struct pg_manifest *m, uint64_t base,
			     const char *theirs, size_t bytes, char *line,
			     struct pg_check_place *place);

/* of.c: the same as pg_arch_loader_check() and pg_arch_loader_merge(), where
 * the loader is Open Firmware and still there. @all is the image's memory. */
enum pg_status pg_ppc64_of_check(const uint8_t *work, struct pg_span all,
				 struct pg_check_place *place);
enum pg_status pg_ppc64_of_merge(const struct pg_manifest *m, uint64_t base,
				 struct pg_handoff *handoff,
				 struct pg_check_place *place);

#endif
