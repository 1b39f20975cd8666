/* SPDX-License-Identifier: BSD-2-Clause */
/* kexec-tools' variables on arm64 (kexec/arch/arm64/kexec-arm64.c,
 * arm64_load_other_segments()), and what they mean. */
#include "arch/arm64/arm64.h"
#include "arch/arm64/cpu.h"
#include "dropin/devicetree/tree.h"
#include "dropin/kexec-tools/variables.h"

/* `kexec --serial=ttyAMA0`: the UART's first register, to which its own
 * purgatory would write without looking; what it is, it does not say. */
PG_LOADER uint64_t arm64_sink = 0;
PG_LOADER uint64_t arm64_kernel_entry = 0;
PG_LOADER uint64_t arm64_dtb_addr = 0;

/* PL011 TRM (DDI 0183), 3.3.14: identification registers, a byte in each. */
#define PL011_PART_0 0xfe0
#define PL011_CELL_0 0xff0

/* The line status register of a UART of the 8250 family, when all is sent. */
#define LSR	 5
#define LSR_IDLE 0x60

static bool is_pl011(uint64_t address)
{
	static const uint8_t cell[4] = {0x0d, 0xf0, 0x05, 0xb1};
	unsigned i;

	for (i = 0; i < 4; i++)
		if ((pg_arm64_load32(address + PL011_CELL_0 + 4 * i) & 0xff) !=
		    cell[i])
			return false;
	return (pg_arm64_load32(address + PL011_PART_0) & 0xff) == 0x11;
}

static struct pg_console identify(uint64_t address)
{
	struct pg_console console = {
		.kind = PG_CONSOLE_8250_MMIO, .address = address, .stride = 1};

	if (is_pl011(address)) {
		console.kind = PG_CONSOLE_PL011;
		console.stride = 4;
	} else if ((pg_arm64_load32(address + 4 * LSR) & 0xff) == LSR_IDLE) {
		console.stride = 4;
	}
	return console;
}

static void choose_console(struct pg_request *request)
{
	struct pg_console console;

	if (arm64_sink == 0 || arm64_sink % 4 != 0)
		return;
	console = pg_dropin_tree_console(request, arm64_dtb_addr);
	if (console.kind == PG_CONSOLE_NONE || console.address != arm64_sink)
		console = identify(arm64_sink);
	request->console = request->another = console;
}

void pg_dropin_request(struct pg_request *request)
{
	request->regions = sha256_regions;
	request->digest = sha256_digest;
	request->unchecked = skip_checks != 0;
	request->handoff.protocol = PG_HANDOFF_LINUX_ARM64;
	request->handoff.entry = arm64_kernel_entry;
	request->handoff.args[0] = arm64_dtb_addr;
	request->ticks_per_second = ARM64_READ(cntfrq_el0);
	choose_console(request);
}
