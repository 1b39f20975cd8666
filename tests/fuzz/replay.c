/* SPDX-License-Identifier: BSD-2-Clause */
/* Gives a fuzz target the files named, once each: a main() in libFuzzer's
 * place, for `make coverage`. */
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

int main(int count, char **arguments)
{
	struct pg_error error;
	struct pg_bytes file;

	for (int i = 1; i < count; i++) {
		if (pg_file_map(arguments[i], &file, &error) != PG_OK) {
			fprintf(stderr, "replay: %s\n", error.text);
			return 1;
		}
		LLVMFuzzerTestOneInput(file.data, file.size);
		pg_file_unmap(&file);
	}
	return 0;
}
