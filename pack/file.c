/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "purgatorio/purgatorio.h"

static const uint8_t nothing[1];

static enum pg_status io_error(struct pg_error *error, const char *path,
			       const char *what)
{
	return pg_fail(error, PG_E_IO, "%s: cannot %s: %s", path, what,
		       strerror(errno));
}

enum pg_status pg_file_map(const char *path, struct pg_bytes *out,
			   struct pg_error *error)
{
	/* O_NONBLOCK: a FIFO must not hang us before it is refused. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	void *map;

	if (fd < 0)
		return io_error(error, path, "open");
	if (fstat(fd, &status) != 0) {
		io_error(error, path, "stat");
		close(fd);
		return error->status;
	}
	if (!S_ISREG(status.st_mode)) {
		close(fd);
		return pg_fail(error, PG_E_IO,
			       "%s: not a regular file; copy it to one", path);
	}
	if (status.st_size == 0) {
		close(fd);
		*out = (struct pg_bytes){.data = nothing, .size = 0};
		return PG_OK;
	}
	map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED) {
		io_error(error, path, "map");
		close(fd);
		return error->status;
	}
	close(fd);
	*out = (struct pg_bytes){.data = map, .size = (size_t)status.st_size};
	return PG_OK;
}

void pg_file_unmap(struct pg_bytes *bytes)
{
	if (bytes->size != 0)
		munmap((void *)(uintptr_t)bytes->data, bytes->size);
	*bytes = (struct pg_bytes){.data = NULL, .size = 0};
}

static int write_whole(int fd, struct pg_bytes bytes)
{
	while (bytes.size != 0) {
		ssize_t written = write(fd, bytes.data, bytes.size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		bytes.data += written;
		bytes.size -= (size_t)written;
	}
	return 0;
}

/* A rename lasts only once its folder is on disk. Some file systems cannot
 * sync a folder; the file itself is whole by then. */
static void sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	char *slash;
	int fd;

	if (strlen(path) >= sizeof(folder))
		return;
	strcpy(folder, path);
	slash = strrchr(folder, '/');
	if (slash == NULL)
		strcpy(folder, ".");
	else
		slash[slash == folder] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* Creates a file beside @target, named for it and for us. The kernel applies
 * the umask to @mode. */
static int create_beside(const char *target, unsigned mode,
			 char temporary[PATH_MAX])
{
	for (unsigned i = 0; i < 100; i++) {
		int length = snprintf(temporary, PATH_MAX, "%s.%ld-%u.tmp",
				      target, (long)getpid(), i);
		int fd;

		if (length < 0 || length >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			  mode);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* @target is not a symbolic link. */
static enum pg_status write_beside(const char *target, struct pg_bytes bytes,
				   unsigned mode, struct pg_error *error)
{
	char temporary[PATH_MAX];
	int fd = create_beside(target, mode, temporary);

	if (fd < 0)
		return io_error(error, target, "create a file beside it");
	if (write_whole(fd, bytes) != 0 || fsync(fd) != 0) {
		io_error(error, target, "write");
		close(fd);
		unlink(temporary);
		return error->status;
	}
	if (close(fd) != 0 || rename(temporary, target) != 0) {
		io_error(error, target, "replace");
		unlink(temporary);
		return error->status;
	}
	sync_folder_of(target);
	return PG_OK;
}

enum pg_status pg_file_write(const char *path, struct pg_bytes bytes,
			     unsigned mode, struct pg_error *error)
{
	char resolved[PATH_MAX];
	struct stat status;

	/* rename(2) would replace a link or a device by our file. */
	if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode)) {
		if (realpath(path, resolved) == NULL)
			return io_error(error, path, "follow the link");
		path = resolved;
	}
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return pg_fail(error, PG_E_IO,
			       "%s: not a regular file; name another output",
			       path);
	return write_beside(path, bytes, mode, error);
}
