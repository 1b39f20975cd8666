/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included in front of every file (-include) where the compiler would fetch
 * the address of a function or object of another file from a table, because
 * -fvisibility=hidden only tells it about definitions. Such a table would need
 * relocations.
 */
#ifndef __ASSEMBLER__
#pragma GCC visibility push(hidden)
#endif
