/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an exception prints. SErrors stay masked: one that the dead kernel left
 * pending must not cost us the dump. So do interrupts, breakpoints and
 * watchpoints, whose addresses mean something else here.
 */
#include "arch/arm64/arm64.h"
#include "arch/arm64/cpu.h"

#include <stddef.h>
#include <string.h>

#include "purgatorio/arch.h"
#include "purgatorio/status.h"

_Static_assert(ARM64_STATUS_TRAP == PG_E_TRAP, "for vectors.S");
_Static_assert(sizeof(struct arm64_trap_frame) == ARM64_FRAME_BYTES, "frame");
_Static_assert(offsetof(struct arm64_trap_frame, sp) == ARM64_FRAME_SP,
	       "frame");

#define HIDDEN __attribute__((visibility("hidden")))
extern HIDDEN const uint8_t pg_arm64_vectors[];
extern HIDDEN const uint8_t pg_arm64_device_begin[], pg_arm64_device_end[];

/* ESR_ELx.EC (ARM ARM D17.2.37). */
#define ESR_EC_SHIFT	   26
#define EC_DATA_ABORT_SAME 0x25

void pg_arch_early(void)
{
	ARM64_WRITE_EL(vbar, pg_address(pg_arm64_vectors));
	arm64_isb();
}

/* By ESR_ELx.EC; those that a purgatory can cause. */
static const char *synchronous_name(uint64_t esr)
{
	switch (esr >> ESR_EC_SHIFT & 0x3f) {
	case 0x00:
		return "undefined instruction";
	case 0x07:
	case 0x19:
	case 0x1d:
		return "vector unit is off";
	case 0x0e:
		return "illegal execution state";
	case 0x15:
		return "SVC";
	case 0x16:
		return "HVC";
	case 0x17:
		return "SMC";
	case 0x18:
		return "system register access";
	case 0x21:
		return "instruction abort";
	case 0x22:
		return "unaligned program counter";
	case EC_DATA_ABORT_SAME:
		return "data abort";
	case 0x26:
		return "unaligned stack pointer";
	case 0x2c:
		return "floating-point exception";
	case 0x3c:
		return "breakpoint instruction";
	}
	return "exception";
}

static const char *exception_name(uint64_t vector, uint64_t esr)
{
	switch (vector & 3) {
	case 1:
		return "IRQ";
	case 2:
		return "FIQ";
	case 3:
		return "SError";
	}
	return synchronous_name(esr);
}

/* A device access that nobody answered: x0 all ones, and on (device.S). */
static bool device_fault(struct arm64_trap_frame *frame, uint64_t vector,
			 uint64_t esr)
{
	const uint64_t elr = ARM64_READ_EL(elr);

	if (vector != 0 || (esr >> ESR_EC_SHIFT & 0x3f) != EC_DATA_ABORT_SAME ||
	    elr < pg_address(pg_arm64_device_begin) ||
	    elr >= pg_address(pg_arm64_device_end))
		return false;
	frame->x[0] = UINT64_MAX;
	ARM64_WRITE_EL(elr, elr + 4);
	return true;
}

static void name_register(struct pg_trap_register *r, size_t number)
{
	r->name[0] = 'x';
	if (number < 10) {
		r->name[1] = (char)('0' + number);
		r->name[2] = '\0';
	} else {
		r->name[1] = (char)('0' + number / 10);
		r->name[2] = (char)('0' + number % 10);
		r->name[3] = '\0';
	}
}

void pg_arm64_trap(struct arm64_trap_frame *frame, uint64_t vector)
{
	const uint64_t esr = ARM64_READ_EL(esr);
	struct pg_trap_register registers[8 + 31] = {
		{"vector", vector},
		{"esr", esr},
		{"far", ARM64_READ_EL(far)},
		{"elr", ARM64_READ_EL(elr)},
		{"spsr", ARM64_READ_EL(spsr)},
		{"sctlr", ARM64_READ_EL(sctlr)},
		{"el", ARM64_READ(currentel) >> 2},
		{"sp", frame->sp},
	};
	size_t i;

	if (device_fault(frame, vector, esr))
		return;
	for (i = 0; i < 31; i++) {
		name_register(&registers[8 + i], i);
		registers[8 + i].value = frame->x[i];
	}
	pg_trap(exception_name(vector, esr), registers,
		sizeof(registers) / sizeof(registers[0]));
}
