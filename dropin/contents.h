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

/* tree.c: a flattened device tree. */
const char *pg_doubt_tree(struct pg_span span, uint64_t *at);

/* dropin/<arch>/parts.c */
const char *pg_dropin_doubt_kernel(struct pg_span span, uint64_t *at);
const char *pg_dropin_doubt_boot_params(const struct pg_request *request,
					struct pg_span span, uint64_t *at);

#endif
