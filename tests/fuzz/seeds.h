/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the program that writes seeds share. */
#ifndef PURGATORIO_TESTS_SEEDS_H
#define PURGATORIO_TESTS_SEEDS_H

#include "purgatorio/purgatorio.h"

/* Writes @bytes to <folder>/<reader>/<name>. */
void put(const char *reader, const char *name, struct pg_bytes bytes);

/* @bytes behind @skip zero bytes of which the first is @first. */
void put_behind(const char *reader, const char *name, size_t skip,
		uint8_t first, struct pg_bytes bytes);

/* Where something that is not a seed can be written for a while. */
const char *scratch(void);

/* A file of this build, or of @path: there is no seed without it. */
struct pg_bytes must_map(const char *path);

/* seeds_kernels.c: for the readers of kernels. */
void seed_kernels(void);

/* A vmlinux of one segment for ppc64. */
#define PPC64_BYTES 0x400
void make_ppc64(bool big, uint8_t file[PPC64_BYTES]);

/* seeds_objects.c: for lint and retrofit. */
void seed_objects(void);

/* seeds_capture.c: capture images. */
void seed_captures(void);

#endif
