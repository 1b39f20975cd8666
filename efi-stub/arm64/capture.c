/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capture mode: the stub leaves boot services itself and becomes one more boot
 * loader, which enters the image by its door. The device tree is the image's,
 * with the firmware's fix-ups, or the firmware's; its memory is what the
 * firmware's map has. ACPI's tables would need the firmware to be found. The
 * purgatory verifies everything once more, since firmware had the memory until
 * now.
 */
#include <string.h>

#include "arch/arm64/cpu.h"
#include "efi-stub/stub.h"
#include "fdt/core/core.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/image.h"

/* arch/arm64/cache.S */
void pg_arm64_clean_invalidate(uint64_t start, uint64_t end);
/* leap.S */
noreturn void stub_leap(uint64_t door, uint64_t tree);

#define IMAGE_SIZE	 16 /* u64 of an Image's header */
#define BASE_ALIGNMENT	 0x200000u
#define FDT_MAGIC	 0xd00dfeedu
#define FDT_TOTALSIZE_AT 4
#define SPANS		 128
#define LINE_BYTES	 2048

static struct pg_span spans[SPANS];
static char line[LINE_BYTES];
static uint8_t seeds[PG_FDT_SEED_BYTES];

/* What we copy to, and make. */
struct capture {
	struct pg_bytes tree;
	struct pg_fdt_edits edits;
	struct pg_span image; /* the copy, with all that it needs behind */
	uint8_t *out;	      /* PG_IMAGE_TREE_BYTES, the tree */
};

