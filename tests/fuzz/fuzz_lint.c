/* SPDX-License-Identifier: BSD-2-Clause */
/* A purgatory object of anybody's, or a program with one inside, as lint gets
 * it; the first byte chooses the loader. What is found is said in as many lines
 * of text. */
#include "tests/fuzz/fuzz.h"

static void lines(const char *text, size_t bytes, size_t findings)
{
	size_t count = 0;

	for (size_t i = 0; i < bytes; i++) {
		count += text[i] == '\n';
		fuzz_must(text[i] == '\n' ||
			  ((unsigned char)text[i] >= ' ' && text[i] != 0x7f));
	}
	fuzz_must(count == findings);
	fuzz_must(bytes == 0 || text[bytes - 1] == '\n');
}

static void lint(struct pg_bytes object, enum pg_loader loader)
{
	size_t findings = 0, bytes = 0;
	struct pg_error error;
	enum pg_status status;
	char *text = NULL;
	FILE *to = open_memstream(&text, &bytes);

	fuzz_must(to != NULL);
	status = pg_lint(object, loader, to, &findings, &error);
	fuzz_must(fclose(to) == 0);
	fuzz_error(status, &error);
	lines(text, bytes, findings);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pg_bytes file = {data + 1, size - 1};
	struct pg_bytes object;
	struct pg_error error;
	enum pg_status status;

	if (size < 1)
		return 0;
	status = pg_object_in(file, &object, &error);
	fuzz_error(status, &error);
	if (status != PG_OK)
		return 0;
	fuzz_touch(object);
	lint(object, data[0] & 1 ? PG_LOADER_LINUX : PG_LOADER_KEXEC_TOOLS);
	if (object.data != file.data)
		free((void *)(uintptr_t)object.data);
	return 0;
}
