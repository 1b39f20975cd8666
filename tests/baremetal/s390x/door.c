/* SPDX-License-Identifier: BSD-2-Clause */
/* What the door does, and its judgement of what came back from the first
 * call: all that a living kernel owns must be as it was. */
#include "tests/baremetal/s390x/door.h"

#define LOWCORE_BYTES 8192
#define CODE_SERVICE  0x2401

/* Low-address protection, every subclass of external interruptions, AFP and
 * vector registers. */
#define CR0_HOSTILE  0x1006fef0
#define CR14_HOSTILE 0x0b000000 /* machine checks that no emulator raises */
#define PSW_HOSTILE  0x0004f00180000000 /* entry-states: home space, CC 3 */
#define PSW_CODE \
	UINT64_C(0x00003f0000000000) /* CC and program mask: not kept */

static uint8_t prefixed[LOWCORE_BYTES] __attribute__((aligned(8192)));
static uint8_t expected[LOWCORE_BYTES], block[sizeof(say_block)];
static struct door_state before, after;

static uint64_t parameter(unsigned offset)
{
	return *(volatile uint64_t *)(uint64_t)(DOOR_PARAMETERS + offset);
}

static void fill(uint8_t *at, uint64_t bytes, unsigned seed)
{
	uint64_t i;

	for (i = 0; i < bytes; i++)
		at[i] = (uint8_t)(i * seed + i / 251 + seed);
}

static void store64(uint8_t *at, uint64_t value)
{
	unsigned i;

	for (i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (56 - 8 * i));
}

/* New PSWs that stop, with an address that says which. */
static void hostile_lowcore(uint8_t *lowcore)
{
	unsigned i;

	fill(lowcore + 0x80, LOWCORE_BYTES - 0x80, 7);
	for (i = 0; i < 6; i++) {
		store64(lowcore + 0x1a0 + 16 * i, 0x0002000180000000);
		store64(lowcore + 0x1a8 + 16 * i, 0xbad0 + i);
	}
}

static void hostile_state(void)
{
	unsigned i;

	fill((uint8_t *)&before, sizeof(before), 0x35);
	for (i = 0; i < 16; i++)
		before.cr[i] = 0x0101010101010101 * i;
	before.cr[0] = CR0_HOSTILE;
	before.cr[14] = CR14_HOSTILE;
	before.fpc = 0x00f80002;
	before.prefix = (uint32_t)(uint64_t)prefixed;
	before.psw = PSW_HOSTILE;
	before.gpr[15] = 0x7fffffffffff0008;
}

static unsigned changed(const char *what, uint64_t old, uint64_t new,
			unsigned number)
{
	if (old == new)
		return 0;
	say("door: changed: ");
	say(what);
	say_value(" number", number);
	say_value("  before", old);
	say_value("  after", new);
	return 1;
}

/* The service signal that was pending before is pending still, and is the
 * block's that we wrote then. */
static unsigned signal_lost(void)
{
	static const uint64_t cr0 = 0x60200; /* service signals */
	uint64_t *new_psw = (uint64_t *)0x1b0, signal;
	uint8_t mask;

	__asm__ volatile("" : "+d"(new_psw));
	new_psw[0] = 0x0000000180000000;
	__asm__ volatile("	larl	%[signal],1f\n"
			 "	stg	%[signal],8(%[psw])\n"
			 "	lctlg	%%c0,%%c0,%[cr0]\n"
			 "	lghi	%[signal],0\n"
			 "	stosm	%[mask],1\n"
			 "	j	2f\n"
			 "1:	lg	%[signal],0x80\n"
			 "2:	stnsm	%[mask],0xfe"
			 : [signal] "=&a"(signal), [mask] "=Q"(mask)
			 : [psw] "a"(new_psw), [cr0] "Q"(cr0)
			 : "memory", "cc");
	return changed("service signal",
		       (uint64_t)say_block << 32 | CODE_SERVICE,
		       signal & 0xfffffff80000ffff, 0);
}

