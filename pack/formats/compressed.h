/* SPDX-License-Identifier: BSD-2-Clause */
/* Compressed files, unpacked into memory. */
#ifndef PURGATORIO_PACK_FORMATS_COMPRESSED_H
#define PURGATORIO_PACK_FORMATS_COMPRESSED_H

#include "purgatorio/purgatorio.h"

enum pg_compression {
	PG_COMPRESSION_NONE = 0, /* or one that is not known here */
	PG_COMPRESSION_GZIP,
	PG_COMPRESSION_XZ,
	PG_COMPRESSION_ZSTD,
};

/* No kernel is larger; what unpacks to more is damaged, or a trap. */
#define PG_UNPACKED_MAX (512u * 1024 * 1024)

/* By its first bytes. */
enum pg_compression pg_compression_of(struct pg_bytes file);
const char *pg_compression_name(enum pg_compression kind);

/* Unpacks the stream at the start of @from, which is of @kind, to @out->data
 * from malloc(3). What follows the stream is left alone. PG_E_TRUNCATED,
 * PG_E_CORRUPT, PG_E_LIMIT, PG_E_NO_MEMORY. */
enum pg_status pg_unpack(enum pg_compression kind, struct pg_bytes from,
			 struct pg_bytes *out, struct pg_error *error);

#endif
