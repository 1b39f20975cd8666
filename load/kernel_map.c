/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the running kernel is, in physical and in virtual memory. The physical
 * range is /proc/iomem's, "Kernel code" to "Kernel bss". Virtual addresses
 * come from /proc/kcore's program headers (fs/proc/kcore.c), and where those
 * do not fit, from the vmcoreinfo note behind them. /proc/kallsyms would need
 * CONFIG_KALLSYMS_ALL.
 *
 * What does not pass every check stays unknown: a core header without it is
 * worth more than one with nonsense in it.
 */
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load/machine.h"
#include "purgatorio/byteorder.h"

/* Documentation/arch/x86/x86_64/mm.rst: the kernel text mapping, and the top
 * 512 GiB in which it and the modules lie. */
#define TEXT_MAP       UINT64_C(0xffffffff80000000)
#define TEXT_MAP_BYTES UINT64_C(0x40000000)
/* The kernel half with 5-level paging. */
#define KERNEL_HALF UINT64_C(0xff00000000000000)
/* KASLR moves the direct map in steps of a PUD (arch/x86/mm/kaslr.c). */
#define PUD_BYTES UINT64_C(0x40000000)

#define KCORE_BYTES_MAX (256 * 1024)

struct load {
	uint64_t virtual, physical, bytes;
};

/* /proc/iomem's range; false when it has none that could be a kernel. */
static bool find_image(const struct pg_iomem *iomem, struct pg_span *out)
{
	uint64_t start = UINT64_MAX, end = 0;

	for (size_t i = 0; i < iomem->count; i++) {
		const struct pg_iomem_entry *entry = &iomem->entries[i];

		if (entry->type != PG_IOMEM_KERNEL)
			continue;
		if (entry->span.start < start)
			start = entry->span.start;
		if (pg_span_end(entry->span) > end)
			end = pg_span_end(entry->span);
	}
	if (start >= end || end - start > TEXT_MAP_BYTES ||
	    start % PG_PAGE_BYTES != 0)
		return false;
	*out = (struct pg_span){start, end - start};
	return true;
}

static bool in_ram(const struct pg_iomem *iomem, uint64_t address)
{
	for (size_t i = 0; i < iomem->count; i++)
		if (iomem->entries[i].type == PG_IOMEM_RAM &&
		    pg_span_contains(iomem->entries[i].span,
				     (struct pg_span){address, 1}))
			return true;
	return false;
}

static bool is_text(const struct load *load, struct pg_span image)
{
	/* kcore counts the brk area behind bss in. */
	return load->physical == image.start && load->bytes >= image.bytes &&
	       load->virtual >= TEXT_MAP &&
	       load->virtual - TEXT_MAP <= TEXT_MAP_BYTES - image.bytes;
}

static bool is_ram(const struct load *load, const struct pg_iomem *iomem)
{
	uint64_t base = load->virtual - load->physical;

	return load->virtual >= KERNEL_HALF && load->virtual < TEXT_MAP &&
	       load->physical != 0 && load->physical < load->virtual &&
	       base >= KERNEL_HALF && base % PUD_BYTES == 0 &&
	       in_ram(iomem, load->physical);
}

/* @name= and a decimal number on a line of its own. */
static bool vmcoreinfo_number(const char *info, const char *name, uint64_t *out)
{
	const char *at = strstr(info, name);
	bool negative;

	if (!at)
		return false;
	at += strlen(name);
	negative = *at == '-';
	at += negative;
	if (!pg_parse_u64(&at, 10, out) || *at != '\n')
		return false;
	if (negative)
		*out = 0 - *out;
	return true;
}

/* From the vmcoreinfo note: phys_base is what the kernel's physical address
 * is above where it was linked to be (arch/x86/include/asm/page_64.h). */
static uint64_t text_from_vmcoreinfo(const uint8_t *notes, size_t bytes,
				     struct pg_span image)
{
	static char name[] = "VMCOREINFO";
	uint64_t address = 0, phys_base;

