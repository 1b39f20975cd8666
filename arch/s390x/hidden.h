/* SPDX-License-Identifier: BSD-2-Clause */
/* Before everything else (flags.mk): what is declared is ours, and is found
 * relative to the instruction, not through a global offset table. The option
 * -fvisibility=hidden says so of what is defined only. */
#ifndef __ASSEMBLER__
#pragma GCC visibility push(hidden)
#endif