static EFI_STATUS pages(const struct stub *stub, uint64_t bytes,
			EFI_PHYSICAL_ADDRESS *out)
{
	EFI_STATUS status = stub->boot->AllocatePages(
		AllocateAnyPages, EfiLoaderData,
		(bytes + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE, out);

	if (status != EFI_SUCCESS)
		stub_say_status("capture: no memory", status);
	return status;
}

static EFI_STATUS find_tree(const struct stub *stub, struct capture *capture)
{
	const uint8_t *tree = stub_tree(stub);
	struct pg_fdt_fault fault;

	if (!tree) {
		pg_put("capture: the firmware has no device tree, and ACPI is "
		       "not enough; pack with --dtb\n");
		return EFI_UNSUPPORTED;
	}
	capture->tree.data = tree;
	if (pg_load_be32(tree) == FDT_MAGIC)
		capture->tree.size = pg_load_be32(tree + FDT_TOTALSIZE_AT);
	if (pg_tree_check(capture->tree, &fault) == PG_OK)
		return EFI_SUCCESS;
	pg_put("capture: the device tree is damaged\n");
	return EFI_UNSUPPORTED;
}

/* Firmware loads to any page; an Image lies at a multiple of 2 MiB. Behind the
 * kernel's memory the purgatory makes the kernel's tree. */
static EFI_STATUS place(const struct stub *stub, struct capture *capture)
{
	const struct pg_span kernel = stub_part(stub, PG_PART_KERNEL);
	const uint64_t size =
		pg_load_le64((uint8_t *)pg_pointer(kernel.start) + IMAGE_SIZE);
	uint64_t bytes = kernel.start - stub->image.start;
	EFI_PHYSICAL_ADDRESS at = 0;
	EFI_STATUS status;

	if (size > UINT32_MAX ||
	    !pg_align_up(bytes + size, EFI_PAGE_SIZE, &bytes))
		return EFI_LOAD_ERROR;
	bytes += PG_IMAGE_TREE_BYTES;
	if (bytes < stub->image.bytes)
		bytes = stub->image.bytes;
	status = pages(stub, bytes + BASE_ALIGNMENT, &at);
	if (status != EFI_SUCCESS)
		return status;
	at = pg_align_down(at + BASE_ALIGNMENT - 1, BASE_ALIGNMENT);
	capture->image = (struct pg_span){at, bytes};
	memcpy(pg_pointer(at), pg_pointer(stub->image.start),
	       stub->image.bytes);
	return EFI_SUCCESS;
}

static bool is_memory(const EFI_MEMORY_DESCRIPTOR *d)
{
	switch (d->Type) {
	case EfiLoaderCode:
	case EfiLoaderData:
	case EfiBootServicesCode:
	case EfiBootServicesData:
	case EfiConventionalMemory:
		return d->Attribute & EFI_MEMORY_WB;
	default:
		return false;
	}
}

/* What touches becomes one; of what does not fit, nothing is told. */
static size_t list_memory(const struct stub_memory *memory)
{
	size_t count = 0;

	for (UINTN at = 0; at < memory->bytes; at += memory->entry_bytes) {
		const EFI_MEMORY_DESCRIPTOR *d = stub_descriptor(memory, at);
		const uint64_t bytes = d->NumberOfPages * EFI_PAGE_SIZE;

		if (!is_memory(d))
			continue;
		if (count != 0 &&
		    pg_span_end(spans[count - 1]) == d->PhysicalStart)
			spans[count - 1].bytes += bytes;
		else if (count < SPANS)
			spans[count++] =
				(struct pg_span){d->PhysicalStart, bytes};
	}
	return count;
}

/* What the loader says behind the image's command line, as bytes. */
static void put_options(const struct stub *stub)
{
	const CHAR16 *from = stub->options + stub->own_length;
	size_t i;

	for (i = 0; i < LINE_BYTES - 1 && from[i]; i++)
		line[i] = from[i] < 0x80 ? (char)from[i] : '?';
}

/* What the firmware has of chance, for the kernel's addresses. */
static void put_seeds(const struct stub *stub, struct pg_fdt_edits *edits)
{
	static EFI_GUID id = EFI_RNG_PROTOCOL_GUID;
	EFI_RNG_PROTOCOL *rng;

	if (stub->boot->LocateProtocol(&id, NULL, (void **)&rng) ==
		    EFI_SUCCESS &&
	    rng->GetRNG(rng, NULL, sizeof(seeds), seeds) == EFI_SUCCESS)
		edits->seeds = seeds;
}

static bool make_tree(struct capture *capture, const struct stub_memory *memory)
{
	struct pg_fdt_fault fault;
	size_t bytes;

	capture->edits.memory = spans;
	capture->edits.memory_count = list_memory(memory);
	return pg_tree_edit(capture->tree, &capture->edits, capture->out,
			    PG_IMAGE_TREE_BYTES, &bytes, &fault) == PG_OK;
}

static EFI_STATUS prepare(const struct stub *stub, struct capture *capture,
			  struct stub_memory *memory)
{
	EFI_PHYSICAL_ADDRESS out = 0;
	EFI_STATUS status = find_tree(stub, capture);
	UINTN key;

	if (status == EFI_SUCCESS)
		status = place(stub, capture);
	if (status == EFI_SUCCESS)
		status = pages(stub, PG_IMAGE_TREE_BYTES, &out);
	capture->out = pg_pointer(out);
	if (status == EFI_SUCCESS)
		status = stub_memory_allocate(stub, memory);
	if (status == EFI_SUCCESS)
		status = stub_memory_get(stub, memory, &key);
	if (status != EFI_SUCCESS)
		return status;
	put_options(stub);
	capture->edits.command_line = line;
	put_seeds(stub, &capture->edits);
	/* Once while it can still be said that this does not work. */
	if (make_tree(capture, memory))
		return EFI_SUCCESS;
	pg_put("capture: the device tree cannot be edited\n");
	return EFI_UNSUPPORTED;
}

EFI_STATUS stub_capture(const struct stub *stub)
{
	static struct capture capture;
	struct stub_memory memory;
	EFI_STATUS status = stub_tree_install(stub);

	if (status == EFI_SUCCESS)
		status = prepare(stub, &capture, &memory);
	if (status == EFI_SUCCESS) {
		pg_put("leaving boot services\n");
		status = stub_leave(stub, &memory);
	}
	if (status != EFI_SUCCESS) {
		stub_tree_remove(stub);
		return status;
	}
	__asm__ volatile("msr daifset, #0xf" : : : "memory");
	if (!make_tree(&capture, &memory))
		stub->system->RuntimeServices->ResetSystem(
			EfiResetCold, EFI_LOAD_ERROR, 0, NULL);
	pg_arm64_clean_invalidate(stub->image.start, pg_span_end(stub->image));
	pg_arm64_clean_invalidate(capture.image.start,
				  pg_span_end(capture.image));
	pg_arm64_clean_invalidate(pg_address(capture.out),
				  pg_address(capture.out) +
					  PG_IMAGE_TREE_BYTES);
	stub_leap(capture.image.start + stub->door.start - stub->image.start,
		  pg_address(capture.out));
}
