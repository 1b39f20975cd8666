/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In the place of arch/x86_64/handoff.c: the next kernel gets the registers
 * that its loader has set, in the mode that it wants. arch/x86_64/reset.c has
 * the other ways to leave.
 */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/x86_64.h"
#include "dropin/dropin.h"
#include "dropin/x86_64/modes.h"
#include "uart/uart.h"

#include <string.h>

#include "purgatorio/arch.h"

struct x86_next pg_x86_next;

enum pg_status pg_arch_handoff_check(const struct pg_handoff *handoff)
{
	return handoff->protocol == PG_HANDOFF_REGISTERS &&
			       pg_x86_can_enter(pg_x86_next.mode)
		       ? PG_OK
		       : PG_E_HANDOFF;
}

/* What a kernel that kept its context (`kexec --load-preserve-context`) is
 * called back through; the next kernel reads it on its command line, behind
 * which its loader left room. */
static void append_jump_back(void)
{
	static const char word[] = " kexec_jump_back_entry=0x";
	static const char digits[] = "0123456789abcdef";
	char *at = pg_pointer(pg_x86_next.cmdline_end);
	int shift;

	if (pg_x86_next.jump_back == 0 || pg_x86_next.cmdline_end == 0)
		return;
	memcpy(at, word, sizeof(word) - 1);
	at += sizeof(word) - 1;
	for (shift = 60; shift > 0; shift -= 4)
		if (pg_x86_next.jump_back >> shift)
			break;
	for (; shift >= 0; shift -= 4)
		*at++ = digits[pg_x86_next.jump_back >> shift & 15];
	*at = '\0';
}

noreturn void pg_arch_enter(const struct pg_handoff *handoff)
{
	(void)handoff;
	pg_8250_flush();
	append_jump_back();
	switch (pg_x86_next.mode) {
	case X86_MODE_PROTECTED:
		pg_x86_enter32(&pg_x86_next.r32);
	case X86_MODE_REAL:
		pg_x86_enter16(&pg_x86_next.r16);
	case X86_MODE_LONG:
		break;
	}
	pg_x86_enter64(&pg_x86_next.r64);
}
