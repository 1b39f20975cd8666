/* SPDX-License-Identifier: BSD-2-Clause */
/* Fills in the templates of modes.S, in memory of their own, and goes there. */
#include "dropin/x86_64/modes.h"

#include <string.h>

#include "purgatorio/arch.h"

#define HIDDEN __attribute__((visibility("hidden")))
extern HIDDEN const uint8_t pg_x86_to32[], pg_x86_to32_end[],
	pg_x86_to32_target[], pg_x86_to32_frame[], pg_x86_to32_gdt[],
	pg_x86_to32_table[];
extern HIDDEN const uint8_t pg_x86_to16[], pg_x86_to16_end[],
	pg_x86_to16_segment[], pg_x86_to16_frame[], pg_x86_to16_gdt[],
	pg_x86_to16_table[];

#define REAL_MODE_END 0x100000
#define BASE_AT	      16 /* of bits 23 to 0 in a descriptor (SDM 3.4.5) */
#define GDT_BASE_AT   2	 /* behind the limit */
#define STAGE_BYTES   512

static uint8_t stage32[STAGE_BYTES] __attribute__((aligned(16)));
static uint8_t stage16[STAGE_BYTES] __attribute__((aligned(16)));

bool pg_x86_can_enter(enum x86_mode mode)
{
	const uint64_t end = pg_address(stage16) + sizeof(stage16);

	if (mode == X86_MODE_REAL)
		return end <= REAL_MODE_END;
	return mode == X86_MODE_LONG || end <= UINT32_MAX;
}

noreturn void pg_x86_enter32(const struct x86_registers32 *r)
{
	const uint32_t frame[9] = {r->edi, r->esi, r->ebp, 0,	  r->ebx,
				   r->edx, r->ecx, r->eax, r->esp};
	const uint64_t table =
		pg_address(stage32) + (size_t)(pg_x86_to32_table - pg_x86_to32);
	void (*go)(uint64_t own) = (void (*)(uint64_t))pg_address(stage32);

	memcpy(stage32, pg_x86_to32, (size_t)(pg_x86_to32_end - pg_x86_to32));
	memcpy(stage32 + (pg_x86_to32_frame - pg_x86_to32), frame,
	       sizeof(frame));
	memcpy(stage32 + (pg_x86_to32_target - pg_x86_to32), &r->eip,
	       sizeof(r->eip));
	memcpy(stage32 + (pg_x86_to32_gdt - pg_x86_to32) + GDT_BASE_AT, &table,
	       sizeof(table));
	go(pg_address(stage32));
	__builtin_unreachable();
}

noreturn void pg_x86_enter16(const struct x86_registers16 *r)
{
	const uint32_t own = (uint32_t)pg_address(stage16);
	const struct x86_registers32 down = {.ebx = own, .eip = own};
	const uint32_t table =
		own + (uint32_t)(pg_x86_to16_table - pg_x86_to16);
	const uint16_t segment = (uint16_t)(own >> 4);
	uint8_t *descriptors;
	uint64_t descriptor;
	unsigned i;

	memcpy(stage16, pg_x86_to16, (size_t)(pg_x86_to16_end - pg_x86_to16));
	memcpy(stage16 + (pg_x86_to16_frame - pg_x86_to16), r, sizeof(*r));
	memcpy(stage16 + (pg_x86_to16_segment - pg_x86_to16), &segment,
	       sizeof(segment));
	memcpy(stage16 + (pg_x86_to16_gdt - pg_x86_to16) + GDT_BASE_AT, &table,
	       sizeof(table));
	descriptors = stage16 + (pg_x86_to16_table - pg_x86_to16);
	for (i = 1; i <= 2; i++) {
		memcpy(&descriptor, descriptors + 8 * i, 8);
		descriptor |= (uint64_t)own << BASE_AT;
		memcpy(descriptors + 8 * i, &descriptor, 8);
	}
	pg_x86_enter32(&down);
}
