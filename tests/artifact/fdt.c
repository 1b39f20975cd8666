/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fdt/core/ from the outside: what it makes of the trees that are named, and
 * of spoiled copies of them, as lines of text. Linked with the host's library
 * and with the freestanding one of each architecture it must say the same.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fdt/core/core.h"

#define ROUNDS 400

static const struct pg_span reserved[] = {{0x7e000000, 0x10000},
					  {0x1c0000000, 0x3000}};
static uint8_t seeds[PG_FDT_SEED_BYTES];

static const struct pg_fdt_edits edits = {
	.command_line = "console=ttyAMA0 x=\"a b\"",
	.initrd = {0x7c000000, 0x123457},
	.core_header = {0x7d000000, 0x1000},
	.usable = {{0x1c0000000, 0x20000000}, {0x70000000, 0x8000000}},
	.usable_count = 2,
	.reserved = reserved,
	.reserved_count = 2,
	.seeds = seeds,
};

/* FNV-1a: enough to tell two trees apart. */
static unsigned long long digest(const uint8_t *at, size_t bytes)
{
	unsigned long long hash = 0xcbf29ce484222325;

	while (bytes-- > 0)
		hash = (hash ^ *at++) * 0x100000001b3;
	return hash;
}

static void say(const char *what, enum pg_status status,
		const struct pg_fdt_fault *fault)
{
	printf("%s: status %d problem %d reason %d node '%s' property '%s' "
	       "%llu %llu %llx %llx %u %u\n",
	       what, status, fault->problem, fault->reason, fault->node,
	       fault->property == NULL ? "" : fault->property,
	       (unsigned long long)fault->have, (unsigned long long)fault->want,
	       (unsigned long long)fault->span.start,
	       (unsigned long long)fault->span.bytes, fault->address_cells,
	       fault->size_cells);
}

static void ask(struct pg_bytes tree)
{
	struct pg_console console = pg_fdt_console(tree);
	struct pg_reset reset = pg_fdt_reset(tree);
	struct pg_fdt_fault fault;
	const char *line = NULL;
	enum pg_status status = pg_tree_command_line(tree, &line, &fault);

	printf("stub %d console %u %llx %u %u reset %u\n", pg_fdt_is_stub(tree),
	       console.kind, (unsigned long long)console.address,
	       console.stride, console.clock_hertz, reset.kind);
	if (status == PG_OK)
		printf("line '%s'\n", line);
	else
		say("line", status, &fault);
}

static void try(struct pg_bytes tree, size_t less)
{
	struct pg_fdt_fault fault;
	enum pg_status status = pg_tree_check(tree, &fault);
	size_t room, bytes = 0;
	uint8_t *out;

	if (status != PG_OK) {
		say("check", status, &fault);
		return;
	}
	ask(tree);
	room = (size_t)pg_tree_edit_room(tree, &edits) - less;
	out = malloc(room);
	if (out == NULL)
		exit(1);
	status = pg_tree_edit(tree, &edits, out, room, &bytes, &fault);
	if (status == PG_OK)
		printf("%zu bytes %016llx\n", bytes, digest(out, bytes));
	else
		say("edit", status, &fault);
	if (status == PG_OK && less == 0)
		ask((struct pg_bytes){out, bytes});
	free(out);
}

static struct pg_bytes read_file(const char *path)
{
	static uint8_t content[PG_FDT_BYTES_MAX];
	FILE *file = fopen(path, "rb");
	struct pg_bytes tree = {content, 0};

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	tree.size = fread(content, 1, sizeof(content), file);
	fclose(file);
	return tree;
}

static void spoil(struct pg_bytes tree)
{
	uint8_t *copy = malloc(tree.size);
	uint64_t seed = 11;

	if (copy == NULL)
		exit(1);
	for (int round = 0; round < ROUNDS; round++) {
		memcpy(copy, tree.data, tree.size);
		for (int i = 0; i < 1 + round % 4; i++) {
			seed = seed * 6364136223846793005u +
			       1442695040888963407u;
			copy[(seed >> 20) % (round % 2 ? tree.size : 400)] =
				(uint8_t)(seed >> 8);
		}
		try((struct pg_bytes){copy, tree.size}, 0);
	}
	free(copy);
}

/* What an EFI stub makes on a machine with ACPI: begun from nothing. */
static void begin_tree(void)
{
	static uint64_t tree[512];
	const struct pg_bytes blob = {(const uint8_t *)tree, sizeof(tree)};

	printf("empty %d\n", fdt_create_empty_tree(tree, sizeof(tree)));
	printf("chosen %d\n", fdt_add_subnode(tree, 0, "chosen"));
	try(blob, 0);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(seeds); i++)
		seeds[i] = (uint8_t)(i + 1);
	begin_tree();
	for (int i = 1; i < argc; i++) {
		struct pg_bytes tree = read_file(argv[i]);

		printf("== %d\n", i);
		try(tree, 0);
		try(tree, 1);
		try((struct pg_bytes){tree.data, tree.size / 2}, 0);
		spoil(tree);
	}
	return fflush(stdout) != 0;
}
