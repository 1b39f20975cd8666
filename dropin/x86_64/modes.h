/* SPDX-License-Identifier: BSD-2-Clause */
/* modes.c: entering a kernel in a mode below long mode. */
#ifndef DROPIN_X86_64_MODES_H
#define DROPIN_X86_64_MODES_H

#include <stdbool.h>
#include <stdnoreturn.h>

#include "dropin/x86_64/next.h"

/* Do we lie low enough in memory to get there? */
bool pg_x86_can_enter(enum x86_mode mode);

/* Enter with these registers. Protected mode: flat segments of 4 GiB, paging
 * and CR4 off. Real mode: the interrupt table at 0, paging off. Interrupts are
 * off in both. */
noreturn void pg_x86_enter32(const struct x86_registers32 *r);
noreturn void pg_x86_enter16(const struct x86_registers16 *r);

/* What kexec-tools asks the addresses of (modes.S). */
extern const uint8_t entry16[] __attribute__((visibility("hidden")));
extern const uint8_t entry16_debug[] __attribute__((visibility("hidden")));

#endif
