/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/pieces.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "pack/formats/initrd.h"

static const struct pg_file *file_of(const struct pg_pack_options *options,
				     struct pg_bytes bytes)
{
	for (size_t i = 0; i < options->file_count; i++) {
		const struct pg_bytes map = options->files[i].bytes;
		/* Pointers into different objects cannot be compared. */
		const uintptr_t at = (uintptr_t)bytes.data;
		const uintptr_t start = (uintptr_t)map.data;

		if (at >= start && at - start < map.size)
			return &options->files[i];
	}
	return NULL;
}

static enum pg_status read_file(int fd, const char *name, uint64_t offset,
				size_t bytes, uint8_t *out,
				struct pg_error *error)
{
	while (bytes != 0) {
		ssize_t got = pread(fd, out, bytes, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return pg_fail(error, PG_E_IO, "%s: cannot read: %s",
				       name, strerror(errno));
		if (got == 0)
			return pg_fail(error, PG_E_IO,
				       "%s: its file shrank to %llu bytes "
				       "while it was read; wait for who writes "
				       "it, and try again",
				       name, (unsigned long long)offset);
		out += got;
		bytes -= (size_t)got;
		offset += (uint64_t)got;
	}
	return PG_OK;
}

/* @bytes is all in one piece. */
static enum pg_status read_piece(struct pg_bytes bytes, const char *name,
				 const struct pg_pack_options *options,
				 uint8_t *out, struct pg_error *error)
{
	const struct pg_file *file = file_of(options, bytes);

	if (file != NULL)
		return read_file(file->fd, name,
				 (uint64_t)(bytes.data - file->bytes.data),
				 bytes.size, out, error);
	if (bytes.size != 0)
		memcpy(out, bytes.data, bytes.size);
	return PG_OK;
}

enum pg_status pg_pieces_read(const struct pg_plan_part *part,
			      const struct pg_pack_options *options,
			      uint64_t offset, size_t bytes, uint8_t *out,
			      struct pg_error *error)
{
	const struct pg_bytes *pieces =
		part->pieces != NULL ? part->pieces : &part->spec.content;
	const size_t count = part->pieces != NULL ? part->piece_count : 1;
	const uint64_t end = offset + bytes;
	enum pg_status status = PG_OK;
	uint64_t start = 0;

	/* Between pieces are zeros. */
	memset(out, 0, count > 1 ? bytes : 0);
	for (size_t i = 0; i < count && start < end; i++) {
		const uint64_t piece_end = start + pieces[i].size;
		const uint64_t from = start > offset ? start : offset;
		const uint64_t to = piece_end < end ? piece_end : end;

		if (from < to)
			status = read_piece(
				(struct pg_bytes){pieces[i].data +
							  (from - start),
						  (size_t)(to - from)},
				part->spec.name, options, out + (from - offset),
				error);
		if (status != PG_OK)
			return status;
		start = pg_initrd_boundary(piece_end);
	}
	return PG_OK;
}
