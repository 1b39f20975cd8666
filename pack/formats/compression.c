/* SPDX-License-Identifier: BSD-2-Clause */
/* How is this file compressed? */
#include <string.h>

#include "pack/formats/compressed.h"

enum pg_compression pg_compression_of(struct pg_bytes file)
{
	static const struct {
		const char *magic;
		size_t bytes;
		enum pg_compression kind;
	} magics[] = {
		{"\x1f\x8b", 2, PG_COMPRESSION_GZIP},
		{"\xfd"
		 "7zXZ\0",
		 6, PG_COMPRESSION_XZ},
		{"\x28\xb5\x2f\xfd", 4, PG_COMPRESSION_ZSTD},
	};

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (file.size >= magics[i].bytes &&
		    memcmp(file.data, magics[i].magic, magics[i].bytes) == 0)
			return magics[i].kind;
	return PG_COMPRESSION_NONE;
}

const char *pg_compression_name(enum pg_compression kind)
{
	switch (kind) {
	case PG_COMPRESSION_GZIP:
		return "gzip";
	case PG_COMPRESSION_XZ:
		return "xz";
	case PG_COMPRESSION_ZSTD:
		return "zstd";
	default:
		return "unknown";
	}
}
