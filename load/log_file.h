/* SPDX-License-Identifier: BSD-2-Clause */
/* How the readers of the log read cores (load/log.c, load/log_live.c). */
#ifndef PURGATORIO_LOAD_LOG_FILE_H
#define PURGATORIO_LOAD_LOG_FILE_H

#include "purgatorio/purgatorio.h"

/* False when @bytes cannot be had from @offset on. */
bool pg_log_read_at(int fd, uint64_t offset, void *out, size_t bytes);

/* Puts @log's integers, of either byte order, into this program's; the order
 * is judged by its version. */
void pg_log_order(struct pg_log *log);

/* Where the program headers of the ELF64 core are, how many, and their byte
 * order. PG_E_TRUNCATED, PG_E_FORMAT, PG_E_CORRUPT. */
enum pg_status pg_log_headers(int fd, const char *path, uint64_t *offset,
			      uint64_t *count, bool *big,
			      struct pg_error *error);

/* The log at @offset, of which @room bytes are there. Owned by the caller.
 * PG_E_NO_LOG, PG_E_CORRUPT, PG_E_TRUNCATED, PG_E_NO_MEMORY. */
enum pg_status pg_log_take(int fd, const char *path, uint64_t offset,
			   uint64_t room, struct pg_log **out, size_t *bytes,
			   struct pg_error *error);

/* That of the running capture kernel, by its command line and /proc/kcore.
 * PG_E_NO_LOG, or what the others return. */
enum pg_status pg_log_read_live(const char *root, struct pg_log **out,
				size_t *bytes, struct pg_error *error);

#endif
