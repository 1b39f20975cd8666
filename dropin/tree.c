/* SPDX-License-Identifier: BSD-2-Clause */
/* The structure of a flattened device tree (Devicetree Specification 0.4,
 * chapter 5). */
#include <string.h>

#include "dropin/contents.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

#define MAGIC	     0xd00dfeed
#define HEADER_BYTES 40
#define BEGIN_NODE   1
#define END_NODE     2
#define PROP	     3
#define NOP	     4
#define END	     9
#define DEEPEST	     64

struct tree {
	const uint8_t *data;
	uint32_t total, at, end, strings, strings_bytes;
	unsigned depth;
};

static bool inside(uint32_t start, uint32_t bytes, uint32_t total)
{
	return start <= total && bytes <= total - start;
}

static const char *property(struct tree *t)
{
	uint32_t bytes, name;

	if (t->end - t->at < 8)
		return "a property is cut off";
	bytes = pg_load_be32(t->data + t->at);
	name = pg_load_be32(t->data + t->at + 4);
	if (bytes > t->end - t->at - 8)
		return "a property is longer than the device tree";
	if (name >= t->strings_bytes ||
	    !memchr(t->data + t->strings + name, 0, t->strings_bytes - name))
		return "a property's name is not in the device tree";
	t->at += (8 + bytes + 3) & ~3u;
	return NULL;
}

static const char *node(struct tree *t)
{
	const uint8_t *name = t->data + t->at;
	const uint8_t *end = memchr(name, 0, t->end - t->at);

	if (!end || ++t->depth > DEEPEST)
		return "a node's name does not end";
	for (; name < end; name++)
		if (*name < ' ' || *name > '~')
			return "a node's name has such characters as none has";
	t->at = (uint32_t)(end + 1 - t->data + 3) & ~3u;
	return NULL;
}

static const char *structure(struct tree *t)
{
	const char *doubt = NULL;
	uint32_t token;

	while (!doubt) {
		if (t->end < t->at || t->end - t->at < 4)
			return "the device tree does not end";
		token = pg_load_be32(t->data + t->at);
		t->at += 4;
		if (token == BEGIN_NODE)
			doubt = node(t);
		else if (token == PROP && t->depth != 0)
			doubt = property(t);
		else if (token == END_NODE && t->depth != 0)
			t->depth--;
		else if (token == END && t->depth == 0)
			return NULL;
		else if (token != NOP)
			doubt = "the device tree has an unknown token";
	}
	return doubt;
}

const char *pg_doubt_tree(struct pg_span span, uint64_t *at)
{
	const uint8_t *data = pg_pointer(span.start);
	uint32_t structure_bytes;
	const char *doubt;
	struct tree t = {.data = data};

	*at = span.start;
	if (span.bytes < HEADER_BYTES || pg_load_be32(data) != MAGIC)
		return "a device tree without its magic number";
	t.total = pg_load_be32(data + 4);
	t.at = pg_load_be32(data + 8);
	t.strings = pg_load_be32(data + 12);
	t.strings_bytes = pg_load_be32(data + 32);
	structure_bytes = pg_load_be32(data + 36);
	if (t.total > span.bytes || t.at % 4 != 0 ||
	    !inside(t.at, structure_bytes, t.total) ||
	    !inside(t.strings, t.strings_bytes, t.total))
		return "the device tree's header contradicts itself";
	t.end = t.at + structure_bytes;
	doubt = structure(&t);
	*at += t.at;
	return doubt;
}
