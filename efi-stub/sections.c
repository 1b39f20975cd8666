/* SPDX-License-Identifier: BSD-2-Clause */
/* The section table of a PE image in memory ("Microsoft PE Format"). */
#include <string.h>

#include "efi-stub/stub.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

#define DOS_PE_AT	    0x3c /* u32 */
#define COFF_SECTIONS	    6	 /* u16, from "PE\0\0" on */
#define COFF_OPTIONAL_BYTES 20	 /* u16 */
#define COFF_END	    24
#define SECTION_BYTES	    40
#define SECTION_NAME_BYTES  8
#define SECTION_MEMORY	    8  /* u32, VirtualSize */
#define SECTION_ADDRESS	    12 /* u32, VirtualAddress */

bool stub_section(struct pg_span image, const char *name, struct pg_span *out)
{
	const uint8_t *base = pg_pointer(image.start);
	const size_t length = strlen(name);
	uint64_t at;
	unsigned i, count;

	if (image.bytes < DOS_PE_AT + 4)
		return false;
	at = pg_load_le32(base + DOS_PE_AT);
	if (at + COFF_END > image.bytes)
		return false;
	count = pg_load_le16(base + at + COFF_SECTIONS);
	at += COFF_END +
	      (uint64_t)pg_load_le16(base + at + COFF_OPTIONAL_BYTES);
	for (i = 0; i < count; i++, at += SECTION_BYTES) {
		struct pg_span span;

		if (at + SECTION_BYTES > image.bytes)
			return false;
		if (memcmp(base + at, name, length) != 0 ||
		    (length < SECTION_NAME_BYTES && base[at + length] != 0))
			continue;
		span.start =
			image.start + pg_load_le32(base + at + SECTION_ADDRESS);
		span.bytes = pg_load_le32(base + at + SECTION_MEMORY);
		if (!pg_span_contains(image, span))
			return false;
		*out = span;
		return true;
	}
	return false;
}
