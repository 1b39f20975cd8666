/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that embeds a purgatory, and an object to put in its place; the
 * first four bytes are the program's length. A copy that was made can be made
 * again with the same bytes, and gives the original back.
 *
 * What would be written to a file stays here: the linker leads
 * pg_file_write() to us (mk/fuzz.mk).
 */
#include "tests/fuzz/fuzz.h"

#include "wrap/program.h"

static struct pg_bytes written;

enum pg_status __wrap_pg_file_write(const char *path, struct pg_bytes bytes,
				    unsigned mode, struct pg_error *error);

enum pg_status __wrap_pg_file_write(const char *path, struct pg_bytes bytes,
				    unsigned mode, struct pg_error *error)
{
	uint8_t *copy = malloc(bytes.size);

	(void)path;
	(void)error;
	fuzz_must(copy != NULL && mode == 0755);
	memcpy(copy, bytes.data, bytes.size);
	written = (struct pg_bytes){copy, bytes.size};
	return PG_OK;
}

/* What was written, to be freed. */
static struct pg_bytes take(void)
{
	const struct pg_bytes bytes = written;

	fuzz_must(bytes.data != NULL);
	written = (struct pg_bytes){NULL, 0};
	return bytes;
}

static void drop(struct pg_bytes bytes)
{
	free((void *)(uintptr_t)bytes.data);
}

static void must_equal(struct pg_bytes a, struct pg_bytes b)
{
	fuzz_must(a.size == b.size && memcmp(a.data, b.data, a.size) == 0);
}

/* @copy is what became of @original and @object. */
static void way_back(struct pg_bytes copy, struct pg_bytes object,
		     struct pg_bytes original)
{
	struct pg_error error;
	struct pg_bytes again;

	fuzz_must(pg_undo_find(copy) != NULL);
	fuzz_must(pg_restore(copy, "", &error) == PG_OK);
	again = take();
	must_equal(again, original);
	drop(again);
	fuzz_must(pg_retrofit(copy, object, "", &error) == PG_OK);
	again = take();
	must_equal(again, copy);
	drop(again);
}

static void look(struct pg_bytes program)
{
	struct pg_embedded embedded;
	struct pg_error error;
	struct pg_bytes view;
	enum pg_status status = pg_embedded_find(program, &embedded, &error);

	fuzz_error(status, &error);
	if (status != PG_OK)
		return;
	fuzz_must(embedded.offset < program.size &&
		  embedded.length_offset <= program.size - 8);
	status = pg_embedded_view(program, &embedded, &view, &error);
	fuzz_error(status, &error);
	if (status != PG_OK)
		return;
	fuzz_must(view.size == embedded.bytes);
	drop(view);
}

static void retrofit(struct pg_bytes program, struct pg_bytes object)
{
	struct pg_bytes original = program, copy;
	struct pg_error error;
	const bool ours = pg_undo_find(program) != NULL;
	enum pg_status status = pg_restore(program, "", &error);

	fuzz_error(status, &error);
	fuzz_must(status != PG_OK || ours);
	if (status == PG_OK)
		original = take();
	status = pg_retrofit(program, object, "", &error);
	fuzz_error(status, &error);
	if (status == PG_OK) {
		copy = take();
		way_back(copy, object, original);
		drop(copy);
	}
	if (original.data != program.data)
		drop(original);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_bytes program = {data + 4, 0}, object;
	struct pg_error error;
	enum pg_status status;
	uint32_t arch;
	bool big;

	if (size < 4)
		return 0;
	program.size = pg_load_le32(data);
	if (program.size > size - 4)
		program.size = size - 4;
	object = (struct pg_bytes){program.data + program.size,
				   size - 4 - program.size};
	status = pg_program_arch(program, &arch, &big, &error);
	fuzz_error(status, &error);
	look(program);
	retrofit(program, object);
	return 0;
}
