/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to the SCLP, one at a time, and never waiting without a bound.
 *
 * A request is a block of storage below 2 GiB and the instruction SERVC. Its
 * end is a response code in the block and a service-signal interruption, one
 * for the whole machine. In the first call the SCLP is a living kernel's, and
 * other CPUs may be using it: an interruption that is pending when we come may
 * be the end of a request of its own, and it would wait for it for ever if our
 * own request's took its place. So such an interruption is taken first, and
 * given back at the end by a request that the SCLP refuses at once, in the
 * kernel's own block, whose header is put back.
 */
#include "arch/s390x/sclp.h"

#include <string.h>

#include "arch/s390x/s390x.h"
#include "purgatorio/arch.h"

/* SERVC's condition codes. */
#define STARTED	  0
#define BUSY	  2
#define NOT_THERE 3

/* How long an SCLP may be busy, or take: a second, or as many polls as no
 * machine makes in less, should the clock stand still. */
#define POLLS_MOST 100000000u

/* PoP figure 6-1; the parameter's low bits say that events wait. */
#define CODE_SERVICE_SIGNAL 0x2401u
#define PARAMETER_BLOCK	    0xfffffff8u

/* Storage that the SCLP can reach, where our own is too high: absolute, free
 * of the lowcore, and put back. Only once the old kernel is dead. */
#define BORROWED   0x2000u
#define BLOCKS_END 0x80000000u

static uint8_t own[SCLP_BLOCK_BYTES] __attribute__((aligned(SCLP_BLOCK_BYTES)));
static struct sclp_header *block;
static bool dead;     /* it did not answer: leave it alone */
static uint32_t owed; /* the kernel's block whose signal we took */
volatile uint64_t pg_s390x_signal;

/* SERVC's condition code. A block that it does not like, or a machine that
 * has no SCLP, is a program interruption. */
static int servc(uint32_t command, const void *at)
{
	uint64_t resume;
	int code = NOT_THERE;

	__asm__ volatile("	larl	%[resume],1f\n"
			 "	stg	%[resume],%[to]\n"
			 "	.insn	rre,0xb2200000,%[command],%[at]\n"
			 "	ipm	%[code]\n"
			 "	srl	%[code],28\n"
			 "1:"
			 : [resume] "=&d"(resume), [code] "+d"(code),
			   [to] "=Q"(pg_s390x_resume)
			 : [command] "d"(command), [at] "a"(at)
			 : "memory", "cc");
	pg_s390x_resume = 0;
	return code;
}

/* Takes a service signal if one is pending. Whose was it? */
static void take_signal(void)
{
	uint32_t parameter;

	pg_s390x_signal = 0;
	s390x_take_external();
	if ((pg_s390x_signal & 0xffff) != CODE_SERVICE_SIGNAL)
		return;
	parameter = (uint32_t)(pg_s390x_signal >> 32) & PARAMETER_BLOCK;
	if (parameter && parameter != pg_address(block) && !pg_s390x_going)
		owed = parameter;
}

struct bound {
	uint64_t since;
	unsigned polls;
};

static bool in_time(struct bound *bound)
{
	return ++bound->polls < POLLS_MOST &&
	       s390x_clock() - bound->since < S390X_CLOCK_SECOND;
}

/* Starts @command with the block @at and waits for its response. */
static bool execute(uint32_t command, volatile struct sclp_header *at)
{
	struct bound bound = {s390x_clock(), 0};
	int code;

	take_signal();
	while ((code = servc(command, (const void *)at)) == BUSY) {
		if (!in_time(&bound))
			return false;
		take_signal();
	}
	if (code != STARTED)
		return false;
	while (at->response == 0)
		if (!in_time(&bound))
			return false;
	return true;
}

struct sclp_header *pg_sclp_block(size_t bytes)
{
	if (dead)
		return NULL;
	block = (struct sclp_header *)own;
	if (pg_address(own) >= BLOCKS_END) {
		if (!pg_s390x_going)
			return NULL;
		block = s390x_lowcore(BORROWED);
		memcpy(own, block, SCLP_BLOCK_BYTES);
	}
	memset(block, 0, SCLP_BLOCK_BYTES);
	block->bytes = (uint16_t)bytes;
	return block;
}

bool pg_sclp_do(uint32_t command)
{
	const bool answered = execute(command, block);
	const bool done = answered && block->response == SCLP_DONE;

	if (answered)
		take_signal();
	else
		dead = true;
	if ((uint8_t *)block != own)
		memcpy(block, own, SCLP_BLOCK_BYTES);
	return done;
}

/* Where signals came together (QEMU's are the OR of both), there is no such
 * block. */
void pg_s390x_sclp_end(void)
{
	struct sclp_header *kernels = pg_pointer(owed), header;

	if (!owed || !pg_arch_reachable(owed, sizeof(header)))
		return;
	header = *kernels;
	kernels->response = 0;
	(void)execute(SCLP_NO_SUCH_COMMAND, kernels);
	*kernels = header;
	owed = 0;
}
