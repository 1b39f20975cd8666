/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pack/output.h"

static const uint8_t nothing[1];

static enum pg_status io_error(struct pg_error *error, const char *path,
			       const char *what)
{
	return pg_fail(error, PG_E_IO, "%s: cannot %s: %s", path, what,
		       strerror(errno));
}

static enum pg_status map(const char *path, int fd, struct pg_bytes *out,
			  struct pg_error *error)
{
	struct stat status;
	void *at;

	if (fstat(fd, &status) != 0)
		return io_error(error, path, "stat");
	if (!S_ISREG(status.st_mode))
		return pg_fail(error, PG_E_IO,
			       "%s: not a regular file; copy it to one", path);
	if (status.st_size == 0) {
		*out = (struct pg_bytes){.data = nothing, .size = 0};
		return PG_OK;
	}
	at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return io_error(error, path, "map");
	*out = (struct pg_bytes){.data = at, .size = (size_t)status.st_size};
	return PG_OK;
}

enum pg_status pg_file_open(const char *path, struct pg_file *out,
			    struct pg_error *error)
{
	/* O_NONBLOCK: a FIFO must not hang us before it is refused. */
	struct pg_file file = {
		.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
	enum pg_status status;

	if (file.fd < 0)
		return io_error(error, path, "open");
	status = map(path, file.fd, &file.bytes, error);
	if (status == PG_OK)
		*out = file;
	else
		close(file.fd);
	return status;
}

void pg_file_close(struct pg_file *file)
{
	pg_file_unmap(&file->bytes);
	close(file->fd);
	file->fd = -1;
}

enum pg_status pg_file_map(const char *path, struct pg_bytes *out,
			   struct pg_error *error)
{
	struct pg_file file;
	enum pg_status status = pg_file_open(path, &file, error);

	if (status != PG_OK)
		return status;
	close(file.fd);
	*out = file.bytes;
	return PG_OK;
}

void pg_file_unmap(struct pg_bytes *bytes)
{
	if (bytes->size != 0)
		munmap((void *)(uintptr_t)bytes->data, bytes->size);
	*bytes = (struct pg_bytes){.data = NULL, .size = 0};
}

enum pg_status pg_file_write(const char *path, struct pg_bytes bytes,
			     unsigned mode, struct pg_error *error)
{
	struct pg_output output;
	enum pg_status status = pg_output_open(path, mode, &output, error);

	if (status != PG_OK)
		return status;
	status = pg_output_write(&output, 0, bytes, error);
	if (status == PG_OK)
		return pg_output_commit(&output, error);
	pg_output_drop(&output);
	return status;
}
