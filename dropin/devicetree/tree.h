/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.c: what the device tree at @tree says, if it lies in a region and is
 * whole. */
#ifndef DROPIN_DEVICETREE_TREE_H
#define DROPIN_DEVICETREE_TREE_H

#include "dropin/dropin.h"

/* The tree's own part, and the initrd's: at most 2. */
size_t pg_dropin_tree_parts(const struct pg_request *request, uint64_t tree,
			    struct pg_dropin_part *parts, size_t max);

struct pg_console pg_dropin_tree_console(const struct pg_request *request,
					 uint64_t tree);

/* As the functions of contents.h. */
const char *pg_doubt_tree(struct pg_span span, uint64_t *at);

#endif
