/* SPDX-License-Identifier: BSD-2-Clause */
/* An object in the making: what generate.c lays out and write.c writes. */
#ifndef PURGATORIO_WRAP_WRAPPING_H
#define PURGATORIO_WRAP_WRAPPING_H

#include "wrap/object.h"
#include "wrap/rules.h"

#define SECTIONS_MAX 8

struct pg_wrap_section {
	const char *name;
	uint32_t type;
	uint64_t flags, address, bytes, alignment;
};

struct pg_wrapping {
	struct pg_object linked;
	enum pg_loader loader;
	bool big;	/* the object's byte order */
	uint8_t *image; /* flat: all that has content */
	uint64_t image_bytes, entry;
	struct pg_wrap_section sections[SECTIONS_MAX];
	size_t count;
};

static inline uint64_t pg_wrap_align(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

/* The symbol @name of a linked image: a global one, or, where the linker has
 * made hidden ones local, the only local one. */
bool pg_linked_find(const struct pg_object *linked, const char *name,
		    struct pg_symbol *out);

/* write.c: as by pg_file_write(). PG_E_FORMAT and PG_E_CORRUPT where the linked
 * image lacks a symbol or has it in another size. */
enum pg_status pg_wrap_write(const struct pg_wrapping *w, const char *path,
			     struct pg_error *error);

#endif
