/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel, initrd and command line, from files or from a packed image. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fdt/fdt_edit.h"
#include "load/parts.h"
#include "pack/formats/bzimage.h"
#include "pack/formats/initrd.h"
#include "pack/formats/kernel_formats.h"
#include "pack/image/image.h"

#define SECTOR_BYTES 512

/* The part of @kind in @image, or SIZE_MAX. */
static size_t find_part(const struct pg_image *image, uint32_t kind)
{
	for (size_t i = 0; i < pg_image_part_count(image); i++)
		if (pg_image_part(image, i).kind == kind)
			return i;
	return SIZE_MAX;
}

/*
 * An image holds a kernel without its real-mode part; the setup header is in
 * the image's boot_params, at the same offset. Put together again, it is a
 * bzImage to pg_kernel_read(), with all of its checks.
 */
static enum pg_status rebuild_bzimage(struct pg_source *source,
				      struct pg_error *error)
{
	size_t params_part = find_part(source->image, PG_PART_BOOTPARAMS);
	struct pg_bytes code, params, file;
	size_t setup_bytes;

	if (params_part == SIZE_MAX)
		return pg_fail(error, PG_E_FORMAT,
			       "image: has no kernel with boot_params; pack "
			       "it again");
	code = pg_image_part(source->image, source->kernel_part).content;
	params = pg_image_part(source->image, params_part).content;
	if (params.size < PG_BOOT_PARAMS_BYTES)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: its boot_params are %zu bytes; pack it "
			       "again",
			       params.size);
	setup_bytes = params.data[HDR_SETUP_SECTS];
	setup_bytes = (setup_bytes ? setup_bytes + 1 : 5) * SECTOR_BYTES;
	file.size = setup_bytes + code.size;
	source->kernel_copy = calloc(1, file.size);
	if (!source->kernel_copy)
		return pg_fail(error, PG_E_NO_MEMORY, "image: out of memory");
	memcpy(source->kernel_copy + HDR_START, params.data + HDR_START,
	       HDR_END_MAX - HDR_START);
	memcpy(source->kernel_copy + setup_bytes, code.data, code.size);
	file.data = source->kernel_copy;
	if (pg_kernel_read(file, &source->kernel, error) != PG_OK)
		return error->status;
	if (source->kernel.image.size != code.size)
		return pg_fail(error, PG_E_CORRUPT,
			       "image: its kernel is %zu bytes and its setup "
			       "header says %zu; pack it again",
			       code.size, source->kernel.image.size);
	return PG_OK;
}

/* ppc64's is in an image without its ELF headers, and in a segment of its own.
 */
static enum pg_status flat_kernel(struct pg_source *source,
				  struct pg_error *error)
{
	const struct pg_part_view part =
		pg_image_part(source->image, source->kernel_part);

	for (size_t i = 0; i < pg_image_segment_count(source->image); i++) {
		const struct pg_segment segment =
			pg_image_segment(source->image, i);

		if (segment.address == part.address)
			return pg_elf_kernel_flat(
				part.content, segment.memory_bytes,
				part.address, &source->kernel, error);
	}
	return pg_fail(error, PG_E_CORRUPT,
		       "image: its kernel has no segment; pack it again");
}

static enum pg_status kernel_in_two(struct pg_source *source,
				    struct pg_error *error)
{
	const size_t head = find_part(source->image, PG_PART_BOOTPARAMS);

	if (head == SIZE_MAX)
		return pg_fail(error, PG_E_FORMAT,
			       "image: has no kernel with parameters; pack it "
			       "again");
	return pg_source_s390x(
		source, pg_image_part(source->image, head).content,
		pg_image_part(source->image, source->kernel_part).content,
		error);
}

static enum pg_status kernel_of_image(struct pg_source *source,
				      struct pg_error *error)
{
	source->kernel_part = find_part(source->image, PG_PART_KERNEL);
	if (source->kernel_part == SIZE_MAX)
		return pg_fail(error, PG_E_FORMAT,
			       "image: has no kernel; pack it again");
	if (pg_image_manifest(source->image)->arch == PG_ARCH_X86_64)
		return rebuild_bzimage(source, error);
	if (pg_image_manifest(source->image)->arch == PG_ARCH_PPC64)
		return flat_kernel(source, error);
	if (pg_image_manifest(source->image)->arch == PG_ARCH_S390X)
		return kernel_in_two(source, error);
	return pg_kernel_read(
		pg_image_part(source->image, source->kernel_part).content,
		&source->kernel, error);
}

static enum pg_status take_cmdline(struct pg_source *source, const char *line,
				   size_t bytes, struct pg_error *error)
{
	free(source->command_line);
	source->command_line = strndup(line, bytes);
	if (!source->command_line)
		return pg_fail(error, PG_E_NO_MEMORY, "image: out of memory");
	return PG_OK;
}

/* A part of its own on x86, and in the device tree elsewhere. */
static enum pg_status cmdline_of_image(struct pg_source *source,
				       struct pg_error *error)
{
	size_t part = find_part(source->image, PG_PART_CMDLINE);
	struct pg_bytes content;
	const char *line;

