/* SPDX-License-Identifier: BSD-2-Clause */
/* The image's command line and the loader's, joined. */
#ifndef PURGATORY_CMDLINE_H
#define PURGATORY_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes to @out the @own_bytes of the image's command line, which may end
 * with a NUL, and behind them words of @theirs, which ends with a NUL or
 * after @theirs_bytes: @all of them, or those that a kexec adds and a capture
 * kernel cannot do without. Returns the length without the NUL; when that
 * exceeds @room, @out holds no more than a beginning. @out has @room + 1 bytes.
 */
size_t pg_cmdline_join(char *out, size_t room, const char *own,
		       size_t own_bytes, const char *theirs,
		       size_t theirs_bytes, bool all);

#endif
