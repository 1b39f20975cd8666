/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own GDT, TSS and IDT, and what an exception prints. All three are built
 * at run time in zeroed memory, since they hold addresses. */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/x86_64.h"

#include <string.h>

#include "purgatorio/arch.h"

#define TRAP_STACK_BYTES 4096

/* What traps.S pushes, from the lowest address up. */
struct x86_trap_frame {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* SDM 7.7: the TSS of 64-bit mode. */
struct tss {
	uint32_t reserved0;
	uint32_t rsp[6];
	uint32_t reserved1[2];
	uint32_t ist[14]; /* ist[0..1]: IST 1, low half first */
	uint32_t reserved2[2];
	uint16_t reserved3;
	uint16_t io_map; /* beyond the limit: no map */
};
_Static_assert(sizeof(struct tss) == 104, "SDM figure 7-11");

/* SDM 6.14.1: an interrupt gate. */
struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};
_Static_assert(sizeof(struct gate) == 16, "SDM figure 6-8");
#define GATE_INTERRUPT 0x8e /* present, DPL 0, 64-bit interrupt gate */

/* SDM 3.4.5, segment descriptors: flat, present, accessed. */
#define DESCRIPTOR_CODE UINT64_C(0x00af9b000000ffff)
#define DESCRIPTOR_DATA UINT64_C(0x00cf93000000ffff)
#define DESCRIPTOR_TSS	UINT64_C(0x0000890000000000) /* available, present */

struct __attribute__((packed)) table_register {
	uint16_t limit;
	uint64_t base;
};

static uint64_t gdt[6] __attribute__((aligned(16)));
static struct gate idt[X86_EXCEPTIONS] __attribute__((aligned(16)));
static struct tss tss __attribute__((aligned(16)));
static uint8_t trap_stack[TRAP_STACK_BYTES] __attribute__((aligned(16)));

extern const uint8_t pg_x86_stubs[];
uint32_t pg_x86_nmis; /* counted by traps.S */

static void load_gdt(void)
{
	const uint64_t base = pg_address(&tss);
	const uint64_t stack = pg_address(trap_stack) + sizeof(trap_stack);
	const struct table_register gdtr = {sizeof(gdt) - 1, pg_address(gdt)};

	tss.ist[0] = (uint32_t)stack;
	tss.ist[1] = (uint32_t)(stack >> 32);
	tss.io_map = sizeof(tss);
	gdt[X86_SELECTOR_CODE / 8] = DESCRIPTOR_CODE;
	gdt[X86_SELECTOR_DATA / 8] = DESCRIPTOR_DATA;
	/* SDM figure 7-4: base 23..0 at bit 16, base 31..24 at bit 56, the
	 * upper half in the next entry. */
	gdt[X86_SELECTOR_TSS / 8] = DESCRIPTOR_TSS | (sizeof(tss) - 1) |
				    (base & 0xffffff) << 16 |
				    (base >> 24 & 0xff) << 56;
	gdt[X86_SELECTOR_TSS / 8 + 1] = base >> 32;

	__asm__ volatile("lgdt	%0\n\t"
			 "pushq	%1\n\t"
			 "leaq	1f(%%rip), %%rax\n\t"
			 "pushq	%%rax\n\t"
			 "lretq\n"
			 "1:	movl	%2, %%eax\n\t"
			 "movl	%%eax, %%ds\n\t"
			 "movl	%%eax, %%es\n\t"
			 "movl	%%eax, %%ss\n\t"
			 "movl	%%eax, %%fs\n\t"
			 "movl	%%eax, %%gs\n\t"
			 "movl	%3, %%eax\n\t"
			 "ltr	%%ax"
			 :
			 : "m"(gdtr), "i"(X86_SELECTOR_CODE),
			   "i"(X86_SELECTOR_DATA), "i"(X86_SELECTOR_TSS)
			 : "rax", "memory");
}

static void load_idt(void)
{
	const struct table_register idtr = {sizeof(idt) - 1, pg_address(idt)};
	unsigned i;

	for (i = 0; i < X86_EXCEPTIONS; i++) {
		const uint64_t stub =
			pg_address(pg_x86_stubs) + i * X86_STUB_BYTES;

		idt[i].offset_low = (uint16_t)stub;
		idt[i].offset_middle = (uint16_t)(stub >> 16);
		idt[i].offset_high = (uint32_t)(stub >> 32);
		idt[i].selector = X86_SELECTOR_CODE;
		idt[i].ist = 1;
		idt[i].type = GATE_INTERRUPT;
	}
	__asm__ volatile("lidt %0" : : "m"(idtr) : "memory");
}

void pg_arch_early(void)
{
	/* A debugger's breakpoints in the dead kernel are addresses that mean
	 * something else here. */
	x86_write_dr7(X86_DR7_OFF);
	load_gdt();
	load_idt();
}

/* SDM table 6-1. */
static const char *exception_name(uint64_t vector)
{
	switch (vector) {
	case 0:
		return "#DE divide error";
	case 1:
		return "#DB debug exception";
	case 3:
		return "#BP breakpoint";
	case 4:
		return "#OF overflow";
	case 5:
		return "#BR bound range exceeded";
	case 6:
		return "#UD invalid opcode";
	case 7:
		return "#NM device not available";
	case 8:
		return "#DF double fault";
	case 10:
		return "#TS invalid TSS";
	case 11:
		return "#NP segment not present";
	case 12:
		return "#SS stack fault";
	case 13:
		return "#GP general protection";
	case 14:
		return "#PF page fault";
	case 16:
		return "#MF x87 error";
	case 17:
		return "#AC alignment check";
	case 18:
		return "#MC machine check";
	case 19:
		return "#XM SIMD exception";
	}
	return "exception";
}

noreturn void pg_x86_trap(const struct x86_trap_frame *f)
{
	const struct pg_trap_register registers[] = {
		{"vector", f->vector},	 {"error", f->error},
		{"cr2", x86_read_cr2()}, {"cr3", x86_read_cr3()},
		{"rip", f->rip},	 {"cs", f->cs},
		{"rflags", f->rflags},	 {"rsp", f->rsp},
		{"rax", f->rax},	 {"rbx", f->rbx},
		{"rcx", f->rcx},	 {"rdx", f->rdx},
		{"rsi", f->rsi},	 {"rdi", f->rdi},
		{"rbp", f->rbp},	 {"r8", f->r8},
		{"r9", f->r9},		 {"r10", f->r10},
		{"r11", f->r11},	 {"r12", f->r12},
		{"r13", f->r13},	 {"r14", f->r14},
		{"r15", f->r15},	 {"nmis", pg_x86_nmis},
	};

	pg_trap(exception_name(f->vector), registers,
		sizeof(registers) / sizeof(registers[0]));
}
