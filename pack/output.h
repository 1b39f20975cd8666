/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that comes into being whole or not at all. It has no name while it is
 * written, where the file system can do that, so that a program that is killed
 * leaves nothing; elsewhere it is a temporary one beside its target.
 */
#ifndef PURGATORIO_PACK_OUTPUT_H
#define PURGATORIO_PACK_OUTPUT_H

#include <limits.h>

#include "purgatorio/purgatorio.h"

struct pg_output {
	const char *path; /* the caller's, for messages */
	int fd;
	char target[PATH_MAX];	  /* what is replaced: no symbolic link */
	char temporary[PATH_MAX]; /* "": it has no name */
};

/* @path must live as long as @output; @mode as in open(2). PG_E_IO. */
enum pg_status pg_output_open(const char *path, unsigned mode,
			      struct pg_output *output, struct pg_error *error);

/* Writes @bytes at @offset. What is never written reads as zeros. PG_E_IO. */
enum pg_status pg_output_write(struct pg_output *output, uint64_t offset,
			       struct pg_bytes bytes, struct pg_error *error);

/* Syncs, gives it its name, closes. PG_E_IO: then it is gone. */
enum pg_status pg_output_commit(struct pg_output *output,
				struct pg_error *error);

/* Instead of the above: closes, and nothing was ever there. */
void pg_output_drop(struct pg_output *output);

#endif
