/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of a capture image: head, door with purgatory, the stub's block
 * (not in an ELF file, which no UEFI loads), then what a unified kernel image
 * has, under the same names, the kernel last: it unpacks itself over what lies
 * behind it.
 */
#include <string.h>

#include "pack/capture/capture.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/image.h"

#define PAGE PG_PAGE_BYTES

struct pg_capture_section *pg_capture_find(struct pg_capture *capture,
					   const char *name)
{
	for (size_t i = 0; i < capture->section_count; i++)
		if (strncmp(capture->sections[i].name, name,
			    sizeof(capture->sections[i].name)) == 0)
			return &capture->sections[i];
	return NULL;
}

static void add(struct pg_capture *capture, const char *name, uint32_t flags,
		struct pg_bytes content)
{
	struct pg_capture_section *section =
		&capture->sections[capture->section_count++];

	*section =
		(struct pg_capture_section){.flags = flags, .content = content};
	memcpy(section->name, name, strlen(name));
}

static void add_some(struct pg_capture *capture, const char *name,
		     struct pg_bytes content)
{
	if (content.size != 0)
		add(capture, name, PE_CONSTANT, content);
}

static struct pg_bytes text(const char *string)
{
	return (struct pg_bytes){(const uint8_t *)string,
				 string == NULL ? 0 : strlen(string)};
}

/* The stub's sections, which refer to one another by their distance. */
static enum pg_status add_stub(struct pg_capture *capture,
			       struct pg_error *error)
{
	static const struct {
		const char *name;
		uint32_t flags;
	} wanted[] = {{".text", PE_CODE},
		      {".rodata", PE_CONSTANT},
		      {".data", PE_DATA},
		      {".reloc", PE_DISCARDED},
		      {".sbat", PE_CONSTANT}};
	const struct pg_bytes sbat = capture->options->sbat;
	struct pg_bytes content;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		if (!pg_pe_section(&capture->stub, wanted[i].name, &content))
			return pg_fail(error, PG_E_FORMAT,
				       "stub: has no section %s; give the "
				       "stub.efi of this purgatorio",
				       wanted[i].name);
		if (i == 4 && sbat.size != 0)
			content = sbat;
		add(capture, wanted[i].name, wanted[i].flags, content);
	}
	return PG_OK;
}

/* A kernel that lies where it runs, and of its first pages, which loaders
 * change, a copy. */
static void add_fixed(struct pg_capture *capture)
{
	const struct pg_kernel *kernel = &capture->kernel;

	add(capture, ".linux", PE_CODE, kernel->image);
	add(capture, ".door", PE_DATA, capture->door);
	add(capture, ".head", PE_CONSTANT,
	    (struct pg_bytes){kernel->file.data, (size_t)kernel->linked});
}

/* A kernel whose memory is in the file, too, in front of the initrd. */
static void add_kernel_first(struct pg_capture *capture)
{
	struct pg_capture_section *room;

	add(capture, ".linux", PE_CODE, capture->kernel.image);
	room = &capture->sections[capture->section_count];
	add(capture, ".room", PE_DATA, (struct pg_bytes){NULL, 0});
	room->memory_bytes = capture->room_bytes;
	capture->room_bytes = 0;
	add_some(capture, ".initrd", capture->initrd);
}

static enum pg_status add_all(struct pg_capture *capture,
			      struct pg_error *error)
{
	const struct pg_capture_options *options = capture->options;
	enum pg_status status = PG_OK;

	if (capture->fixed)
		add_fixed(capture);
	else
		add(capture, ".door", capture->elf.single ? PE_LOADED : PE_DATA,
		    capture->door);
	if (!capture->fixed && !capture->is_elf)
		status = add_stub(capture, error);
	if (status != PG_OK)
		return status;
	add_some(capture, ".osrel", options->os_release);
	add_some(capture, ".uname",
		 text(options->uname == NULL ? capture->kernel.release
					     : options->uname));
	add_some(capture, ".cmdline", text(options->pack.command_line));
	add_some(capture, ".dtb", options->pack.dtb);
	if (capture->kernel_first) {
		add_kernel_first(capture);
		return PG_OK;
	}
	add_some(capture, ".ucode", options->microcode);
	add_some(capture, ".initrd", capture->initrd);
	if (!capture->fixed)
		add(capture, ".linux", PE_CONSTANT, capture->kernel.file);
	return PG_OK;
}

/* Door, work area, purgatory, manifest, log. The bound of the manifest counts
 * one range more for each section than it may have. */
static uint64_t door_bytes(const struct pg_capture *capture)
{
	uint64_t ranges = 0, manifest = sizeof(struct pg_manifest);

	for (size_t i = 0; i < capture->section_count; i++)
		ranges += 1 + pg_range_count(capture->sections[i].content.size +
					     PAGE);
	manifest += ranges * sizeof(struct pg_range) +
		    (capture->section_count + 2) * sizeof(struct pg_part);
	manifest = (manifest + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	return PG_IMAGE_PURGATORY + capture->plan->purgatory.memory_bytes +
	       manifest + (capture->log.bytes == 0 ? PG_CAPTURE_LOG_BYTES : 0);
}

/* The first address from @at on that suits the kernel. */
static uint64_t kernel_start(const struct pg_capture *capture, uint64_t at)
{
	const uint64_t alignment = capture->kernel_alignment;
	const uint64_t offset = capture->kernel_offset;

	if (alignment == 0)
		return at;
	at = at > offset ? at - offset : 0;
	return (at + alignment - 1) / alignment * alignment + offset;
}

enum pg_status pg_capture_lay_out(struct pg_capture *capture,
				  struct pg_error *error)
{
	enum pg_status status = add_all(capture, error);
	uint64_t at = capture->head_bytes;

	if (status != PG_OK)
		return status;
	for (size_t i = 0; i < capture->section_count; i++) {
		struct pg_capture_section *section = &capture->sections[i];
		uint64_t bytes = section == pg_capture_find(capture, ".door")
					 ? door_bytes(capture)
				 : section->content.size != 0
					 ? section->content.size
					 : section->memory_bytes;

		if (section == pg_capture_find(capture, ".linux"))
			at = kernel_start(capture, at);
		if (bytes > UINT32_MAX - PAGE || at + bytes > UINT32_MAX - PAGE)
			return pg_fail(error, PG_E_LIMIT,
				       "image: %.8s ends beyond 4 GiB, and PE "
				       "has no larger addresses; use a smaller "
				       "initrd",
				       section->name);
		section->offset = (uint32_t)at;
		section->memory_bytes = (uint32_t)bytes;
		at = (at + bytes + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	}
	capture->file_bytes = (uint32_t)at;
	if (at + capture->room_bytes > UINT32_MAX - PAGE)
		return pg_fail(error, PG_E_LIMIT,
			       "image: the kernel's room ends beyond 4 GiB; "
			       "use a smaller initrd");
	if (capture->room_bytes != 0) {
		add(capture, ".room", PE_ZERO, (struct pg_bytes){NULL, 0});
		pg_capture_find(capture, ".room")->offset = (uint32_t)at;
		pg_capture_find(capture, ".room")->memory_bytes =
			capture->room_bytes;
		at += capture->room_bytes;
	}
	capture->image_bytes = (uint32_t)at;
	if (capture->fixed || capture->is_elf)
		return PG_OK;
	/* The stub's entry moves with its block. */
	capture->entry += pg_capture_find(capture, ".text")->offset - PAGE;
	capture->reloc = pg_capture_find(capture, ".reloc")->offset;
	return PG_OK;
}
