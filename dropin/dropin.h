/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A drop-in: the purgatory for a loader that is not ours. Such a loader writes
 * into variables that it finds by their names (dropin/<loader>/), and gives one
 * digest over everything that it has loaded. They are translated into a
 * manifest, and then the boot takes its usual course (purgatory/main.c).
 *
 * A file dropin/x.c takes the place of purgatory/x.c, and dropin/<arch>/x.c
 * that of arch/<arch>/x.c (mk/dropin.mk).
 */
#ifndef DROPIN_DROPIN_H
#define DROPIN_DROPIN_H

/* Room for the manifest behind the image. */
#define DROPIN_MANIFEST_BYTES 4096

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "purgatorio/manifest.h"
#include "purgatorio/range.h"
#include "purgatory/purgatory.h"

/* A variable that a loader sets in its copy of the file: it has a place in the
 * file, even where it is zero, and its name is that of the symbol. */
#define PG_LOADER __attribute__((section(".loader"), used))

/* kexec-tools' struct sha256_region and Linux's struct kexec_sha_region. */
struct pg_loader_region {
	uint64_t start;
	uint64_t bytes; /* 0: not used */
};
#define PG_LOADER_REGIONS 16

/* What the loader said, whichever it was. */
struct pg_request {
	/* PG_LOADER_REGIONS of them, in the order in which they are hashed. */
	const struct pg_loader_region *regions;
	const uint8_t *digest;		 /* over all of them, as one message */
	bool unchecked;			 /* do not verify: there are none */
	struct pg_handoff handoff;	 /* absolute addresses */
	struct pg_copy copy;		 /* absolute; bytes 0: none */
	uint64_t swap_start, swap_bytes; /* s390x */
	struct pg_console console, another; /* equal: one */
	uint64_t ticks_per_second;	    /* 0: unknown */
};

/* dropin/<loader>/<arch>/request.c: reads the loader's variables. @request is
 * zeroed; the console is PG_CONSOLE_NONE, for pg_dropin_console() to find. */
void pg_dropin_request(struct pg_request *request);

/* dropin/<arch>/parts.c: what the next kernel needs, as far as what the loader
 * said leads to it: its kernel's span of memory is not the file's. Writes up to
 * @max; returns how many. What it reads may be corrupt: it looks at nothing
 * that pg_dropin_known() does not allow. */
struct pg_dropin_part {
	const char *name;
	uint32_t kind;		/* PG_PART_* */
	uint64_t address;	/* of a byte of it */
	uint64_t content_bytes; /* from the region's start; 0: all of it */
	/* What lies below this address in the region, its loader has filled
	 * in: no file has it. 0: nothing. */
	uint64_t own_end;
};
size_t pg_dropin_parts(const struct pg_request *request,
		       struct pg_dropin_part *parts, size_t max);

/* dropin/<arch>/parts.c: the console that the next kernel will have, where its
 * loader named none for us; kind PG_CONSOLE_NONE if that is unknown too. */
struct pg_console pg_dropin_console(const struct pg_request *request);

/* translate.c: how many bytes, @bytes or more, can be read from @start on: up
 * to the end of the region that they lie in; where the loader named no region
 * (unchecked), some. 0: not even @bytes. */
uint64_t pg_dropin_known(const struct pg_request *request, uint64_t start,
			 uint64_t bytes);

/* Where what a loader put at @at is now; *@bytes becomes how many lie there, if
 * they are fewer. Defined weakly to be @at (loaded.c). */
const uint8_t *pg_dropin_loaded(uint64_t at, uint64_t *bytes);

/* translate.c: what pg_dropin_request() said, and what each of its regions is:
 * PG_LOADER_REGIONS names. */
const struct pg_request *pg_dropin_asked(void);
struct pg_dropin_name {
	char name[24];
	uint32_t kind;
	uint64_t content_bytes; /* <= the region's: the rest is zero */
	uint64_t own_bytes;	/* < content_bytes: filled in by the loader */
};
const struct pg_dropin_name *pg_dropin_name(size_t region);

/* contents.c: does the content of region @index contradict itself? What is
 * wrong, with its address in *@at; or NULL, which proves nothing. */
const char *pg_dropin_doubt(const struct pg_request *request, size_t index,
			    uint64_t *at);

/* The digest over code and constants, sealed when the drop-in was made. */
extern uint8_t pg_dropin_seal[32];

#endif /* __ASSEMBLER__ */
#endif
