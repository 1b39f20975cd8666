/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The `purgatorio` command: one file per subcommand, and what they share. It
 * uses the library through purgatorio/purgatorio.h only. Exit statuses: 0
 * done, 1 failed, 2 called wrongly.
 */
#ifndef PURGATORIO_CLI_H
#define PURGATORIO_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "purgatorio/purgatorio.h"

#define CLI_OK	   0
#define CLI_FAILED 1
#define CLI_USAGE  2

/* The subcommands. @argv[0] is the subcommand's name. */
int cli_pack(int argc, char **argv);
int cli_inspect(int argc, char **argv);
int cli_verify(int argc, char **argv);
int cli_load(int argc, char **argv);
int cli_log(int argc, char **argv);
int cli_lint(int argc, char **argv);
int cli_retrofit(int argc, char **argv);

/* Prints `purgatorio: <text> [<status name>]` and returns the exit status. */
int cli_fail(const struct pg_error *error);

/* Prints `purgatorio <command>: <text>; see purgatorio <command> --help` and
 * returns CLI_USAGE. */
int cli_usage(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says what getopt_long() did not like when it returned '?' or ':' (options
 * begin with ':' and opterr is 0); returns CLI_USAGE. */
int cli_bad_option(const char *command, char **argv, int result);

/* From now on, who reads past the end of a file that became shorter while it
 * was mapped is told so, and the command ends with CLI_FAILED. */
void cli_catch_faults(void);

/* pg_file_map(), remembering the file's name for that. */
enum pg_status cli_map(const char *path, struct pg_bytes *out,
		       struct pg_error *error);

/* Prints @text and returns the exit status: a full disk is a failure. */
int cli_print(const char *text);

/* An unsigned number, decimal or 0x..., with K, M, G or T (powers of 1024)
 * behind it. False: it is not one, or exceeds 64 bits. */
bool cli_parse_bytes(const char *text, uint64_t *out);

/* START-END (END is the last byte) or START+SIZE. PG_E_USAGE. */
enum pg_status cli_parse_window(const char *text, uint64_t *start,
				uint64_t *bytes, struct pg_error *error);

/* `none`, `ttyS0` to `ttyS3` (with `,BAUD`), `8250,port,ADDRESS[,BAUD]`,
 * `8250,mmio,ADDRESS[,BAUD[,STRIDE]]`, `pl011,ADDRESS[,BAUD]` or
 * `sbsa,ADDRESS`. PG_E_USAGE. */
enum pg_status cli_parse_console(const char *text, struct pg_console *out,
				 struct pg_error *error);

/* `arch`, `port,ADDRESS,VALUE`, `mmio,ADDRESS,VALUE`, `psci,hvc` or
 * `psci,smc`. PG_E_USAGE. */
enum pg_status cli_parse_reset(const char *text, struct pg_reset *out,
			       struct pg_error *error);

/* `stop`, `reset` or `boot` to PG_POLICY_*. PG_E_USAGE. */
enum pg_status cli_parse_policy(const char *text, uint32_t *out,
				struct pg_error *error);

/* Maps the purgatory of PG_ARCH_* @arch: @given if it is not NULL, else
 * $PURGATORIO_LIBDIR/<arch>/purgatory.elf, else where it lies relative to this
 * program when installed or built. PG_E_IO names the places. */
enum pg_status cli_map_purgatory(const char *given, uint32_t arch,
				 struct pg_bytes *out, struct pg_error *error);

/* The same for another @file of that folder. */
enum pg_status cli_map_part(const char *given, uint32_t arch, const char *file,
			    struct pg_bytes *out, struct pg_error *error);

/* `kexec-tools` or `linux`. */
bool cli_parse_loader(const char *text, enum pg_loader *out);

/* Files named on the command line, and their maps alone. Free with
 * cli_files_free(). */
struct cli_files {
	struct pg_file *files;
	struct pg_bytes *bytes;
	size_t count;
};
enum pg_status cli_files_add(struct cli_files *files, const char *path,
			     struct pg_error *error);
void cli_files_free(struct cli_files *files);

/* A bar on standard error, if that is a terminal, from a second on. */
struct cli_progress {
	double start, drawn; /* seconds, monotonic; drawn 0: not yet */
};
void cli_progress_start(struct cli_progress *progress);
void cli_progress_show(void *progress, uint64_t done, uint64_t total);
void cli_progress_end(struct cli_progress *progress); /* wipes it away */

#endif
