/* SPDX-License-Identifier: BSD-2-Clause */
#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "load/elfcorehdr.h"
#include "pack/formats/elf64.h"

static bool has_kernel(const struct pg_core_input *in)
{
	return in->kernel->image.bytes != 0;
}

static uint64_t header_count(const struct pg_core_input *in)
{
	return (uint64_t)in->notes->cpu_count +
	       (in->notes->vmcoreinfo.bytes != 0) + has_kernel(in) +
	       in->run_count;
}

uint64_t pg_elfcorehdr_bytes(const struct pg_core_input *in)
{
	return sizeof(Elf64_Ehdr) + header_count(in) * sizeof(Elf64_Phdr);
}

static uint8_t *put(bool big, uint8_t *at, uint32_t type, uint64_t offset,
		    uint64_t virtual, struct pg_span memory)
{
	memset(at, 0, sizeof(Elf64_Phdr));
	pg_store32(big, at + offsetof(Elf64_Phdr, p_type), type);
	if (type == PT_LOAD)
		pg_store32(big, at + offsetof(Elf64_Phdr, p_flags),
			   PF_R | PF_W | PF_X);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_offset), offset);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_vaddr), virtual);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_paddr), memory.start);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_filesz), memory.bytes);
	pg_store64(big, at + offsetof(Elf64_Phdr, p_memsz), memory.bytes);
	return at + sizeof(Elf64_Phdr);
}

static void put_ehdr(bool big, uint8_t *at, uint16_t machine, uint16_t count)
{
	memset(at, 0, sizeof(Elf64_Ehdr));
	memcpy(at, ELFMAG, SELFMAG);
	at[EI_CLASS] = ELFCLASS64;
	at[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	at[EI_VERSION] = EV_CURRENT;
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_type), ET_CORE);
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_machine), machine);
	pg_store32(big, at + offsetof(Elf64_Ehdr, e_version), EV_CURRENT);
	pg_store64(big, at + offsetof(Elf64_Ehdr, e_phoff), sizeof(Elf64_Ehdr));
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_ehsize),
		   sizeof(Elf64_Ehdr));
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_phentsize),
		   sizeof(Elf64_Phdr));
	pg_store16(big, at + offsetof(Elf64_Ehdr, e_phnum), count);
}

static enum pg_status check_runs(const struct pg_core_input *in,
				 struct pg_error *error)
{
	uint64_t last_end = 0;
	struct pg_span ignored;

	for (size_t i = 0; i < in->run_count; i++) {
		const struct pg_core_run *run = &in->runs[i];
		struct pg_span memory = run->memory;
		const char *why = NULL;

		if (memory.bytes == 0)
			why = "is empty";
		else if (!pg_span_make(memory.start, memory.bytes, &ignored))
			why = "wraps around";
		else if (!pg_span_make(run->content, memory.bytes, &ignored))
			why = "has content that wraps around";
		else if (i > 0 && memory.start < last_end)
			why = "is not behind the one before";
		else if (memory.start % PG_PAGE_BYTES !=
			 run->content % PG_PAGE_BYTES)
			why = "has content at another place within its page";
		if (why)
			return pg_fail(error, PG_E_MACHINE,
				       "core header: the memory at 0x%" PRIx64
				       ", 0x%" PRIx64 " bytes, %s",
				       memory.start, memory.bytes, why);
		last_end = pg_span_end(memory);
	}
	return PG_OK;
}

enum pg_status pg_elfcorehdr_build(const struct pg_core_input *in, uint8_t *out,
				   struct pg_error *error)
{
	const struct pg_kernel_map *kernel = in->kernel;
	const bool big = in->big_endian;
	uint64_t count = header_count(in);
	enum pg_status status = check_runs(in, error);
	struct pg_span ignored;
	uint8_t *at = out + sizeof(Elf64_Ehdr);

	if (status != PG_OK)
		return status;
	if (count >= PN_XNUM)
		return pg_fail(error, PG_E_LIMIT,
			       "core header: %" PRIu64 " CPUs and runs of "
			       "memory, and an ELF file holds %u",
			       count, PN_XNUM - 1);
	if (has_kernel(in) && (!pg_span_make(kernel->image.start,
					     kernel->image.bytes, &ignored) ||
			       !pg_span_make(kernel->image_virtual,
					     kernel->image.bytes, &ignored)))
		return pg_fail(error, PG_E_MACHINE,
			       "core header: the kernel at 0x%" PRIx64
			       " wraps around",
			       kernel->image.start);
	put_ehdr(big, out, in->machine, (uint16_t)count);
	for (size_t i = 0; i < in->notes->cpu_count; i++)
		at = put(big, at, PT_NOTE, in->notes->cpus[i].start, 0,
			 in->notes->cpus[i]);
	if (in->notes->vmcoreinfo.bytes != 0)
		at = put(big, at, PT_NOTE, in->notes->vmcoreinfo.start, 0,
			 in->notes->vmcoreinfo);
	if (has_kernel(in))
		at = put(big, at, PT_LOAD, kernel->image.start,
			 kernel->image_virtual, kernel->image);
	for (size_t i = 0; i < in->run_count; i++) {
		uint64_t virtual = kernel->direct_map == 0
					   ? 0
					   : kernel->direct_map +
						     in->runs[i].memory.start;

		at = put(big, at, PT_LOAD, in->runs[i].content, virtual,
			 in->runs[i].memory);
	}
	return PG_OK;
}

void pg_elfcorehdr_print(const uint8_t *header, uint64_t bytes, FILE *to)
{
	const bool big = header[EI_DATA] == ELFDATA2MSB;

	fprintf(to,
		"core header, %" PRIu64 " bytes:\n"
		"  type  virtual             physical            bytes"
		"               from\n",
		bytes);
	for (uint64_t i = sizeof(Elf64_Ehdr); i < bytes;
	     i += sizeof(Elf64_Phdr)) {
		const uint8_t *at = header + i;

		fprintf(to,
			"  %-4s  0x%016" PRIx64 "  0x%016" PRIx64
			"  0x%016" PRIx64 "  0x%" PRIx64 "\n",
			pg_load32(big, at) == PT_NOTE ? "NOTE" : "LOAD",
			pg_load64(big, at + offsetof(Elf64_Phdr, p_vaddr)),
			pg_load64(big, at + offsetof(Elf64_Phdr, p_paddr)),
			pg_load64(big, at + offsetof(Elf64_Phdr, p_memsz)),
			pg_load64(big, at + offsetof(Elf64_Phdr, p_offset)));
	}
}