	if (part != SIZE_MAX) {
		content = pg_image_part(source->image, part).content;
		return take_cmdline(source, (const char *)content.data,
				    content.size, error);
	}
	part = find_part(source->image, PG_PART_FDT);
	if (part == SIZE_MAX)
		return PG_OK;
	content = pg_image_part(source->image, part).content;
	if (pg_fdt_check(content, error) != PG_OK ||
	    pg_fdt_command_line(content, &line, error) != PG_OK)
		return error->status;
	return take_cmdline(source, line, strlen(line), error);
}

static enum pg_status read_image(const struct pg_load_options *options,
				 uint32_t arch, struct pg_source *source,
				 struct pg_error *error)
{
	struct pg_error why;

	source->image = pg_image_read(options->kernel, error);
	if (!source->image)
		return error->status;
	if (options->initrd_count > 0)
		return pg_fail(error, PG_E_USAGE,
			       "an image brings its own initrd; pack it with "
			       "the other one");
	if (pg_image_manifest(source->image)->arch != arch)
		return pg_fail(error, PG_E_KERNEL_ARCH,
			       "image: is for another architecture than this "
			       "machine's");
	if (pg_image_verify(source->image, &why) != PG_OK)
		return pg_fail(error, PG_E_MISMATCH, "image: %s", why.text);
	if (kernel_of_image(source, error) != PG_OK)
		return error->status;
	const size_t initrd = find_part(source->image, PG_PART_INITRD);

	if (initrd != SIZE_MAX)
		pg_source_initrd(source, "initrd",
				 pg_image_part(source->image, initrd).content);
	return cmdline_of_image(source, error);
}

/* What the options say, behind what the image or the machine says. */
static enum pg_status complete_cmdline(const struct pg_load_options *options,
				       const char *root,
				       struct pg_source *source,
				       struct pg_error *error)
{
	const char *given = options->command_line ? options->command_line : "";
	struct pg_text running;
	char *reused;

	if (options->reuse_command_line) {
		if (pg_sys_read(&running, error, root, "/proc/cmdline") !=
		    PG_OK)
			return error->status;
		reused = pg_cmdline_reuse(running.data);
		pg_text_free(&running);
		if (!reused)
			return pg_fail(error, PG_E_NO_MEMORY,
				       "command line: out of memory");
		enum pg_status status = pg_cmdline_add(&source->command_line,
						       error, "%s", reused);
		free(reused);
		if (status != PG_OK)
			return status;
	}
	return pg_cmdline_add(&source->command_line, error, "%s", given);
}

void pg_source_initrd(struct pg_source *source, const char *name,
		      struct pg_bytes content)
{
	struct pg_source_initrd *initrd =
		&source->initrds[source->initrd_count];

	if (content.size == 0)
		return;
	memset(initrd, 0, sizeof(*initrd));
	snprintf(initrd->name, sizeof(initrd->name), "%s", name);
	initrd->content = content;
	source->initrd_count++;
}

static enum pg_status join_initrds(const struct pg_load_options *options,
				   struct pg_source *source,
				   struct pg_error *error)
{
	struct pg_bytes joined;
	enum pg_status status =
		pg_initrds_join(options->initrds, options->initrd_count,
				&joined, &source->initrd_copy, error);

	if (status == PG_OK)
		pg_source_initrd(source,
				 source->initrd_count == 0 ? "initrd"
							   : "initrd-added",
				 joined);
	return status;
}

enum pg_status pg_source_read(const struct pg_load_options *options,
			      const char *root, struct pg_source *out,
			      struct pg_error *error)
{
	struct pg_source source = {
		.kernel_part = SIZE_MAX,
		.command_line = strdup(""),
	};
	struct pg_bytes file = options->kernel;
	const struct pg_load_arch *arch;
	enum pg_status status = pg_load_arch_of(options, &arch, error);

	if (status != PG_OK) {
		free(source.command_line);
		return status;
	}
	if (!source.command_line)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "command line: out of memory");
	if (pg_image_recognise(file)) {
		status = read_image(options, arch->arch, &source, error);
	} else {
		status = pg_kernel_read(file, &source.kernel, error);
		if (status == PG_OK && pg_uki_recognise(file))
			status = pg_source_uki(options, &source, error);
		if (status == PG_OK)
			status = join_initrds(options, &source, error);
	}
	if (status == PG_OK && source.kernel.arch != arch->arch)
		status = pg_fail(error, PG_E_KERNEL_ARCH,
				 "kernel: is for %s, and this machine is an "
				 "%s; give a kernel that was built for it",
				 pg_arch_name(source.kernel.arch),
				 pg_arch_name(arch->arch));
	if (status == PG_OK)
		status = complete_cmdline(options, root, &source, error);
	if (status != PG_OK) {
		pg_source_free(&source);
		return status;
	}
	*out = source;
	return PG_OK;
}

void pg_source_free(struct pg_source *source)
{
	pg_kernel_free(&source->kernel);
	free(source->command_line);
	free(source->kernel_copy);
	free(source->initrd_copy);
	pg_image_free(source->image);
	memset(source, 0, sizeof(*source));
}
