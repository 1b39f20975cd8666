/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_TRIED 100

static enum pg_status io_error(struct pg_error *error, const char *path,
			       const char *what)
{
	return pg_fail(error, PG_E_IO, "%s: cannot %s: %s", path, what,
		       strerror(errno));
}

/* Where @path is; it may be too long to be kept. */
static bool folder_of(const char *path, char folder[PATH_MAX])
{
	char *slash;

	if (strlen(path) >= PATH_MAX)
		return false;
	strcpy(folder, path);
	slash = strrchr(folder, '/');
	if (slash == NULL)
		strcpy(folder, ".");
	else
		slash[slash == folder] = '\0';
	return true;
}

/* A rename lasts only once its folder is on disk. Some file systems cannot
 * sync a folder; the file itself is whole by then. */
static void sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	int fd;

	if (!folder_of(path, folder))
		return;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* The @try-th name beside @target that is ours. */
static int name_beside(const char *target, unsigned try,
		       char temporary[PATH_MAX])
{
	int length = snprintf(temporary, PATH_MAX, "%s.%ld-%u.tmp", target,
			      (long)getpid(), try);

	if (length >= 0 && length < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* A file in @target's folder that has no name. Not every file system has
 * those, and without /proc it would never get one. */
static int create_nameless(const char *target, unsigned mode)
{
	char folder[PATH_MAX];

	if (!folder_of(target, folder) || access("/proc/self/fd", X_OK) != 0)
		return -1;
	return open(folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
}

/* Creates a file beside @target, named for it and for us. */
static int create_beside(const char *target, unsigned mode,
			 char temporary[PATH_MAX])
{
	int fd = -1;

	for (unsigned i = 0; i < NAMES_TRIED; i++) {
		if (name_beside(target, i, temporary) != 0)
			return -1;
		fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			  mode);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return fd;
}

/* What rename(2) needs, which, other than linkat(2), replaces. */
static int give_name(struct pg_output *output)
{
	char self[64];
	int result = -1;

	if (output->temporary[0] != '\0')
		return 0;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", output->fd);
	for (unsigned i = 0; i < NAMES_TRIED; i++) {
		if (name_beside(output->target, i, output->temporary) != 0)
			break;
		result = linkat(AT_FDCWD, self, AT_FDCWD, output->temporary,
				AT_SYMLINK_FOLLOW);
		if (result == 0 || errno != EEXIST)
			break;
	}
	if (result != 0)
		output->temporary[0] = '\0';
	return result;
}

enum pg_status pg_output_open(const char *path, unsigned mode,
			      struct pg_output *output, struct pg_error *error)
{
	struct pg_output new = {.path = path};
	struct stat status;

	if (strlen(path) >= sizeof(new.target)) {
		errno = ENAMETOOLONG;
		return io_error(error, path, "create a file beside it");
	}
	/* rename(2) would replace a link or a device by our file. */
	strcpy(new.target, path);
	if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode) &&
	    realpath(path, new.target) == NULL)
		return io_error(error, path, "follow the link");
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return pg_fail(error, PG_E_IO,
			       "%s: not a regular file; name another output",
			       path);
	/* The kernel applies the umask to @mode. */
	new.fd = create_nameless(new.target, mode);
	if (new.fd < 0)
		new.fd = create_beside(new.target, mode, new.temporary);
	if (new.fd < 0)
		return io_error(error, path, "create a file beside it");
	*output = new;
	return PG_OK;
}

enum pg_status pg_output_write(struct pg_output *output, uint64_t offset,
			       struct pg_bytes bytes, struct pg_error *error)
{
	while (bytes.size != 0) {
		ssize_t written = pwrite(output->fd, bytes.data, bytes.size,
					 (off_t)offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return io_error(error, output->path, "write");
		bytes.data += written;
		bytes.size -= (size_t)written;
		offset += (uint64_t)written;
	}
	return PG_OK;
}

enum pg_status pg_output_commit(struct pg_output *output,
				struct pg_error *error)
{
	if (fsync(output->fd) != 0) {
		io_error(error, output->path, "write");
		pg_output_drop(output);
		return error->status;
	}
	if (give_name(output) != 0 ||
	    rename(output->temporary, output->target) != 0) {
		io_error(error, output->path, "replace");
		pg_output_drop(output);
		return error->status;
	}
	close(output->fd); /* synced: there is nothing left to fail */
	sync_folder_of(output->target);
	return PG_OK;
}

void pg_output_drop(struct pg_output *output)
{
	close(output->fd);
	if (output->temporary[0] != '\0')
		unlink(output->temporary);
}
