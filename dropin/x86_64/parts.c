/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Linux's boot_params (Documentation/arch/x86/boot.rst, zero-page.rst)
 * lead to. They may be corrupt: nothing is believed but addresses that lie in
 * a region.
 */
#include "dropin/contents.h"
#include "dropin/x86_64/next.h"

#include <string.h>

#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

/* boot_params. */
#define BP_BYTES	4096
#define BP_EXT_RAMDISK	0x0c0
#define BP_EXT_SIZE	0x0c4
#define BP_EXT_CMDLINE	0x0c8
#define BP_E820_COUNT	0x1e8
#define BP_SYSSIZE	0x1f4 /* of the protected-mode code, 16 bytes each */
#define BP_MAGIC	0x202
#define BP_RAMDISK	0x218
#define BP_RAMDISK_SIZE 0x21c
#define BP_CMDLINE	0x228
#define BP_E820		0x2d0
#define E820_BYTES	20
#define E820_MOST	128
#define PARAGRAPH	16
#define ENTRY_64	0x200 /* of the 64-bit entry in that code */
#define CMDLINE_BYTES	2048  /* as far as we look */

static uint64_t wide(const uint8_t *low, const uint8_t *high)
{
	return pg_load_le32(low) | (uint64_t)pg_load_le32(high) << 32;
}

/* NULL: none that can be believed. */
static const uint8_t *boot_params(const struct pg_request *request)
{
	const uint8_t *bp = pg_pointer(pg_x86_next.boot_params);

	if (!pg_dropin_known(request, pg_x86_next.boot_params, BP_BYTES) ||
	    memcmp(bp + BP_MAGIC, "HdrS", 4) != 0)
		return NULL;
	return bp;
}

/* PE/COFF specification 5.9.3: a signed kernel's file goes on with attribute
 * certificates, a multiple of 8 bytes each. */
#define CERTIFICATE_HEADER 8
#define CERTIFICATE_KIND   0x00020200 /* revision 2.0, PKCS signed data */
#define CERTIFICATE_MOST   65536

/* What of the kernel's region comes from its file, behind the setup code. */
static uint64_t kernel_bytes(const struct pg_request *request,
			     const uint8_t *bp)
{
	uint64_t bytes = (uint64_t)pg_load_le32(bp + BP_SYSSIZE) * PARAGRAPH;
	const uint64_t start = request->handoff.entry - ENTRY_64;
	const uint8_t *at;

	while (pg_dropin_known(request, start, bytes + CERTIFICATE_HEADER) !=
	       0) {
		at = pg_pointer(start + bytes);
		if (pg_load_le32(at + 4) != CERTIFICATE_KIND ||
		    pg_load_le32(at) < CERTIFICATE_HEADER ||
		    pg_load_le32(at) > CERTIFICATE_MOST)
			break;
		bytes += (pg_load_le32(at) + 7) & ~7u;
	}
	return bytes;
}

size_t pg_dropin_parts(const struct pg_request *request,
		       struct pg_dropin_part *parts, size_t max)
{
	const uint8_t *bp = boot_params(request);
	size_t count = 0;

	parts[count++] = (struct pg_dropin_part){
		.name = "kernel",
		.kind = PG_PART_KERNEL,
		.address = request->handoff.entry,
		.content_bytes = bp ? kernel_bytes(request, bp) : 0};
	count += pg_dropin_core_parts(request, parts + count, max - count);
	if (max - count < 3)
		return count;
	if (pg_x86_next.boot_params)
		parts[count++] = (struct pg_dropin_part){
			.name = "boot_params",
			.kind = PG_PART_BOOTPARAMS,
			.address = pg_x86_next.boot_params};
	if (!bp)
		return count;
	parts[count++] = (struct pg_dropin_part){
		.name = "initrd",
		.kind = PG_PART_INITRD,
		.address = wide(bp + BP_RAMDISK, bp + BP_EXT_RAMDISK),
		.content_bytes = wide(bp + BP_RAMDISK_SIZE, bp + BP_EXT_SIZE)};
	parts[count++] = (struct pg_dropin_part){
		.name = "cmdline",
		.kind = PG_PART_CMDLINE,
		.address = wide(bp + BP_CMDLINE, bp + BP_EXT_CMDLINE)};
	return count;
}

