/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder for each node, a file for each property (fs/proc of old,
 * drivers/of/kobj.c today): written as one blob. */
#include "fdt/flatten.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX    32
#define PROPERTY_MAX (1024 * 1024)
#define FIRST_BYTES  (128 * 1024)

struct flattening {
	const char *folder;
	uint8_t *tree;
	int bytes;
	int reason; /* libfdt's; -FDT_ERR_NOSPACE: try with more */
	char *property;
	struct pg_error *error;
};

static enum pg_status fail(struct flattening *f, const char *name,
			   const char *why)
{
	return pg_fail(f->error, PG_E_MACHINE, "%s: %s: %s", f->folder, name,
		       why);
}

/* Units in the order of their numbers, which have no leading zeros: Linux
 * numbers CPUs as they come, and its first memory must be the lowest. */
static int by_unit(const struct dirent **a, const struct dirent **b)
{
	const char *x = (*a)->d_name, *y = (*b)->d_name;
	const size_t base = strcspn(x, "@");

	if (strcspn(y, "@") == base && memcmp(x, y, base) == 0 &&
	    strlen(x) != strlen(y))
		return strlen(x) < strlen(y) ? -1 : 1;
	return strcmp(x, y);
}

static enum pg_status add_property(struct flattening *f, int folder,
				   const char *name)
{
	int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got, bytes = 0;

	if (file < 0)
		return fail(f, name, strerror(errno));
	while ((got = read(file, f->property + bytes,
			   (size_t)(PROPERTY_MAX - bytes))) > 0)
		bytes += got;
	close(file);
	if (got < 0)
		return fail(f, name, strerror(errno));
	if (bytes == PROPERTY_MAX)
		return fail(f, name, "has more than 1 MiB");
	f->reason = fdt_property(f->tree, name, f->property, (int)bytes);
	return PG_OK;
}

static enum pg_status add_node(struct flattening *f, int folder,
			       const char *name, int depth);

/* One entry of a node's folder, if it is of the @kind (S_IFREG, S_IFDIR) that
 * has its turn. */
static enum pg_status add_entry(struct flattening *f, int folder,
				const char *name, mode_t kind, int depth)
{
	struct stat info;

	/* A node's name stands in its folder's; ".", ".." are no nodes. */
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    (kind == S_IFREG && strcmp(name, "name") == 0))
		return PG_OK;
	if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return fail(f, name, strerror(errno));
	if ((info.st_mode & S_IFMT) != kind)
		return PG_OK;
	if (kind == S_IFREG)
		return add_property(f, folder, name);
	return add_node(f, folder, name, depth + 1);
}

/* Properties stand before nodes (Devicetree Specification 5.4.1). */
static enum pg_status add_content(struct flattening *f, int folder, int depth)
{
	static const mode_t kinds[] = {S_IFREG, S_IFDIR};
	enum pg_status status = PG_OK;
	struct dirent **entries;
	int count = scandirat(folder, ".", &entries, NULL, by_unit);

	if (count < 0)
		return fail(f, ".", strerror(errno));
	for (int k = 0; k < 2; k++)
		for (int i = 0; i < count && status == PG_OK && f->reason == 0;
		     i++)
			status = add_entry(f, folder, entries[i]->d_name,
					   kinds[k], depth);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return status;
}

static enum pg_status add_node(struct flattening *f, int folder,
			       const char *name, int depth)
{
	int node = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum pg_status status;

	if (node < 0)
		return fail(f, name, strerror(errno));
	if (depth > DEPTH_MAX)
		status = fail(f, name, "nodes are nested too deep");
	else if ((f->reason = fdt_begin_node(f->tree, depth == 0 ? "" : name)))
		status = PG_OK;
	else
		status = add_content(f, node, depth);
	close(node);
	if (status == PG_OK && f->reason == 0)
		f->reason = fdt_end_node(f->tree);
	return status;
}

static enum pg_status write_tree(struct flattening *f)
{
	enum pg_status status = PG_OK;

	f->reason = fdt_create(f->tree, f->bytes);
	if (f->reason == 0)
		f->reason = fdt_finish_reservemap(f->tree);
	if (f->reason == 0)
		status = add_node(f, AT_FDCWD, f->folder, 0);
	if (status == PG_OK && f->reason == 0)
		f->reason = fdt_finish(f->tree);
	return status;
}

enum pg_status pg_fdt_flatten(const char *folder, struct pg_bytes *out,
			      struct pg_error *error)
{
	struct flattening f = {.folder = folder,
			       .bytes = FIRST_BYTES,
			       .property = malloc(PROPERTY_MAX),
			       .error = error};
	enum pg_status status = PG_OK;

	do {
		free(f.tree);
		f.tree = calloc(1, (size_t)f.bytes);
		if (f.tree == NULL || f.property == NULL)
			status = pg_fail(error, PG_E_NO_MEMORY,
					 "device tree: out of memory");
		else
			status = write_tree(&f);
		f.bytes *= 2;
	} while (status == PG_OK && f.reason == -FDT_ERR_NOSPACE &&
		 f.bytes <= (int)PG_FDT_BYTES_MAX);
	free(f.property);
	if (status == PG_OK && f.reason != 0)
		status = pg_fail(error, PG_E_LIMIT,
				 "%s: cannot be made one device tree of at "
				 "most 2 MiB: %s",
				 folder, fdt_strerror(f.reason));
	if (status != PG_OK) {
		free(f.tree);
		return status;
	}
	*out = (struct pg_bytes){f.tree, fdt_totalsize(f.tree)};
	return PG_OK;
}