	for (size_t at = 0; bytes - at >= 12;) {
		uint64_t name_bytes = pg_load_le32(notes + at);
		uint64_t desc_bytes = pg_load_le32(notes + at + 4);
		uint64_t desc = at + 12 + ((name_bytes + 3) & ~UINT64_C(3));
		uint64_t next = desc + ((desc_bytes + 3) & ~UINT64_C(3));
		char *text;

		if (desc > bytes || next > bytes)
			break;
		if (name_bytes == sizeof(name) &&
		    !memcmp(notes + at + 12, name, sizeof(name))) {
			text = strndup((const char *)notes + desc, desc_bytes);
			if (text &&
			    vmcoreinfo_number(text,
					      "NUMBER(phys_base)=", &phys_base))
				address = image.start - phys_base + TEXT_MAP;
			free(text);
			break;
		}
		at = next;
	}
	if (address < TEXT_MAP ||
	    address - TEXT_MAP > TEXT_MAP_BYTES - image.bytes)
		return 0;
	return address;
}

void pg_kernel_map_parse(struct pg_bytes kcore, const struct pg_iomem *iomem,
			 struct pg_kernel_map *out)
{
	struct pg_kernel_map map = {{0, 0}, 0, 0};
	uint64_t headers, count, entry_bytes, from_info = 0;
	bool have_image = find_image(iomem, &map.image);
	bool contradiction = false;

	*out = (struct pg_kernel_map){{0, 0}, 0, 0};
	if (kcore.size < sizeof(Elf64_Ehdr) ||
	    memcmp(kcore.data, ELFMAG, SELFMAG) != 0 ||
	    kcore.data[EI_CLASS] != ELFCLASS64)
		return;
	headers = pg_load_le64(kcore.data + offsetof(Elf64_Ehdr, e_phoff));
	entry_bytes =
		pg_load_le16(kcore.data + offsetof(Elf64_Ehdr, e_phentsize));
	count = pg_load_le16(kcore.data + offsetof(Elf64_Ehdr, e_phnum));
	if (headers > kcore.size || entry_bytes != sizeof(Elf64_Phdr) ||
	    count > (kcore.size - headers) / entry_bytes)
		return;
	for (uint64_t i = 0; i < count; i++) {
		const uint8_t *at = kcore.data + headers + i * entry_bytes;
		uint32_t type = pg_load_le32(at + offsetof(Elf64_Phdr, p_type));
		uint64_t offset =
			pg_load_le64(at + offsetof(Elf64_Phdr, p_offset));
		struct load load = {
			pg_load_le64(at + offsetof(Elf64_Phdr, p_vaddr)),
			pg_load_le64(at + offsetof(Elf64_Phdr, p_paddr)),
			pg_load_le64(at + offsetof(Elf64_Phdr, p_memsz)),
		};

		if (type == PT_NOTE && have_image && offset < kcore.size) {
			uint64_t bytes = pg_load_le64(
				at + offsetof(Elf64_Phdr, p_filesz));

			if (bytes > kcore.size - offset)
				bytes = kcore.size - offset;
			from_info = text_from_vmcoreinfo(kcore.data + offset,
							 bytes, map.image);
		} else if (type == PT_LOAD && have_image &&
			   is_text(&load, map.image)) {
			map.image_virtual = load.virtual;
		} else if (type == PT_LOAD && is_ram(&load, iomem)) {
			uint64_t base = load.virtual - load.physical;

			contradiction |=
				map.direct_map != 0 && map.direct_map != base;
			map.direct_map = base;
		}
	}
	if (contradiction)
		map.direct_map = 0;
	if (map.image_virtual == 0)
		map.image_virtual = from_info;
	if (map.image_virtual == 0)
		map.image = (struct pg_span){0, 0};
	*out = map;
}

void pg_kernel_map_read(const char *root, const struct pg_iomem *iomem,
			struct pg_kernel_map *out)
{
	uint8_t *buffer = malloc(KCORE_BYTES_MAX);
	char path[PATH_MAX];
	size_t bytes = 0;
	int fd = -1;

	*out = (struct pg_kernel_map){{0, 0}, 0, 0};
	if (buffer && snprintf(path, sizeof(path), "%s/proc/kcore", root) <
			      (int)sizeof(path))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && bytes < KCORE_BYTES_MAX) {
		ssize_t got = read(fd, buffer + bytes, KCORE_BYTES_MAX - bytes);

		if (got <= 0)
			break;
		bytes += (size_t)got;
	}
	if (fd >= 0)
		close(fd);
	if (bytes > 0)
		pg_kernel_map_parse((struct pg_bytes){buffer, bytes}, iomem,
				    out);
	free(buffer);
}
