/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the program that writes seeds share. */
#ifndef PURGATORIO_TESTS_SEEDS_H
#define PURGATORIO_TESTS_SEEDS_H

#include "purgatorio/purgatorio.h"

/* Writes @bytes to <folder>/<reader>/<name>. */
void put(const char *reader, const char *name, struct pg_bytes bytes);

/* seeds_kernels.c: for the readers of kernels. */
void seed_kernels(void);

#endif