static unsigned judge(uint64_t flags)
{
	const unsigned halves = flags & DOOR_NO_VX ? 1 : 2;
	const unsigned vectors = flags & DOOR_NO_VX ? 16 : 32;
	unsigned i, bad = flags & DOOR_NO_BLOCK ? 0 : signal_lost();

	for (i = 0; i < sizeof(block); i++)
		bad += changed("SCLP block", block[i], say_block[i], i);
	for (i = 6; i < 16; i++)
		if (i != 14)
			bad += changed("r", before.gpr[i], after.gpr[i], i);
	for (i = 0; i < 16; i++)
		bad += changed("cr", before.cr[i], after.cr[i], i);
	for (i = 0; i < 16; i++)
		bad += changed("ar", before.ar[i], after.ar[i], i);
	for (i = 0; i < vectors * halves; i++)
		bad += changed("vr", before.vr[i / halves][i % halves],
			       after.vr[i / halves][i % halves], i / halves);
	bad += changed("fpc", before.fpc, after.fpc, 0);
	bad += changed("prefix", before.prefix, after.prefix, 0);
	bad += changed("psw", before.psw & ~PSW_CODE, after.psw & ~PSW_CODE, 0);
	for (i = 0; i < LOWCORE_BYTES && bad < 20; i++)
		bad += changed("lowcore", expected[i], prefixed[i], i);
	return bad;
}

static uint64_t ask(uint64_t entry, uint64_t flags)
{
	unsigned i;

	hostile_lowcore(prefixed);
	hostile_state();
	say("door: asks\r\n"); /* whose signal is pending now */
	for (i = 0; i < sizeof(expected); i++)
		expected[i] = prefixed[i];
	if (flags & DOOR_NO_BLOCK)
		say_block[0] = say_block[1] = 0; /* its length */
	for (i = 0; i < sizeof(block); i++)
		block[i] = say_block[i];
	door_ask(entry, &before, &after, flags);
	if (judge(flags) != 0)
		stop(DOOR_CHANGED);
	say("door: all is as it was\r\n");
	say_value("door.answer", after.gpr[2]);
	return after.gpr[2];
}

/* No word of the dead kernel's memory is like another, or 0. */
static void fill_memory(uint64_t end)
{
	uint64_t at;

	for (at = LOWCORE_BYTES; at < end; at += 8)
		if (at < DOOR_PLACE || at >= DOOR_PLACE_END)
			*(volatile uint64_t *)at = at * 0x9e3779b97f4a7c15;
}

/* As relocate_kernel.S leaves it. */
static _Noreturn void normal(uint64_t entry)
{
	const uint64_t *from = (const uint64_t *)parameter(DOOR_MOVE);
	const uint64_t bytes = parameter(DOOR_MOVE_BYTES);
	uint64_t at;

	for (at = 0; at < bytes; at += 8) {
		volatile uint64_t *to = (volatile uint64_t *)at;

		__asm__ volatile("" : "+d"(to));
		*to = *from++;
	}
	door_normal(entry);
}

_Noreturn void door_main(void)
{
	const uint64_t flags = parameter(DOOR_FLAGS);
	const uint64_t entry = parameter(DOOR_ENTRY);
	uint64_t answer;
	uint8_t *lowcore = 0;

	__asm__ volatile("" : "+d"(lowcore));
	if (flags & DOOR_NORMAL)
		normal(entry);
	if (!(flags & DOOR_ONCE)) {
		answer = ask(entry, flags);
		if (answer && !(flags & DOOR_STUBBORN))
			stop(DOOR_REFUSED + answer);
	}
	if (parameter(DOOR_CHANGE))
		*(volatile uint8_t *)parameter(DOOR_CHANGE) ^=
			(uint8_t)parameter(DOOR_XOR);
	hostile_lowcore(lowcore);
	fill_memory(parameter(DOOR_BYTES));
	if (flags & DOOR_BEFORE)
		stop(DOOR_STOPPED);
	say("door: goes\r\n");
	door_go(entry + (flags & DOOR_SHORT_CUT ? 8 : 0));
}
