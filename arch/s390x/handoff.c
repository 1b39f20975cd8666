/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaving: into the next kernel, through a re-IPL, back to the kernel that
 * asked, or not at all. */
#include "arch/s390x/s390x.h"

#include "purgatorio/arch.h"

/* DIAGNOSE X'308', load clear: IPL from where the machine was loaded (Linux:
 * arch/s390/include/asm/ipl.h, DIAG308_LOAD_CLEAR). */
#define RE_IPL 3

struct s390x_psw pg_s390x_next_psw;

/* s390/boot/head.S: entered in 64-bit mode with DAT off. It takes its
 * arguments from its own memory. */
enum pg_status pg_arch_handoff_check(const struct pg_handoff *handoff)
{
	return handoff->protocol == PG_HANDOFF_LINUX_S390X ||
			       handoff->protocol == PG_HANDOFF_IMAGE_S390X
		       ? PG_OK
		       : PG_E_HANDOFF;
}

noreturn void pg_arch_enter(const struct pg_handoff *handoff)
{
	const struct pg_manifest *manifest = pg_pointer(
		pg_address(&pg_image_start) + pg_image_start.memory_bytes);

	pg_s390x_next_psw.mask = S390X_PSW_64BIT;
	pg_s390x_next_psw.address = handoff->entry;
	pg_s390x_leave(manifest->swap_bytes ? manifest->swap_start : 0,
		       pg_address(&pg_image_start),
		       pg_image_start.memory_bytes + manifest->bytes);
}

/* A machine without this function raises a program interruption. */
void pg_arch_reset(const struct pg_reset *reset)
{
	register uint64_t address __asm__("r2") = 0; /* and r3: a status */
	uint64_t resume;

	(void)reset;
	__asm__ volatile("	larl	%[resume],1f\n"
			 "	stg	%[resume],%[at]\n"
			 "	diag	%[address],%[function],0x308\n"
			 "1:"
			 : [resume] "=&d"(resume), [address] "+d"(address),
			   [at] "=Q"(pg_s390x_resume)
			 : [function] "d"((uint64_t)RE_IPL)
			 : "memory", "cc", "r3");
	pg_s390x_resume = 0;
}

/* A wait PSW with every interruption off: what operators know as a disabled
 * wait, and its address as the code that they look up. */
noreturn void pg_arch_stop(enum pg_status status)
{
	/* Also for a stand-alone dump, which reads the lowcore. */
	pg_arch_close();
	if (!pg_s390x_going)
		pg_s390x_return(status);
	s390x_load_psw(S390X_PSW_64BIT | S390X_PSW_WAIT, status);
}
