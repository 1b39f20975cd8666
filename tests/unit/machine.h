/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorded machine: tests/unit/fixtures/<name>.txt, unpacked into a folder
 * that serves as the prefix of /proc and /sys. In it, "== PATH" begins a file;
 * "== PATH hex" one in hexadecimal, where "zero N" stands for N zero bytes.
 */
#ifndef PURGATORIO_TESTS_MACHINE_H
#define PURGATORIO_TESTS_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct machine {
	char root[64];
};

static inline int machine_remove(const char *path, const struct stat *status,
				 int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static inline void machine_free(struct machine *machine)
{
	nftw(machine->root, machine_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static inline FILE *machine_open(const struct machine *machine,
				 const char *path)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", machine->root, path);
	for (char *at = full + strlen(machine->root) + 1; *at; at++)
		if (*at == '/') {
			*at = '\0';
			mkdir(full, 0755);
			*at = '/';
		}
	file = fopen(full, "w");
	assert_non_null(file);
	return file;
}

/* A machine of which nothing is known. */
static inline struct machine machine_empty(void)
{
	struct machine machine = {"/tmp/purgatorio-test-XXXXXX"};

	assert_non_null(mkdtemp(machine.root));
	return machine;
}

/* Writes a file, @path beginning with a slash. */
static inline void machine_put(const struct machine *machine, const char *path,
			       const char *content)
{
	FILE *file = machine_open(machine, path);

	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

static inline void machine_put_bytes(const struct machine *machine,
				     const char *path, const void *content,
				     size_t bytes)
{
	FILE *file = machine_open(machine, path);

	assert_int_equal(fwrite(content, 1, bytes, file), bytes);
	assert_int_equal(fclose(file), 0);
}

static inline void machine_drop(const struct machine *machine, const char *path)
{
	char full[512];

	snprintf(full, sizeof(full), "%s%s", machine->root, path);
	assert_int_equal(nftw(full, machine_remove, 16, FTW_DEPTH | FTW_PHYS),
			 0);
}

static inline void machine_line(FILE *file, const char *line, int hex)
{
	unsigned value;
	size_t zeros;

	if (!hex) {
		fputs(line, file);
	} else if (sscanf(line, "zero %zu", &zeros) == 1) {
		while (zeros-- > 0)
			fputc(0, file);
	} else {
		for (; sscanf(line, "%2x", &value) == 1; line += 2)
			fputc((int)value, file);
	}
}

static inline struct machine machine_make(const char *name)
{
	struct machine machine = machine_empty();
	char path[256] = "tests/unit/fixtures/", line[512];
	FILE *in, *out = NULL;
	int hex = 0;

	snprintf(path + strlen(path), sizeof(path) - strlen(path), "%s.txt",
		 name);
	in = fopen(path, "r");
	if (!in)
		fail_msg("%s: run this from the top of the tree", path);
	while (fgets(line, sizeof(line), in)) {
		char file[300] = "/";

		if (sscanf(line, "== %290s", file + 1) == 1) {
			if (out)
				fclose(out);
			hex = strstr(line, " hex\n") != NULL;
			out = machine_open(&machine, file);
		} else if (out) {
			machine_line(out, line, hex);
		}
	}
	if (out)
		fclose(out);
	fclose(in);
	return machine;
}

#endif
