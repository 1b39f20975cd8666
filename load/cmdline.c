/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel command lines. Words are separated by spaces; double quotes keep
 * spaces in a word (lib/cmdline.c, next_arg()). */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "load/parts.h"

/* What belongs to how the first kernel was booted, and what load says anew. */
static const char *const not_passed_on[] = {
	"BOOT_IMAGE=",	"initrd=",
	"crashkernel=", "elfcorehdr=",
	"memmap=",	"purgatorio.log=",
	"acpi_rsdp=",	"kexec_jump_back_entry=",
};

static bool passed_on(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(not_passed_on) / sizeof(not_passed_on[0]);
	     i++) {
		size_t prefix = strlen(not_passed_on[i]);

		if (length >= prefix && !memcmp(word, not_passed_on[i], prefix))
			return false;
	}
	return true;
}

/* The end of the word at @at, which is no space. */
static const char *word_end(const char *at)
{
	bool quoted = false;

	for (; *at != '\0' && (quoted || !strchr(" \t\n", *at)); at++)
		quoted ^= *at == '"';
	return at;
}

char *pg_cmdline_reuse(const char *line)
{
	char *out = malloc(strlen(line) + 1);
	size_t length = 0;

	if (!out)
		return NULL;
	for (line += strspn(line, " \t\n"); *line != '\0';
	     line += strspn(line, " \t\n")) {
		const char *end = word_end(line);
		size_t bytes = (size_t)(end - line);

		if (passed_on(line, bytes)) {
			if (length > 0)
				out[length++] = ' ';
			memcpy(out + length, line, bytes);
			length += bytes;
		}
		line = end;
	}
	out[length] = '\0';
	return out;
}

char *pg_cmdline_join(const char *first, const char *second)
{
	char *out = NULL;

	first = first ? first : "";
	second = second ? second : "";
	if (asprintf(&out, "%s%s%s", first,
		     *first != '\0' && *second != '\0' ? " " : "", second) < 0)
		return NULL;
	return out;
}

enum pg_status pg_cmdline_add(char **line, struct pg_error *error,
			      const char *format, ...)
{
	char *words = NULL, *joined = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&words, format, args) < 0)
		words = NULL;
	va_end(args);
	if (words)
		joined = pg_cmdline_join(*line, words);
	free(words);
	if (!joined)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "command line: out of memory");
	free(*line);
	*line = joined;
	return PG_OK;
}

enum pg_status pg_cmdline_check(const char *line,
				const struct pg_kernel *kernel,
				struct pg_error *error)
{
	size_t bytes = strlen(line);

	if (bytes > kernel->cmdline_max)
		return pg_fail(error, PG_E_LIMIT,
			       "command line: %zu bytes, and the kernel takes "
			       "%u; shorten --append",
			       bytes, kernel->cmdline_max);
	return PG_OK;
}
