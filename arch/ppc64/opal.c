/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OPAL, the firmware of bare-metal machines (skiboot, doc/opal-api/). Where it
 * is, is in the manifest (handoff.args[2] and [3]); the console is needed
 * before the manifest is trusted, so that what is there is judged first.
 */
#include "arch/ppc64/ppc64.h"

#include <string.h>

#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

/* skiboot, include/opal-api.h. */
#define OPAL_CONSOLE_WRITE 1
#define OPAL_CEC_REBOOT	   6
#define OPAL_POLL_EVENTS   10
#define OPAL_CONSOLE_FLUSH 117
#define OPAL_SUCCESS	   0
#define OPAL_BUSY	   (-2)
#define OPAL_BUSY_EVENT	   (-12)
#define OPAL_PARTIAL	   (-3)

#define BUSY_MOST 100000
/* In ticks of 512 MHz: half a minute. A service processor takes seconds. */
#define REBOOT_TICKS UINT64_C(15360000000)

/* skiboot's own size, text to heap: include/mem-map.h. */
#define OPAL_BYTES_MOST 0x10000000

static uint64_t base, entry; /* 0: unknown */
static uint64_t terminal;

void __attribute__((weak))
pg_ppc64_image_opal(uint64_t image, uint64_t *opal, uint64_t *opal_entry)
{
	(void)image;
	*opal = 0;
	*opal_entry = 0;
}

static bool find(void)
{
	const struct pg_image_header *image = (const void *)pg_image_start;
	const struct pg_manifest *manifest =
		pg_pointer(pg_address(image) + image->memory_bytes);

	base = 0;
	entry = 0;
	if (memcmp(manifest->magic, PG_MANIFEST_MAGIC,
		   sizeof(manifest->magic)) != 0)
		return false;
	if (pg_ppc64_is_image(&manifest->handoff)) {
		pg_ppc64_image_opal(pg_address(image), &base, &entry);
	} else if (manifest->handoff.protocol == PG_HANDOFF_LINUX_PPC64) {
		base = manifest->handoff.args[2];
		entry = manifest->handoff.args[3];
	}
	return base != 0 && entry % 4 == 0 && entry > base &&
	       entry - base < OPAL_BYTES_MOST;
}

static int64_t call(uint64_t token, uint64_t a, uint64_t b, uint64_t c)
{
	return pg_ppc64_opal_call(token, a, b, c, base, entry);
}

static bool busy(int64_t result)
{
	return result == OPAL_BUSY || result == OPAL_BUSY_EVENT;
}

bool pg_ppc64_opal_open(uint64_t number)
{
	terminal = number;
	return find();
}

void pg_ppc64_opal_putc(char c)
{
	uint8_t length[8];
	unsigned tries = 0;
	int64_t result;

	do {
		pg_store_be64(length, 1);
		result = call(OPAL_CONSOLE_WRITE, terminal, pg_address(length),
			      pg_address(&c));
		if (busy(result))
			(void)call(OPAL_POLL_EVENTS, 0, 0, 0);
	} while (busy(result) && ++tries < BUSY_MOST);
	if (c == '\n')
		pg_ppc64_opal_flush();
}

/* What was written is in OPAL's own buffer, and the next kernel or a stop
 * would leave it there. */
void pg_ppc64_opal_flush(void)
{
	unsigned tries = 0;
	int64_t result;

	do {
		result = call(OPAL_CONSOLE_FLUSH, terminal, 0, 0);
	} while ((busy(result) || result == OPAL_PARTIAL) &&
		 ++tries < BUSY_MOST);
}

/* It is the service processor that reboots; until it does, it wants polls. */
void pg_ppc64_opal_reboot(void)
{
	const uint64_t begin = ppc64_timebase();
	int64_t result;

	if (!find())
		return;
	result = call(OPAL_CEC_REBOOT, 0, 0, 0);
	if (result != OPAL_SUCCESS && !busy(result))
		return;
	while (ppc64_timebase() - begin < REBOOT_TICKS)
		(void)call(OPAL_POLL_EVENTS, 0, 0, 0);
}
