/* SPDX-License-Identifier: BSD-2-Clause */
/* The PG_FEATURE_X86_* of this CPU, for the target and for the host. */
#ifndef PURGATORIO_X86_64_SHA256_FEATURES_H
#define PURGATORIO_X86_64_SHA256_FEATURES_H

#include <stdint.h>

/*
 * What CPUID says this CPU has, less what its environment does not allow.
 * @osfxsr: is CR4.OSFXSR set, so that SSE does not raise #UD? Only ring 0 can
 * read that; user space may pass 1. Whether AVX and AVX-512 are allowed is
 * read from CPUID.OSXSAVE and XCR0, at any privilege. Changes nothing.
 */
uint32_t pg_x86_features(int osfxsr);

#endif
