/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees: checked, asked, edited. The first bytes of the input say what
 * the edits are; the tree is the rest. What comes out of an edit is a tree
 * that passes the check, not longer than was promised.
 */
#include "tests/fuzz/fuzz.h"

#include "fdt/flatten.h"

static void ask(struct pg_bytes tree)
{
	struct pg_span reserved[4];
	struct pg_ppc64_machine machine;
	const char *line = NULL;
	struct pg_error error;
	enum pg_status status;
	size_t count = 0;

	status = pg_fdt_command_line(tree, &line, &error);
	fuzz_error(status, &error);
	if (status == PG_OK)
		fuzz_touch((struct pg_bytes){(const uint8_t *)line,
					     strlen(line) + 1});
	(void)pg_fdt_is_stub(tree);
	(void)pg_fdt_console(tree);
	(void)pg_fdt_reset(tree);
	status = pg_fdt_ppc64(tree, &machine, &error);
	fuzz_error(status, &error);
	status = pg_fdt_ppc64_reserved(tree, reserved, 4, &count, &error);
	fuzz_error(status, &error);
	fuzz_must(status != PG_OK || count <= 4);
}

static struct pg_span span_of(struct fuzz_input *in)
{
	struct pg_span span = {fuzz_u64(in), fuzz_u64(in) >> 16};

	span.start >>= 8; /* so that its end does not wrap */
	return span;
}

static void edit(struct pg_bytes tree, struct fuzz_input settings)
{
	static const uint8_t seeds[PG_FDT_SEED_BYTES];
	const uint8_t flags = fuzz_u8(&settings);
	struct pg_span reserved[2];
	struct pg_fdt_edits edits = {
		.command_line = flags & 1 ? "quiet" : "",
		.reserved = reserved,
		.reserved_count = flags >> 1 & 1,
		.usable_count = flags >> 2 & 1,
		.seeds = flags & 8 ? seeds : NULL,
	};
	struct pg_bytes usable;
	struct pg_error error;
	enum pg_status status;
	uint8_t *out = NULL;
	size_t bytes = 0;

	edits.initrd = span_of(&settings);
	edits.core_header = span_of(&settings);
	edits.usable[0] = reserved[0] = reserved[1] = span_of(&settings);
	status = pg_fdt_edit(tree, &edits, &out, &bytes, &error);
	fuzz_error(status, &error);
	if (status == PG_OK) {
		fuzz_must(bytes <= pg_fdt_edit_bound(tree, &edits, 0));
		fuzz_must(pg_fdt_check((struct pg_bytes){out, bytes}, &error) ==
			  PG_OK);
		free(out);
	}
	status = pg_fdt_usable_memory(tree, edits.usable, 1, &usable, &error);
	fuzz_error(status, &error);
	if (status == PG_OK)
		free((void *)(uintptr_t)usable.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t settings = 49;
	struct pg_bytes tree;
	struct pg_error error;
	enum pg_status status;
	uint8_t *copy;

	if (size < settings)
		return 0;
	tree.size = size - settings;
	copy = malloc(tree.size + 1); /* libfdt wants it aligned */
	if (copy == NULL)
		return 0;
	memcpy(copy, data + settings, tree.size);
	tree.data = copy;
	status = pg_fdt_check(tree, &error);
	fuzz_error(status, &error);
	if (status == PG_OK) {
		ask(tree);
		edit(tree, (struct fuzz_input){data, settings});
	}
	free(copy);
	return 0;
}
