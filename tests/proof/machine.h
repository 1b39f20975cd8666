/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine, for the purgatory's steps: memory below PROOF_MEMORY, and
 * functions of arch.h that return anything. */
#ifndef PURGATORIO_TESTS_PROOF_MACHINE_H
#define PURGATORIO_TESTS_PROOF_MACHINE_H

#include "tests/proof/proof.h"

#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"
#include "purgatory/purgatory.h"

/* The runner passes it as Eva's -absolute-valid-range, too. */
#define PROOF_MEMORY 0x1000000000000u

uint32_t pg_arch_id(void)
{
	return any_u32();
}

enum pg_status pg_arch_console_open(const struct pg_console *console)
{
	return any_u32() & 1 ? PG_OK : PG_E_CONSOLE;
}

struct pg_console pg_arch_console_default(void)
{
	struct pg_console console;

	ANY(console);
	return console;
}

void pg_arch_putc(char c)
{
}

uint64_t pg_arch_ticks(void)
{
	return any_u64();
}

void pg_arch_exceptions(bool ours)
{
}

void pg_arch_reset(const struct pg_reset *reset)
{
}

noreturn void pg_arch_stop(enum pg_status status)
{
	for (;;)
		;
}

#endif
