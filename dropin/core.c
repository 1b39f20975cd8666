/* SPDX-License-Identifier: BSD-2-Clause */
/* The ELF core header that kexec-tools and Linux make for /proc/vmcore: one
 * header, notes and loads behind it, then zeros. */
#include <string.h>

#include "dropin/contents.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

#define EI_BYTES       16
#define EI_DATA	       5
#define DATA_BIG       2
#define TYPE_CORE      4
#define EHDR_BYTES     64
#define PHDR_BYTES     56
#define SEGMENT_LOAD   1
#define SEGMENT_NOTE   4
#define PAGE_OFFSET_OF 0xfff

/* ELF64, in the byte order that the file names. */
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

/* The crashed kernel's order may be another than ours (ppc64). */
static uint16_t in_order16(const struct header *header, uint16_t value)
{
	const uint8_t *at = (const uint8_t *)&value;

	return header->ident[EI_DATA] == DATA_BIG ? pg_load_be16(at)
						  : pg_load_le16(at);
}

static uint32_t in_order32(const struct header *header, uint32_t value)
{
	const uint8_t *at = (const uint8_t *)&value;

	return header->ident[EI_DATA] == DATA_BIG ? pg_load_be32(at)
						  : pg_load_le32(at);
}

static uint64_t in_order64(const struct header *header, uint64_t value)
{
	const uint8_t *at = (const uint8_t *)&value;

	return header->ident[EI_DATA] == DATA_BIG ? pg_load_be64(at)
						  : pg_load_le64(at);
}

static void load_header(const void *from, struct header *to)
{
	memcpy(to, from, sizeof(*to));
	to->type = in_order16(to, to->type);
	to->version = in_order32(to, to->version);
	to->phoff = in_order64(to, to->phoff);
	to->ehsize = in_order16(to, to->ehsize);
	to->phentsize = in_order16(to, to->phentsize);
	to->phnum = in_order16(to, to->phnum);
}

static void load_segment(const struct header *header, const void *from,
			 struct segment *to)
{
	memcpy(to, from, sizeof(*to));
	to->type = in_order32(header, to->type);
	to->offset = in_order64(header, to->offset);
	to->vaddr = in_order64(header, to->vaddr);
	to->paddr = in_order64(header, to->paddr);
	to->filesz = in_order64(header, to->filesz);
	to->memsz = in_order64(header, to->memsz);
}

static bool is_core(const struct pg_request *request, size_t index)
{
	/* ELF64. */
	static const uint8_t ident[5] = {0x7f, 'E', 'L', 'F', 2};
	const struct pg_loader_region *region = &request->regions[index];
	struct header header;

	if (!pg_dropin_known(request, region->start, sizeof(header)))
		return false;
	load_header(pg_pointer(region->start), &header);
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
	/* kexec-tools writes nonsense for the kernel's text where it cannot
	 * find that (arm64 without KALLSYMS_ALL), with an address of -1. */
	if (s->type == SEGMENT_LOAD && s->vaddr == UINT64_MAX)
		return NULL;
	if (!pg_span_make(s->paddr, s->memsz, &span) ||
	    !pg_span_make(s->offset, s->filesz, &span))
		return "a segment wraps around";
	if (s->type == SEGMENT_LOAD &&
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
	load_header(data, &header);
	end = sizeof(header) + (uint64_t)header.phnum * sizeof(segment);
	if (header.type != TYPE_CORE || header.version != 1 ||
	    header.phoff != EHDR_BYTES || header.ehsize != EHDR_BYTES ||
	    header.phentsize != PHDR_BYTES || header.entry != 0 ||
	    header.shoff != 0 || header.shnum != 0 || end > span.bytes)
		return "the core header contradicts itself";
	for (i = 0; i < header.phnum; i++) {
		*at = span.start + EHDR_BYTES + i * (uint64_t)PHDR_BYTES;
		load_segment(&header, data + EHDR_BYTES + i * PHDR_BYTES,
			     &segment);
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
