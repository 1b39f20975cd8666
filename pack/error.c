/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>

#include "purgatorio/purgatorio.h"

enum pg_status(pg_fail)(struct pg_error *error, enum pg_status status,
			const char *format, ...)
{
	/* @format's arguments may lie in *@error: write it last. */
	char text[sizeof(error->text)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	/* Names come from files: an error stays one printable line. */
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	error->status = status;
	snprintf(error->text, sizeof(error->text), "%s", text);
	return status;
}
