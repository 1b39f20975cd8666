/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux's Documentation/driver-api/early-userspace/buffer-format.rst: headers
 * of 110 ASCII characters, names and contents padded with zeros to 4 bytes. */
#include <string.h>

#include "dropin/contents.h"
#include "purgatorio/arch.h"

#define HEADER_BYTES 110
#define MAGIC_BYTES  6
#define FIELD_BYTES  8
#define FILE_SIZE    54 /* offsets of fields */
#define NAME_SIZE    94
#define NAME_MOST    4096
#define ALIGNMENT    4

/* Eight hexadecimal digits; false: others. */
static bool field(const uint8_t *at, uint64_t *out)
{
	uint64_t value = 0;
	unsigned i;

	for (i = 0; i < FIELD_BYTES; i++) {
		const uint8_t c = at[i];

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			value = value << 4 | (uint64_t)((c | 0x20) - 'a' + 10);
		else
			return false;
	}
	*out = value;
	return true;
}

/* The member at *@next, behind which *@next is moved. */
static const char *member(const uint8_t *data, uint64_t bytes, uint64_t *next,
			  uint64_t *at)
{
	uint64_t start = *next, name = 0, file = 0, value, end, i;

	*at = start;
	if (bytes - start < HEADER_BYTES)
		return "a cpio header is cut off";
	for (i = MAGIC_BYTES; i < HEADER_BYTES; i += FIELD_BYTES) {
		*at = start + i;
		if (!field(data + start + i, &value))
			return "a cpio header holds no number";
		if (i == FILE_SIZE)
			file = value;
		if (i == NAME_SIZE)
			name = value;
	}
	*at = start + NAME_SIZE;
	start += HEADER_BYTES;
	if (name == 0 || name > NAME_MOST || name > bytes - start)
		return "a cpio header's name has no such length";
	end = start + name - 1;
	*at = end;
	if (data[end] != 0 || memchr(data + start, 0, name - 1))
		return "a name in the cpio archive ends elsewhere";
	for (end++; end % ALIGNMENT != 0 && end < bytes; end++)
		if (data[end] != 0)
			return "a cpio archive's padding is not zero";
	*at = end;
	if (file > bytes - end)
		return "a file in the cpio archive is cut off";
	for (end += file; end % ALIGNMENT != 0 && end < bytes; end++) {
		*at = end;
		if (data[end] != 0)
			return "a cpio archive's padding is not zero";
	}
	*next = end;
	return NULL;
}

const char *pg_doubt_initrd(struct pg_span span, uint64_t *at)
{
	const uint8_t *data = pg_pointer(span.start);
	const char *doubt;
	uint64_t next = 0;
	bool archive = false;

	while (next < span.bytes) {
		if (span.bytes - next >= MAGIC_BYTES &&
		    memcmp(data + next, "070701", MAGIC_BYTES) == 0) {
			archive = true;
			doubt = member(data, span.bytes, &next, at);
			*at += span.start;
			if (doubt)
				return doubt;
		} else if (data[next] == 0 && archive) {
			next++;
		} else {
			/* A compressed one, or one that begins wrongly. */
			*at = span.start + next;
			return archive && next % 512 != 0 &&
					       !memchr("\x1f\x28\x42\x5d\x89"
						       "\xfd\x02\x04",
						       data[next], 8)
				       ? "neither a cpio header nor the begin "
					 "of a "
					 "compressed archive"
				       : NULL;
		}
	}
	return NULL;
}
