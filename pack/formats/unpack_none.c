/* SPDX-License-Identifier: BSD-2-Clause */
/* For builds without zlib, liblzma and libzstd, in the place of compressed.c:
 * a kernel has to be given unpacked. */
#include "pack/formats/compressed.h"

enum pg_status pg_unpack(enum pg_compression kind, struct pg_bytes from,
			 struct pg_bytes *out, struct pg_error *error)
{
	(void)from;
	(void)out;
	return pg_fail(error, PG_E_FORMAT,
		       "kernel: is compressed (%s), and this program was built "
		       "without libraries to unpack it; give it unpacked, such "
		       "as a vmlinux",
		       pg_compression_name(kind));
}
