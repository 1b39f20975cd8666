/* SPDX-License-Identifier: BSD-2-Clause */
/* What kind of file is this? Kernels inside of other files are taken out. */
#include <stdlib.h>
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/formats/kernel_formats.h"
#include "pack/formats/pe.h"
#include "pack/formats/uki.h"

/* Image.gz in an EFI zboot image in an EFI program: nobody does more. */
#define DEPTH_MAX 4

static bool machine_is_ours(const struct pg_pe *pe)
{
	return pe->machine == PG_PE_AMD64 || pe->machine == PG_PE_ARM64;
}

/* A kernel inside of @file: it is there as it is (*@kind is
 * PG_COMPRESSION_NONE) or compressed. PG_OK with *@out empty: there is none. */
static enum pg_status find_inner(struct pg_bytes file, struct pg_bytes *out,
				 enum pg_compression *kind,
				 struct pg_error *error)
{
	struct pg_error ignored;
	struct pg_uki uki;
	struct pg_pe pe;

	*out = (struct pg_bytes){NULL, 0};
	*kind = pg_compression_of(file);
	if (*kind != PG_COMPRESSION_NONE) {
		*out = file;
		return PG_OK;
	}
	if (pg_zimage_recognise(file))
		return pg_zimage_payload(file, out, kind, error);
	if (file.size >= 2 && memcmp(file.data, "MZ", 2) == 0 &&
	    pg_pe_open(file, &pe, &ignored) == PG_OK && machine_is_ours(&pe) &&
	    pg_zboot_recognise(file))
		return pg_zboot_payload(file, out, kind, error);
	if (!pg_uki_recognise(file))
		return PG_OK;
	if (pg_uki_read(file, &uki, error) != PG_OK)
		return error->status;
	*out = uki.linux_image;
	return PG_OK;
}

static enum pg_status read_any(struct pg_bytes file, unsigned depth,
			       struct pg_kernel *out, struct pg_error *error)
{
	struct pg_bytes inner, unpacked = {NULL, 0};
	enum pg_compression kind;
	enum pg_status status;

	/* A capture image looks like its kernel, which is inside of it. */
	const bool whole = !pg_capture_recognise(file);

	if (whole && pg_bzimage_recognise(file))
		return pg_bzimage_read(file, out, error);
	if (whole && pg_arm64_recognise(file))
		return pg_arm64_read(file, out, error);
	if (!whole && pg_s390_recognise(file))
		return pg_capture_s390x_kernel(file, out, error);
	if (whole && pg_s390_recognise(file))
		return pg_s390_read(file, out, error);
	if (!whole && pg_elf_kernel_recognise(file))
		return pg_capture_ppc64_kernel(file, out, error);
	status = find_inner(file, &inner, &kind, error);
	if (status != PG_OK)
		return status;
	if (inner.size == 0 && pg_elf_kernel_recognise(file))
		return pg_elf_kernel_read(file, out, error);
	if (inner.size == 0)
		return pg_kernel_refuse(file, error);
	if (depth == DEPTH_MAX)
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: more than %u files inside of each "
			       "other; give the innermost",
			       DEPTH_MAX);
	if (kind == PG_COMPRESSION_NONE)
		return read_any(inner, depth + 1, out, error);
	status = pg_unpack(kind, inner, &unpacked, error);
	if (status == PG_OK)
		status = read_any(unpacked, depth + 1, out, error);
	/* Pointers lead into the innermost copy. */
	if (status != PG_OK || out->owned != NULL)
		free((void *)(uintptr_t)unpacked.data);
	else
		out->owned = (void *)(uintptr_t)unpacked.data;
	return status;
}

enum pg_status pg_kernel_read(struct pg_bytes file, struct pg_kernel *out,
			      struct pg_error *error)
{
	return read_any(file, 0, out, error);
}

void pg_kernel_free(struct pg_kernel *kernel)
{
	free(kernel->owned);
	*kernel = (struct pg_kernel){.arch = 0};
}
