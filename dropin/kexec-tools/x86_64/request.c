/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kexec-tools' variables on x86_64 (kexec/arch/i386 and x86_64), and what they
 * mean. Names and sizes are its own; entry64_regs and stack_end it also reads.
 */
#include "dropin/kexec-tools/variables.h"
#include "dropin/x86_64/modes.h"
#include "dropin/x86_64/next.h"
#include "dropin/x86_64/vga_reset.h"

#include "purgatorio/arch.h"

/* rip 0: by way of entry32_regs, which it sets for all but 64-bit kernels. */
PG_LOADER struct x86_registers64 entry64_regs = {0};
PG_LOADER struct x86_registers32 entry32_regs = {0};
PG_LOADER struct x86_registers16 entry16_regs = {0};
PG_LOADER struct x86_registers16 entry16_debug_regs = {0};
PG_LOADER uint64_t cmdline_end = 0;
PG_LOADER uint8_t reset_vga = 0;
PG_LOADER uint8_t console_vga = 0;
PG_LOADER uint8_t console_serial = 0;
PG_LOADER uint16_t serial_base = 0x3f8;
PG_LOADER uint32_t serial_baud = 0;
PG_LOADER uint8_t panic_kernel = 0;
PG_LOADER uint64_t backup_src_start = 0;
PG_LOADER uint64_t backup_src_size = 0;
PG_LOADER uint64_t backup_start = 0;

extern uint64_t pg_x86_jump_back __attribute__((visibility("hidden")));

static void choose_mode(struct x86_next *next)
{
	const uint32_t eip = entry32_regs.eip;

	next->r64 = entry64_regs;
	next->r32 = entry32_regs;
	next->boot_params = entry64_regs.rsi;
	if (entry64_regs.rip != 0)
		return;
	next->mode = X86_MODE_PROTECTED;
	next->boot_params = entry32_regs.esi;
	if (eip == pg_address(entry16))
		next->r16 = entry16_regs;
	else if (eip == pg_address(entry16_debug))
		next->r16 = entry16_debug_regs;
	else
		return;
	next->mode = X86_MODE_REAL;
	/* Linux's real-mode code and data are in one segment. */
	next->boot_params = (uint64_t)next->r16.ds << 4;
}

static uint64_t entry_of(const struct x86_next *next)
{
	switch (next->mode) {
	case X86_MODE_PROTECTED:
		return next->r32.eip;
	case X86_MODE_REAL:
		return ((uint64_t)next->r16.cs << 4) + next->r16.ip;
	case X86_MODE_LONG:
		break;
	}
	return next->r64.rip;
}

static void choose_console(struct pg_request *request)
{
	struct pg_console serial = {.kind = PG_CONSOLE_8250_PORT,
				    .baud = serial_baud,
				    .address = serial_base,
				    .stride = 1};
	struct pg_console vga = {.kind = PG_CONSOLE_VGA_TEXT};

	if (!console_serial && !console_vga)
		return;
	request->console = console_serial ? serial : vga;
	request->another = console_vga ? vga : serial;
}

void pg_dropin_request(struct pg_request *request)
{
	struct x86_next *next = &pg_x86_next;

	if (reset_vga)
		pg_vga_reset();
	choose_mode(next);
	next->cmdline_end = cmdline_end;
	next->jump_back = pg_x86_jump_back;
	request->regions = sha256_regions;
	request->digest = sha256_digest;
	request->unchecked = skip_checks != 0;
	request->handoff.protocol = PG_HANDOFF_REGISTERS;
	request->handoff.entry = entry_of(next);
	if (panic_kernel && backup_start) {
		request->copy.source = backup_src_start;
		request->copy.destination = backup_start;
		request->copy.bytes = backup_src_size;
	}
	choose_console(request);
}
