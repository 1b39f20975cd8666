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

/* Where an architecture's kernels may be, so that nothing else is believed. */
struct layout {
	uint16_t machine; /* EM_*, by which /proc/kcore tells what it is of */
	/* kernel text and data */
	uint64_t text_lowest, text_end;
	bool text_in_kcore; /* has a program header of its own */
	/* the direct map: its addresses, and what physical 0 would be at */
	uint64_t ram_lowest, ram_end;
	uint64_t base_lowest, base_step;
	/* vmcoreinfo's number for the distance from physical to virtual */
	const char *number;
	int radix;
};

/* Documentation/arch/x86/x86_64/mm.rst: the kernel text mapping, and the
 * kernel half with 5-level paging. phys_base is what the physical address is
 * above where the kernel was linked to be (arch/x86/include/asm/page_64.h).
 * KASLR moves the direct map in steps of a PUD (arch/x86/mm/kaslr.c). */
#define X86_TEXT_MAP UINT64_C(0xffffffff80000000)
static const struct layout x86_64 = {
	.machine = EM_X86_64,
	.text_lowest = X86_TEXT_MAP,
	.text_end = X86_TEXT_MAP + UINT64_C(0x40000000),
	.text_in_kcore = true,
	.ram_lowest = UINT64_C(0xff00000000000000),
	.ram_end = X86_TEXT_MAP,
	.base_lowest = UINT64_C(0xff00000000000000),
	.base_step = UINT64_C(0x40000000),
	.number = "NUMBER(phys_base)=",
	.radix = 10,
};

/* Documentation/arch/arm64/memory.rst, for addresses of 36 to 52 bits: the
 * kernel lies in the upper half of the kernel's half. KASLR moves the direct
 * map by moving what physical address begins it (arch/arm64/mm/init.c,
 * memstart_addr), so that physical 0 may be anywhere. */
static const struct layout arm64 = {
	.machine = EM_AARCH64,
	.text_lowest = UINT64_C(0xffff800000000000),
	.text_end = UINT64_MAX,
	.ram_lowest = UINT64_C(0xfff0000000000000),
	.ram_end = UINT64_MAX,
	.base_step = UINT64_C(0x200000),
	.number = "NUMBER(kimage_voffset)=",
	.radix = 16,
};

#define IMAGE_BYTES_MAX UINT64_C(0x40000000)
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
	if (start >= end || end - start > IMAGE_BYTES_MAX ||
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

static bool is_text_address(const struct layout *layout, uint64_t address,
			    struct pg_span image)
{
	return address >= layout->text_lowest &&
	       image.bytes <= layout->text_end - layout->text_lowest &&
	       address <= layout->text_end - image.bytes;
}

static bool is_text(const struct layout *layout, const struct load *load,
		    struct pg_span image)
{
	/* kcore counts the brk area behind bss in. */
	return layout->text_in_kcore && load->physical == image.start &&
	       load->bytes >= image.bytes &&
	       is_text_address(layout, load->virtual, image);
}

static bool is_ram(const struct layout *layout, const struct load *load,
		   const struct pg_iomem *iomem)
{
	uint64_t base = load->virtual - load->physical;

	return load->virtual >= layout->ram_lowest &&
	       load->virtual < layout->ram_end && load->physical != 0 &&
	       load->physical < load->virtual && base >= layout->base_lowest &&
	       base % layout->base_step == 0 && in_ram(iomem, load->physical);
}

/* @layout's number on a line of its own. */
static bool vmcoreinfo_number(const struct layout *layout, const char *info,
			      uint64_t *out)
{
	const char *at = strstr(info, layout->number);
	bool negative;

	if (!at)
		return false;
	at += strlen(layout->number);
	negative = *at == '-';
	at += negative;
	if (!pg_parse_u64(&at, layout->radix, out) || *at != '\n')
		return false;
	if (negative)
		*out = 0 - *out;
	return true;
}

/* Where vmcoreinfo's @number says that the kernel at @image is linked. */
static uint64_t text_address(const struct layout *layout, uint64_t number,
			     struct pg_span image)
{
	if (layout->machine == EM_X86_64)
		return image.start - number + X86_TEXT_MAP;
	return image.start + number;
}

/* From the vmcoreinfo note among @notes, or 0. */
static uint64_t text_from_vmcoreinfo(const struct layout *layout,
				     const uint8_t *notes, size_t bytes,
				     struct pg_span image)
{
	static char name[] = "VMCOREINFO";
	uint64_t address = 0, number;

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
			if (text && vmcoreinfo_number(layout, text, &number))
				address = text_address(layout, number, image);
			free(text);
			break;
		}
		at = next;
	}
	if (!is_text_address(layout, address, image))
		return 0;
	return address;
}

/* Does one of @kcore's @count program headers map all of the kernel there? If
 * it says from where, it must be from where the kernel is. */
static bool confirmed(struct pg_bytes kcore, uint64_t headers, uint64_t count,
		      uint64_t address, struct pg_span image)
{
	for (uint64_t i = 0; i < count; i++) {
		const uint8_t *at =
			kcore.data + headers + i * sizeof(Elf64_Phdr);
		const struct load load = {
			pg_load_le64(at + offsetof(Elf64_Phdr, p_vaddr)),
			pg_load_le64(at + offsetof(Elf64_Phdr, p_paddr)),
			pg_load_le64(at + offsetof(Elf64_Phdr, p_memsz)),
		};

		if (pg_load_le32(at + offsetof(Elf64_Phdr, p_type)) ==
			    PT_LOAD &&
		    address >= load.virtual && image.bytes <= load.bytes &&
		    address - load.virtual <= load.bytes - image.bytes &&
		    (load.physical == UINT64_MAX ||
		     load.virtual - load.physical == address - image.start))
			return true;
	}
	return false;
}

void pg_kernel_map_parse(struct pg_bytes kcore, const struct pg_iomem *iomem,
			 struct pg_kernel_map *out)
{
	struct pg_kernel_map map = {{0, 0}, 0, 0};
	uint64_t headers, count, entry_bytes, from_info = 0;
	const struct layout *layout;
	bool have_image = find_image(iomem, &map.image);
	bool contradiction = false;

	*out = (struct pg_kernel_map){{0, 0}, 0, 0};
	if (kcore.size < sizeof(Elf64_Ehdr) ||
	    memcmp(kcore.data, ELFMAG, SELFMAG) != 0 ||
	    kcore.data[EI_CLASS] != ELFCLASS64)
		return;
	layout = pg_load_le16(kcore.data + offsetof(Elf64_Ehdr, e_machine)) ==
				 EM_AARCH64
			 ? &arm64
			 : &x86_64;
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
			from_info = text_from_vmcoreinfo(
				layout, kcore.data + offset, bytes, map.image);
		} else if (type == PT_LOAD && have_image &&
			   is_text(layout, &load, map.image)) {
			map.image_virtual = load.virtual;
		} else if (type == PT_LOAD && is_ram(layout, &load, iomem) &&
			   (from_info == 0 ||
			    load.virtual - load.physical !=
				    from_info - map.image.start)) {
			uint64_t base = load.virtual - load.physical;

			contradiction |=
				map.direct_map != 0 && map.direct_map != base;
			map.direct_map = base;
		}
	}
	if (contradiction)
		map.direct_map = 0;
	if (map.image_virtual == 0 &&
	    (layout->text_in_kcore ||
	     confirmed(kcore, headers, count, from_info, map.image)))
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
