/* SPDX-License-Identifier: BSD-2-Clause */
/* What the runner tells the door, as 64-bit words in memory, and what the
 * door's two halves share. */
#ifndef TESTS_DOOR_H
#define TESTS_DOOR_H

#define DOOR_PARAMETERS 0x870000 /* behind the door */
#define DOOR_ENTRY	0	 /* address of the purgatory */
#define DOOR_FLAGS	8
#define DOOR_CHANGE	16 /* address of a byte ... */
#define DOOR_XOR	24 /* ... and what to change it by, between the calls */
#define DOOR_BYTES	32 /* memory from 0 on to fill, so that none is alike */
#define DOOR_MOVE	40 /* normal: an address, and ... */
#define DOOR_MOVE_BYTES 48 /* how much there is moved to 0 */
#define DOOR_PLACE	0x840000 /* the door's own, up to ... */
#define DOOR_PLACE_END	0x880000

/* DOOR_FLAGS */
#define DOOR_ONCE      1  /* no first call */
#define DOOR_BEFORE    2  /* stop before the second call */
#define DOOR_NO_VX     4  /* the CPU has no vector registers */
#define DOOR_STUBBORN  8  /* second call whatever the first said */
#define DOOR_SHORT_CUT 16 /* enter at the entry of loaders that call once */
#define DOOR_NO_BLOCK  32 /* what the pending signal names is no block */
#define DOOR_NORMAL    64 /* one call, as after the reset of a normal kexec */

/* Ends: the address of a disabled wait. */
#define DOOR_CHANGED 0x7d  /* the first call did not give everything back */
#define DOOR_STOPPED 0x7e  /* before the second call */
#define DOOR_REFUSED 0x100 /* plus what the first call returned */
#define PAYLOAD_DONE 0x7f

/* struct door_state */
#define STATE_GPR    0
#define STATE_CR     128
#define STATE_AR     256
#define STATE_FPC    320
#define STATE_PREFIX 324
#define STATE_PSW    328 /* its mask */
#define STATE_VR     336
#define STATE_BYTES  848

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct door_state {
	uint64_t gpr[16];
	uint64_t cr[16];
	uint32_t ar[16];
	uint32_t fpc, prefix;
	uint64_t psw;
	uint64_t vr[32][2];
};
_Static_assert(offsetof(struct door_state, vr) == STATE_VR, "door_state");
_Static_assert(sizeof(struct door_state) == STATE_BYTES, "door_state");

/* door.S: enters @entry with r2 = 0 and everything else as in @before; what
 * comes back goes to @after. */
void door_ask(uint64_t entry, const struct door_state *before,
	      struct door_state *after, uint64_t flags);
/* Enters @entry with r2 = 1 and junk. */
_Noreturn void door_go(uint64_t entry);
/* Enters @entry in 31-bit mode with all registers but r1 zero. */
_Noreturn void door_normal(uint64_t entry);

/* door.c */
_Noreturn void door_main(void);

/* say.c: prints on the VT220 by the SCLP, whose service signal stays pending.
 */
void say(const char *text);
void say_value(const char *name, uint64_t value);
extern uint8_t say_block[512] __attribute__((aligned(512))); /* the SCLP's */
_Noreturn void stop(uint64_t code);

#endif /* __ASSEMBLER__ */
#endif
