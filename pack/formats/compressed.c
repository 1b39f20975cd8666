/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gzip by zlib, xz by liblzma, zstd by libzstd. All three are driven alike:
 * a buffer that doubles while the decoder asks for room, up to a limit. The
 * checksum that a file carries is compared by its library.
 */
#include "pack/formats/compressed.h"

/* zlib takes constant input only when asked to. */
#define ZLIB_CONST 1
#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#define FIRST_ROOM (16u * 1024 * 1024)
/* What xz may use for its dictionary: `xz -9` needs 65 MiB. */
#define XZ_MEMORY_MAX (512u * 1024 * 1024)
/* zlib counts in unsigned int. */
#define GZIP_STEP (1u << 30)
#define GZIP_ONLY (15 + 16) /* zlib.h, inflateInit2(): window, gzip header */

struct output {
	uint8_t *data;
	size_t used, room;
};

/* Sees to it that there is room for one more byte. */
static enum pg_status grow(struct output *out, struct pg_error *error)
{
	size_t room = out->room == 0 ? FIRST_ROOM : 2 * out->room;
	uint8_t *more;

	if (out->used < out->room)
		return PG_OK;
	if (out->room >= PG_UNPACKED_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "kernel: unpacks to more than %u MiB; no kernel "
			       "does: copy or build it again",
			       PG_UNPACKED_MAX >> 20);
	more = realloc(out->data, room);
	if (more == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "kernel: no memory to unpack %zu bytes", room);
	out->data = more;
	out->room = room;
	return PG_OK;
}

static enum pg_status truncated(enum pg_compression kind, struct pg_bytes from,
				struct pg_error *error)
{
	return pg_fail(error, PG_E_TRUNCATED,
		       "kernel: its %s data end after %zu bytes, too early; "
		       "copy or download it again",
		       pg_compression_name(kind), from.size);
}

static enum pg_status corrupt(enum pg_compression kind, const char *why,
			      struct pg_error *error)
{
	return pg_fail(error, PG_E_CORRUPT,
		       "kernel: its %s data are damaged (%s); copy or download "
		       "it again",
		       pg_compression_name(kind), why);
}

static enum pg_status gunzip(struct pg_bytes from, struct output *out,
			     struct pg_error *error)
{
	enum pg_status status = PG_OK;
	z_stream stream = {.next_in = from.data};
	size_t left = from.size;
	int result = Z_OK;

	if (inflateInit2(&stream, GZIP_ONLY) != Z_OK)
		return pg_fail(error, PG_E_NO_MEMORY, "kernel: out of memory");
	while (status == PG_OK && result == Z_OK) {
		size_t in = left < GZIP_STEP ? left : GZIP_STEP;
		size_t room;

		status = grow(out, error);
		if (status != PG_OK)
			break;
		room = out->room - out->used;
		stream.avail_in = (uInt)in;
		stream.next_out = out->data + out->used;
		stream.avail_out = (uInt)room;
		result = inflate(&stream, Z_NO_FLUSH);
		left -= in - stream.avail_in;
		out->used += room - stream.avail_out;
		/* No progress although there is room: the input has ended. */
		if (result == Z_BUF_ERROR ||
		    (result == Z_OK && left == 0 && stream.avail_out != 0))
			status = truncated(PG_COMPRESSION_GZIP, from, error);
		else if (result == Z_MEM_ERROR)
			status = pg_fail(error, PG_E_NO_MEMORY,
					 "kernel: out of memory");
		else if (result != Z_OK && result != Z_STREAM_END)
			status = corrupt(PG_COMPRESSION_GZIP,
					 stream.msg != NULL ? stream.msg
							    : "bad header",
					 error);
	}
	inflateEnd(&stream);
	return status;
}

static enum pg_status unxz(struct pg_bytes from, struct output *out,
			   struct pg_error *error)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	enum pg_status status = PG_OK;
	lzma_ret result = LZMA_OK;

	if (lzma_stream_decoder(&stream, XZ_MEMORY_MAX, 0) != LZMA_OK)
		return pg_fail(error, PG_E_NO_MEMORY, "kernel: out of memory");
	stream.next_in = from.data;
	stream.avail_in = from.size;
	while (status == PG_OK && result == LZMA_OK) {
		size_t room;

		status = grow(out, error);
		if (status != PG_OK)
			break;
		room = out->room - out->used;
		stream.next_out = out->data + out->used;
		stream.avail_out = room;
		result = lzma_code(&stream, LZMA_RUN);
		out->used += room - stream.avail_out;
		if (result == LZMA_BUF_ERROR)
			status = truncated(PG_COMPRESSION_XZ, from, error);
		else if (result == LZMA_MEM_ERROR ||
			 result == LZMA_MEMLIMIT_ERROR)
			status = pg_fail(error, PG_E_NO_MEMORY,
					 "kernel: xz needs more memory than "
					 "there is, or than any kernel needs");
		else if (result != LZMA_OK && result != LZMA_STREAM_END)
			status = corrupt(PG_COMPRESSION_XZ,
					 result == LZMA_OPTIONS_ERROR
						 ? "unknown filter"
						 : "bad data",
					 error);
	}
	lzma_end(&stream);
	return status;
}

static enum pg_status unzstd(struct pg_bytes from, struct output *out,
			     struct pg_error *error)
{
	ZSTD_inBuffer in = {from.data, from.size, 0};
	ZSTD_DStream *stream = ZSTD_createDStream();
	enum pg_status status = PG_OK;
	size_t result = 1; /* 0: the frame is complete */

	if (stream == NULL)
		return pg_fail(error, PG_E_NO_MEMORY, "kernel: out of memory");
	while (status == PG_OK && result != 0) {
		ZSTD_outBuffer into;

		status = grow(out, error);
		if (status != PG_OK)
			break;
		into = (ZSTD_outBuffer){out->data, out->room, out->used};
		result = ZSTD_decompressStream(stream, &into, &in);
		out->used = into.pos;
		if (ZSTD_isError(result))
			status = corrupt(PG_COMPRESSION_ZSTD,
					 ZSTD_getErrorName(result), error);
		else if (result != 0 && in.pos == in.size &&
			 into.pos < into.size)
			status = truncated(PG_COMPRESSION_ZSTD, from, error);
	}
	ZSTD_freeDStream(stream);
	return status;
}

enum pg_status pg_unpack(enum pg_compression kind, struct pg_bytes from,
			 struct pg_bytes *out, struct pg_error *error)
{
	struct output output = {NULL, 0, 0};
	enum pg_status status;

	switch (kind) {
	case PG_COMPRESSION_GZIP:
		status = gunzip(from, &output, error);
		break;
	case PG_COMPRESSION_XZ:
		status = unxz(from, &output, error);
		break;
	case PG_COMPRESSION_ZSTD:
		status = unzstd(from, &output, error);
		break;
	default:
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: not compressed in a way known here; "
			       "give it unpacked");
	}
	if (status != PG_OK) {
		free(output.data);
		return status;
	}
	*out = (struct pg_bytes){output.data, output.used};
	return PG_OK;
}
