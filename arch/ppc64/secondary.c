/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other CPUs. kexec_sequence() copies our first LOW_BYTES bytes to address
 * 0 and then lets all CPUs that wait in the crashed kernel go to LOW_SECONDARY
 * there. They come when they come; nobody says how many there are. We give
 * them a place in our own code to wait (hold.S), put the next kernel's first
 * bytes in place of ours, and send them there: Linux's __secondary_hold runs
 * at these low addresses wherever the kernel itself lies.
 *
 * A loader without that copy has no CPUs for us, and low memory stays as it
 * is.
 */
#include "arch/ppc64/ppc64.h"

#include <string.h>

#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

/* How long CPUs may take to leave, in ticks of 512 MHz: a second. */
#define LEAVE_TICKS 512000000

volatile uint32_t pg_ppc64_held; /* CPUs in hold.S, which counts them */
volatile uint32_t pg_ppc64_released;

static bool ours; /* the copy is there, and CPUs may be */

void pg_ppc64_secondaries_collect(void)
{
	ours = memcmp(pg_ppc64_low(PG_IMAGE_MAGIC_OFFSET),
		      pg_image_start + PG_IMAGE_MAGIC_OFFSET,
		      LOW_HOLD - PG_IMAGE_MAGIC_OFFSET) == 0 &&
	       pg_address(pg_image_start) != 0;
	if (!ours)
		return;
	__asm__ volatile("sync" : : : "memory");
	*(volatile uint64_t *)pg_ppc64_low(LOW_HOLD) =
		pg_address(pg_ppc64_hold);
}

/* Puts the next kernel's first bytes to address 0. A CPU that comes only now
 * stays at LOW_SECONDARY until everything behind it is in place. */
static void place_head(uint64_t kernel)
{
	const uint8_t *head = pg_pointer(kernel);
	volatile uint32_t *door = pg_ppc64_low(LOW_SECONDARY);
	const size_t behind = LOW_SECONDARY + sizeof(*door);
	uint8_t stay[sizeof(*door)];

	pg_store_be32(stay, BRANCH_TO_SELF);
	*door = pg_load_le32(stay);
	pg_ppc64_sync_code(0, LOW_BYTES);
	memcpy(pg_ppc64_low(0), head, LOW_SECONDARY);
	memcpy(pg_ppc64_low(behind), head + behind, LOW_BYTES - behind);
	pg_ppc64_sync_code(0, LOW_BYTES);
	*door = pg_load_le32(head + LOW_SECONDARY);
	pg_ppc64_sync_code(0, LOW_BYTES);
}

void pg_ppc64_secondaries_release(uint64_t kernel)
{
	const uint64_t begin = ppc64_timebase();

	if (!ours)
		return;
	place_head(kernel);
	pg_ppc64_released = 1;
	__asm__ volatile("sync" : : : "memory");
	while (pg_ppc64_held && ppc64_timebase() - begin < LEAVE_TICKS)
		;
}
