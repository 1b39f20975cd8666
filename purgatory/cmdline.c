/* SPDX-License-Identifier: BSD-2-Clause */
#include "purgatory/cmdline.h"

#include <string.h>

struct line {
	char *text;
	size_t room, length;
};

static void put_word(struct line *line, const char *word, size_t length)
{
	if (line->length != 0) {
		if (line->length < line->room)
			line->text[line->length] = ' ';
		line->length++;
	}
	if (length <= line->room && line->length <= line->room - length)
		memcpy(line->text + line->length, word, length);
	line->length += length;
}

static bool begins(const char *word, size_t length, const char *with)
{
	const size_t bytes = strlen(with);

	return length >= bytes && memcmp(word, with, bytes) == 0;
}

/* kexec_load(2)'s callers and kexec_file_load(2) append these: where the core
 * header is, where ACPI's tables are, which memory may be used. */
static bool needed(const char *word, size_t length)
{
	return begins(word, length, "elfcorehdr=") ||
	       begins(word, length, "acpi_rsdp=") ||
	       begins(word, length, "memmap=");
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

size_t pg_cmdline_join(char *out, size_t room, const char *own,
		       size_t own_bytes, const char *theirs,
		       size_t theirs_bytes, bool all)
{
	struct line line = {out, room, 0};
	const char *end = memchr(theirs, '\0', theirs_bytes);
	bool quoted;

	if (!end)
		end = theirs + theirs_bytes;
	while (own_bytes &&
	       (own[own_bytes - 1] == '\0' || blank(own[own_bytes - 1])))
		own_bytes--;
	if (own_bytes)
		put_word(&line, own, own_bytes);
	while (theirs < end) {
		const char *word = theirs;

		for (quoted = false; theirs < end; theirs++) {
			if (*theirs == '"')
				quoted = !quoted;
			if (blank(*theirs) && !quoted)
				break;
		}
		if (theirs != word &&
		    (all || needed(word, (size_t)(theirs - word))))
			put_word(&line, word, (size_t)(theirs - word));
		if (theirs < end)
			theirs++;
	}
	out[line.length <= room ? line.length : room] = '\0';
	return line.length;
}
