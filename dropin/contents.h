/* SPDX-License-Identifier: BSD-2-Clause */
/* What contradicts itself in a span of memory, by the kind of its content: what
 * is wrong, with the address in *@at; or NULL. All read nothing outside of the
 * span, however corrupt it is. */
#ifndef DROPIN_CONTENTS_H
#define DROPIN_CONTENTS_H

#include "dropin/dropin.h"

/* cpio.c: archives in the format "newc", one behind the other. One that is
 * compressed says nothing without being unpacked. */
const char *pg_doubt_initrd(struct pg_span span, uint64_t *at);

/* core.c: the ELF core header of a crash kernel. */
const char *pg_doubt_core(struct pg_span span, uint64_t *at);

/* contents.c: a command line up to its NUL, whose address is in *@at then. */
const char *pg_doubt_text(struct pg_span span, uint64_t *at);

/* Adds the regions that hold such a header; how many. */
size_t pg_dropin_core_parts(const struct pg_request *request,
			    struct pg_dropin_part *parts, size_t max);

/* dropin/<arch>/parts.c: kinds of its own, NULL for others. */
const char *pg_dropin_doubt_own(const struct pg_request *request, uint32_t kind,
				struct pg_span span, uint64_t *at);

#endif
