/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the drivers share. A driver is a main() that calls code of ours with
 * everything that its caller may have: Eva looks at all of it at once.
 */
#ifndef PURGATORIO_TESTS_PROOF_H
#define PURGATORIO_TESTS_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "__fc_builtin.h"

/* Any value of any type: what an object holds is not known. */
#define ANY(object) Frama_C_make_unknown((char *)&(object), sizeof(object))

static inline uint64_t any_u64(void)
{
	uint64_t value;

	ANY(value);
	return value;
}

static inline uint32_t any_u32(void)
{
	return (uint32_t)any_u64();
}

/* Any of 0 to @most. */
static inline uint64_t any_up_to(uint64_t most)
{
	const uint64_t value = any_u64();

	return value <= most ? value : most;
}

#endif
