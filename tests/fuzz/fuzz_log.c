/* SPDX-License-Identifier: BSD-2-Clause */
/* A core file, in which the log is looked for; and the log, which is shown. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static void show(const struct pg_log *log, size_t bytes)
{
	struct pg_error error;
	char *text = NULL;
	size_t length = 0;
	FILE *to = open_memstream(&text, &length);

	fuzz_must(to != NULL);
	fuzz_error(pg_log_print(log, bytes, to, &error), &error);
	fuzz_error(pg_log_print_json(log, bytes, to, &error), &error);
	fclose(to);
	/* Nothing of it drives a terminal. */
	for (size_t i = 0; i < length; i++)
		fuzz_must(text[i] == '\n' ||
			  (text[i] >= ' ' && text[i] <= '~'));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[32];
	struct pg_log *log = NULL;
	struct pg_error error;
	enum pg_status status;
	size_t bytes = 0;

	if (fd < 0) {
		fd = memfd_create("core", 0);
		fuzz_must(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	fuzz_must(ftruncate(fd, (off_t)size) == 0);
	fuzz_must(pwrite(fd, data, size, 0) == (ssize_t)size);
	status = pg_log_read(path, &log, &bytes, &error);
	fuzz_error(status, &error);
	if (status != PG_OK)
		return 0;
	show(log, bytes);
	free(log);
	return 0;
}