/* "console=ttyS0,115200" at @text: which, 0 to 3; or -1. */
static int serial_of(const char *text)
{
	static const char word[] = "console=ttyS";

	if (memcmp(text, word, sizeof(word) - 1) != 0)
		return -1;
	text += sizeof(word) - 1;
	if (text[0] < '0' || text[0] > '3' ||
	    (text[1] >= '0' && text[1] <= '9'))
		return -1;
	return text[0] - '0';
}

struct pg_console pg_dropin_console(const struct pg_request *request)
{
	/* Where the PC has always had them. */
	static const uint16_t ports[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
	struct pg_console console = {.kind = PG_CONSOLE_NONE};
	const uint8_t *bp = boot_params(request);
	char text[CMDLINE_BYTES + 1];
	uint64_t start;
	size_t length, i;
	int serial;

	if (!bp)
		return console;
	start = wide(bp + BP_CMDLINE, bp + BP_EXT_CMDLINE);
	for (length = 0; length < CMDLINE_BYTES; length++) {
		if (!pg_dropin_known(request, start + length, 1))
			break;
		text[length] = *(const char *)pg_pointer(start + length);
		if (text[length] == '\0')
			break;
	}
	memset(text + length, 0, sizeof(text) - length);
	/* The last one is the kernel's own. */
	for (i = 0; i + sizeof("console=ttyS0") <= length + 1; i++) {
		serial =
			i == 0 || text[i - 1] == ' ' ? serial_of(text + i) : -1;
		if (serial >= 0)
			console = (struct pg_console){
				.kind = PG_CONSOLE_8250_PORT,
				.address = ports[serial],
				.stride = 1};
	}
	return console;
}

static const char *doubt_memory_map(const uint8_t *bp, uint64_t *at)
{
	const uint64_t start = *at;
	struct pg_span span;
	unsigned i;

	*at = start + BP_E820_COUNT;
	if (bp[BP_E820_COUNT] > E820_MOST)
		return "boot_params have more memory ranges than there is room";
	for (i = 0; i < bp[BP_E820_COUNT]; i++) {
		const uint8_t *entry = bp + BP_E820 + i * E820_BYTES;

		*at = start + BP_E820 + i * E820_BYTES;
		if (!pg_span_make(wide(entry, entry + 4),
				  wide(entry + 8, entry + 12), &span) ||
		    span.bytes == 0 || pg_load_le32(entry + 16) == 0)
			return "a memory range in boot_params is none";
	}
	return NULL;
}

const char *pg_dropin_doubt_own(const struct pg_request *request, uint32_t kind,
				struct pg_span span, uint64_t *at)
{
	const uint8_t *bp = pg_pointer(span.start);
	uint64_t initrd, initrd_bytes;

	if (kind != PG_PART_BOOTPARAMS || span.bytes < BP_BYTES ||
	    span.start != pg_x86_next.boot_params)
		return NULL;
	*at = span.start + BP_MAGIC;
	if (memcmp(bp + BP_MAGIC, "HdrS", 4) != 0)
		return "boot_params without the setup header's magic number";
	initrd = wide(bp + BP_RAMDISK, bp + BP_EXT_RAMDISK);
	initrd_bytes = wide(bp + BP_RAMDISK_SIZE, bp + BP_EXT_SIZE);
	*at = span.start + BP_RAMDISK;
	if (initrd_bytes != 0 &&
	    !pg_dropin_known(request, initrd, initrd_bytes))
		return "boot_params name an initrd that was not loaded";
	*at = span.start + BP_CMDLINE;
	if (!pg_dropin_known(request,
			     wide(bp + BP_CMDLINE, bp + BP_EXT_CMDLINE), 1))
		return "boot_params name a command line that was not loaded";
	*at = span.start;
	return doubt_memory_map(bp, at);
}
