/* SPDX-License-Identifier: BSD-2-Clause */
/* What an interruption that nobody expected prints. */
#include "arch/s390x/s390x.h"

#include "purgatorio/arch.h"

uint64_t pg_s390x_resume;

/* PoP figure 6-1, "Interruption Action". */
static const char *program_name(unsigned code)
{
	switch (code) {
	case 0x01:
		return "program check: operation";
	case 0x02:
		return "program check: privileged operation";
	case 0x03:
		return "program check: execute";
	case 0x04:
		return "program check: protection";
	case 0x05:
		return "program check: addressing";
	case 0x06:
		return "program check: specification";
	case 0x07:
		return "program check: data";
	}
	return "program check";
}

static const char *class_name(const struct s390x_trap_frame *frame)
{
	switch (frame->class) {
	case S390X_RESTART:
		return "restart";
	case S390X_SUPERVISOR:
		return "supervisor call";
	case S390X_PROGRAM:
		return program_name(s390x_load64(LOWCORE_PROGRAM - 4) & 0xff);
	case S390X_MACHINE:
		return "machine check";
	}
	return "I/O interruption";
}

void pg_s390x_trap(const struct s390x_trap_frame *f)
{
	const struct s390x_psw *old =
		s390x_lowcore(LOWCORE_OLD_PSWS + f->class * sizeof(*old));
	const struct pg_trap_register registers[] = {
		{"psw", old->mask},
		{"at", old->address},
		{"code", (uint32_t)s390x_load64(LOWCORE_PROGRAM - 4)},
		{"teid", s390x_load64(LOWCORE_TEID)},
		{"mcic", s390x_load64(LOWCORE_MACHINE)},
		{"cr0", s390x_read_cr0()},
		{"r0", f->gpr[0]},
		{"r1", f->gpr[1]},
		{"r2", f->gpr[2]},
		{"r3", f->gpr[3]},
		{"r4", f->gpr[4]},
		{"r5", f->gpr[5]},
		{"r6", f->gpr[6]},
		{"r7", f->gpr[7]},
		{"r8", f->gpr[8]},
		{"r9", f->gpr[9]},
		{"r10", f->gpr[10]},
		{"r11", f->gpr[11]},
		{"r12", f->gpr[12]},
		{"r13", f->gpr[13]},
		{"r14", f->gpr[14]},
		{"r15", f->gpr[15]},
	};

	if (f->class == S390X_PROGRAM && pg_s390x_resume) {
		struct s390x_psw *resumed = s390x_lowcore(LOWCORE_OLD_PROGRAM);

		resumed->address = pg_s390x_resume;
		pg_s390x_resume = 0;
		return;
	}
	pg_trap(class_name(f), registers,
		sizeof(registers) / sizeof(registers[0]));
}
