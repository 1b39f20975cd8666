/* SPDX-License-Identifier: BSD-2-Clause */
/* The ELF core header that kexec-tools and Linux make for /proc/vmcore: one
 * header, notes and loads behind it, then zeros. */
#include <string.h>

#include "dropin/contents.h"
#include "purgatorio/arch.h"

#define EI_BYTES       16
#define TYPE_CORE      4
#define EHDR_BYTES     64
#define PHDR_BYTES     56
#define SEGMENT_LOAD   1
#define SEGMENT_NOTE   4
#define PAGE_OFFSET_OF 0xfff

/* ELF64, in the byte order of this machine. */
struct header {
	uint8_t ident[EI_BYTES];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
_Static_assert(sizeof(struct header) == EHDR_BYTES, "Elf64_Ehdr");
_Static_assert(sizeof(struct segment) == PHDR_BYTES, "Elf64_Phdr");

static bool is_core(const struct pg_request *request, size_t index)
{
	/* ELF64; its byte order shows in the fields. */
	static const uint8_t ident[5] = {0x7f, 'E', 'L', 'F', 2};
	const struct pg_loader_region *region = &request->regions[index];
	struct header header;

	if (!pg_dropin_known(request, region->start, sizeof(header), NULL))
		return false;
	memcpy(&header, pg_pointer(region->start), sizeof(header));
	return memcmp(header.ident, ident, sizeof(ident)) == 0 &&
	       header.type == TYPE_CORE;
}

size_t pg_dropin_core_parts(const struct pg_request *request,
			    struct pg_dropin_part *parts, size_t max)
{
	size_t count = 0, i;

	for (i = 0; i < PG_LOADER_REGIONS && count < max; i++)
		if (is_core(request, i))
			parts[count++] = (struct pg_dropin_part){
				.name = "elfcorehdr",
				.kind = PG_PART_ELFCOREHDR,
				.address = request->regions[i].start};
	return count;
}

static const char *doubt_segment(const struct segment *s)
{
	struct pg_span span;

	if (s->type != SEGMENT_NOTE && s->type != SEGMENT_LOAD)
		return "the core header has a segment of another type";
	if (s->filesz != s->memsz)
		return "a segment's sizes in file and memory differ";
	if (!pg_span_make(s->paddr, s->memsz, &span) ||
	    !pg_span_make(s->offset, s->filesz, &span))
		return "a segment wraps around";
	if (s->type == SEGMENT_LOAD && s->vaddr != UINT64_MAX &&
	    ((s->vaddr ^ s->paddr) & PAGE_OFFSET_OF) != 0)
		return "a segment's addresses contradict each other";
	return NULL;
}

const char *pg_doubt_core(struct pg_span span, uint64_t *at)
{
	const uint8_t *data = pg_pointer(span.start);
	const char *doubt;
	struct header header;
	struct segment segment;
	uint64_t end;
	uint32_t i;

	*at = span.start;
	if (span.bytes < sizeof(header))
		return "the core header is cut off";
	memcpy(&header, data, sizeof(header));
	end = sizeof(header) + (uint64_t)header.phnum * sizeof(segment);
	if (header.type != TYPE_CORE || header.version != 1 ||
	    header.phoff != EHDR_BYTES || header.ehsize != EHDR_BYTES ||
	    header.phentsize != PHDR_BYTES || end > span.bytes)
		return "the core header contradicts itself";
	for (i = 0; i < header.phnum; i++) {
		*at = span.start + EHDR_BYTES + i * (uint64_t)PHDR_BYTES;
		memcpy(&segment, data + EHDR_BYTES + i * PHDR_BYTES,
		       sizeof(segment));
		doubt = doubt_segment(&segment);
		if (doubt)
			return doubt;
	}
	for (; end < span.bytes; end++)
		if (data[end] != 0) {
			*at = span.start + end;
			return "zeros behind the core header are none";
		}
	return NULL;
}
