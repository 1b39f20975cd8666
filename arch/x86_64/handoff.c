/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaving, into the next kernel. reset.c has the other ways. */
#include "arch/x86_64/x86_64.h"
#include "uart/uart.h"

#include "purgatorio/arch.h"

enum pg_status pg_arch_handoff_check(const struct pg_handoff *handoff)
{
	switch (handoff->protocol) {
	case PG_HANDOFF_LINUX_X86_64:
	case PG_HANDOFF_IMAGE_X86_64: /* by now merged (image.c) */
		return PG_OK;
	default:
		return PG_E_HANDOFF;
	}
}

noreturn void pg_arch_enter(const struct pg_handoff *handoff)
{
	pg_8250_flush();
	pg_x86_jump(handoff->entry, handoff->args[0]);
}
