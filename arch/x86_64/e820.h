/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map in a loader's boot_params, read and cut. */
#ifndef ARCH_X86_64_E820_H
#define ARCH_X86_64_E820_H

#include <stdbool.h>
#include <stdint.h>

#include "purgatorio/range.h"

/* The first address of @span that is no RAM in @params' map, or its end. A
 * map that is empty or full (the rest is elsewhere) knows nothing: all is. */
uint64_t pg_x86_e820_ram(const uint8_t *params, struct pg_span span);

/* Adds what lies at [@start, +@bytes), as a loader says, to @params' map: to
 * the last entry, where it goes on; not at all, where it is empty, wraps
 * around, or the map is full but for what pg_x86_e820_reserve() may need twice.
 * What is not in the map is no RAM to Linux. */
void pg_x86_e820_add(uint8_t *params, uint64_t start, uint64_t bytes,
		     uint32_t type);

/* Cuts @span out of the RAM in @params' map. False: the map has no room for
 * one more piece, and is as it was. */
bool pg_x86_e820_reserve(uint8_t *params, struct pg_span span);

#endif
