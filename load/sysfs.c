/* SPDX-License-Identifier: BSD-2-Clause */
/* Small files of /proc and /sys, read whole. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load/machine.h"

#define FILE_BYTES_MAX (16u * 1024 * 1024)

/* @root and the formatted path in @out, which has PATH_MAX bytes. */
static bool join(char *out, const char *root, const char *format, va_list args)
{
	int prefix = snprintf(out, PATH_MAX, "%s", root);
	int rest;

	if (prefix < 0 || prefix >= PATH_MAX)
		return false;
	rest = vsnprintf(out + prefix, (size_t)(PATH_MAX - prefix), format,
			 args);
	return rest >= 0 && rest < PATH_MAX - prefix;
}

/* Their sizes are not known before they are read: stat() says 0 or 4096. */
static enum pg_status slurp(int fd, const char *path, struct pg_text *out,
			    struct pg_error *error)
{
	size_t room = 8192;
	struct pg_text text = {malloc(room), 0};

	while (text.data) {
		ssize_t got =
			read(fd, text.data + text.bytes, room - 1 - text.bytes);
		char *more;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int reason = errno;

			free(text.data);
			return pg_fail(error, PG_E_MACHINE,
				       "%s: cannot be read: %s", path,
				       strerror(reason));
		}
		if (got == 0) {
			text.data[text.bytes] = '\0';
			*out = text;
			return PG_OK;
		}
		text.bytes += (size_t)got;
		if (text.bytes < room - 1)
			continue;
		if (room >= FILE_BYTES_MAX) {
			free(text.data);
			return pg_fail(error, PG_E_MACHINE,
				       "%s: is larger than %u bytes", path,
				       FILE_BYTES_MAX);
		}
		room *= 2;
		more = realloc(text.data, room);
		if (!more)
			free(text.data);
		text.data = more;
	}
	return pg_fail(error, PG_E_NO_MEMORY, "%s: out of memory", path);
}

static enum pg_status sys_read(struct pg_text *out, struct pg_error *error,
			       const char *path)
{
	enum pg_status status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return pg_fail(error, PG_E_PRIVILEGE,
			       "%s: %s; run as root, outside of containers",
			       path, strerror(errno));
	if (fd < 0)
		return pg_fail(error, PG_E_MACHINE,
			       "%s: %s; is it mounted, and does the kernel "
			       "have it?",
			       path, strerror(errno));
	status = slurp(fd, path, out, error);
	close(fd);
	return status;
}

enum pg_status pg_sys_read(struct pg_text *out, struct pg_error *error,
			   const char *root, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	bool fits;

	va_start(args, format);
	fits = join(path, root, format, args);
	va_end(args);
	if (!fits)
		return pg_fail(error, PG_E_MACHINE, "%s: the path is too long",
			       root);
	return sys_read(out, error, path);
}

void pg_text_free(struct pg_text *text)
{
	free(text->data);
	*text = (struct pg_text){NULL, 0};
}

bool pg_sys_exists(const char *root, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	bool fits;

	va_start(args, format);
	fits = join(path, root, format, args);
	va_end(args);
	return fits && access(path, R_OK) == 0;
}

static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return UINT_MAX;
}

bool pg_parse_u64(const char **text, int base, uint64_t *out)
{
	const char *at = *text;
	bool hexadecimal = at[0] == '0' && (at[1] == 'x' || at[1] == 'X') &&
			   digit(at[2]) < 16;
	uint64_t value = 0;
	unsigned radix;

	if (hexadecimal && base != 10)
		at += 2;
	radix = base == 16 || (base == 0 && hexadecimal) ? 16 : 10;
	if (digit(*at) >= radix)
		return false;
	for (; digit(*at) < radix; at++) {
		if (value > (UINT64_MAX - digit(*at)) / radix)
			return false;
		value = value * radix + digit(*at);
	}
	*text = at;
	*out = value;
	return true;
}

enum pg_status pg_sys_number(uint64_t *out, struct pg_error *error, int base,
			     const char *root, const char *format, ...)
{
	char path[PATH_MAX];
	struct pg_text text;
	enum pg_status status;
	const char *at;
	uint64_t value = 0;
	va_list args;
	bool fits;

	va_start(args, format);
	fits = join(path, root, format, args);
	va_end(args);
	if (!fits)
		return pg_fail(error, PG_E_MACHINE, "%s: the path is too long",
			       root);
	status = sys_read(&text, error, path);
	if (status != PG_OK)
		return status;
	at = text.data;
	if (!pg_parse_u64(&at, base, &value) ||
	    at[strspn(at, " \t\n")] != '\0') {
		pg_text_free(&text);
		return pg_fail(error, PG_E_MACHINE, "%s: is not a number",
			       path);
	}
	pg_text_free(&text);
	*out = value;
	return PG_OK;
}
