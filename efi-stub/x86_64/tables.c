/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables of our own: those of the firmware may forbid to write to code
 * and to execute data, and nobody knows what lies where. Each address is mapped
 * to itself by pages of 2 MiB, which every CPU has (SDM 4.5).
 */
#include "arch/x86_64/cpu.h"
#include "efi-stub/x86_64/x86_64.h"
#include "purgatorio/arch.h"

#define PRESENT UINT64_C(0x01)
#define WRITE	UINT64_C(0x02)
#define LARGE	UINT64_C(0x80)

#define ENTRIES	     512
#define TABLE_BYTES  4096
#define LARGE_BYTES  (UINT64_C(1) << 21)
#define GIB	     (UINT64_C(1) << 30)
#define GIBS_OF_PML4 (UINT64_C(512) * ENTRIES)

/* Memory, in GiB: up to its end, but at least 4, where devices are; at most
 * what four levels reach. */
static uint64_t gibs(const struct stub_memory *memory)
{
	uint64_t end = 4 * GIB;

	for (UINTN at = 0; at < memory->bytes; at += memory->entry_bytes) {
		const EFI_MEMORY_DESCRIPTOR *d = stub_descriptor(memory, at);
		const uint64_t last =
			d->PhysicalStart + d->NumberOfPages * EFI_PAGE_SIZE;

		/* Devices may be anywhere, and are nothing to us. */
		if (d->Type != EfiReservedMemoryType &&
		    d->Type != EfiMemoryMappedIO &&
		    d->Type != EfiMemoryMappedIOPortSpace && last > end)
			end = last;
	}
	end = (end + GIB - 1) / GIB;
	return end < GIBS_OF_PML4 ? end : GIBS_OF_PML4;
}

static bool five_levels(void)
{
	return x86_read_cr4() & X86_CR4_LA57;
}

/* One table of 2 MiB pages for each GiB, one table of those for 512. */
UINTN stub_tables_pages(const struct stub_memory *memory)
{
	const uint64_t count = gibs(memory);

	return 2 + (count + ENTRIES - 1) / ENTRIES + count;
}

void stub_tables_fill(const struct stub_memory *memory, uint8_t *tables)
{
	const uint64_t count = gibs(memory);
	const uint64_t uppers = (count + ENTRIES - 1) / ENTRIES;
	uint64_t *top = (void *)tables;
	uint64_t *pml4 = five_levels() ? top + ENTRIES : top;
	uint64_t *upper = top + 2 * ENTRIES;
	uint64_t *lower = upper + uppers * ENTRIES;

	if (five_levels())
		top[0] = pg_address(pml4) | PRESENT | WRITE;
	for (uint64_t i = 0; i < uppers; i++)
		pml4[i] =
			(pg_address(upper) + i * TABLE_BYTES) | PRESENT | WRITE;
	for (uint64_t i = 0; i < count; i++)
		upper[i] =
			(pg_address(lower) + i * TABLE_BYTES) | PRESENT | WRITE;
	for (uint64_t i = 0; i < count * ENTRIES; i++)
		lower[i] = (i * LARGE_BYTES) | PRESENT | WRITE | LARGE;
}
