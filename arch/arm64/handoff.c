/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaving: into the next kernel, through a reset, or not at all. */
#include "arch/arm64/arm64.h"
#include "uart/uart.h"

#include "purgatorio/arch.h"

/* Documentation/arch/arm64/booting.rst: the device tree on an 8-byte boundary,
 * x1 to x3 zero. Instructions are 4-aligned. */
#define TREE_ALIGNMENT	8
#define ENTRY_ALIGNMENT 4

bool __attribute__((weak)) pg_arm64_is_image(const struct pg_handoff *handoff)
{
	(void)handoff;
	return false;
}

enum pg_status pg_arch_handoff_check(const struct pg_handoff *handoff)
{
	if (handoff->entry % ENTRY_ALIGNMENT != 0)
		return PG_E_HANDOFF;
	if (pg_arm64_is_image(handoff))
		return PG_OK;
	if (handoff->protocol != PG_HANDOFF_LINUX_ARM64)
		return PG_E_HANDOFF;
	if (handoff->args[0] % TREE_ALIGNMENT != 0)
		return PG_E_HANDOFF;
	if (handoff->args[1] || handoff->args[2] || handoff->args[3])
		return PG_E_HANDOFF;
	return PG_OK;
}

/* One of them has our last words in its FIFO. */
static void flush_consoles(void)
{
	pg_8250_flush();
	pg_pl011_flush();
}

noreturn void pg_arch_enter(const struct pg_handoff *handoff)
{
	flush_consoles();
	pg_arm64_jump(handoff->entry, handoff->args[0]);
}

/* The architecture knows no reset of its own: firmware does it, and only the
 * loader can know by which instruction it is called. */
void pg_arch_reset(const struct pg_reset *reset)
{
	const uint32_t kind = reset->kind;

	flush_consoles();
	pg_arch_close();
	if (kind == PG_RESET_PSCI_HVC)
		pg_arm64_reset_hvc();
	else if (kind == PG_RESET_PSCI_SMC)
		pg_arm64_reset_smc();
}

/* PSCI's SYSTEM_OFF has no room for a status: the CPU waits for good, with it
 * in x0, and the log in memory for a debugger to find. */
noreturn void pg_arch_stop(enum pg_status status)
{
	register uint64_t x0 __asm__("x0");

	pg_arch_close();
	x0 = (uint64_t)status;
	for (;;)
		__asm__ volatile("msr daifset, #0xf\n\twfe" : "+r"(x0));
}
