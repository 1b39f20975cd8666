/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "purgatorio/sha256.h"
#include "wrap/object.h"
#include "wrap/program.h"

#define WHAT "program"

/* A file in the making. */
struct copy {
	uint8_t *data;
	uint64_t bytes;
	struct pg_elf64 elf; /* of the original */
	struct pg_embedded embedded;
	size_t slot;	  /* the program header that is spent */
	uint64_t offset;  /* of the appended object in the file */
	uint64_t address; /* and where it will be mapped */
};

static void sha256(struct pg_bytes bytes, uint8_t digest[PG_SHA256_BYTES])
{
	struct pg_sha256 sha;

	pg_sha256_init(&sha, pg_host_features());
	pg_sha256_update(&sha, bytes.data, bytes.size);
	pg_sha256_final(&sha, digest);
}

/* The original's bytes, to be freed. PG_E_FORMAT: @program is not ours.
 * PG_E_MISMATCH: the result is not what was once retrofitted. */
static enum pg_status undo(struct pg_bytes program, struct pg_bytes *out,
			   struct pg_error *error)
{
	const uint8_t *footer = pg_undo_find(program);
	uint8_t digest[PG_SHA256_BYTES];
	uint64_t size;
	uint8_t *data;

	if (footer == NULL)
		return pg_fail(error, PG_E_FORMAT,
			       WHAT ": purgatorio has not retrofitted it, or "
				    "something was cut off its end");
	size = pg_load_le64(footer + PG_UNDO_SIZE_AT);
	data = malloc(size);
	if (data == NULL)
		return pg_fail(error, PG_E_NO_MEMORY, WHAT ": no memory");
	memcpy(data, program.data, size);
	memcpy(data + pg_load_le64(footer + PG_UNDO_PHDR_AT),
	       footer + PG_UNDO_PHDR, sizeof(Elf64_Phdr));
	memcpy(data + pg_load_le64(footer + PG_UNDO_HEADER_AT),
	       footer + PG_UNDO_HEADER, sizeof(Elf64_Ehdr));
	memcpy(data + pg_load_le64(footer + PG_UNDO_LENGTH_AT),
	       footer + PG_UNDO_LENGTH, 8);
	*out = (struct pg_bytes){data, size};
	sha256(*out, digest);
	if (memcmp(digest, footer + PG_UNDO_SHA256_AT, sizeof(digest)) == 0)
		return PG_OK;
	free(data);
	return pg_fail(error, PG_E_MISMATCH,
		       WHAT ": was changed since it was retrofitted; install "
			    "the original again");
}

enum pg_status pg_restore(struct pg_bytes program, const char *output_path,
			  struct pg_error *error)
{
	struct pg_bytes original;
	enum pg_status status = undo(program, &original, error);

	if (status != PG_OK)
		return status;
	status = pg_file_write(output_path, original, 0755, error);
	free((void *)(uintptr_t)original.data);
	return status;
}

/* A program header to spend: the last note's, which only tools read. It has to
 * stand behind all PT_LOADs, whose addresses ascend. And where the new segment
 * goes: behind all others. */
static enum pg_status find_room(struct copy *copy, struct pg_error *error)
{
	uint64_t alignment = PG_PAGE_BYTES, end = 0;
	size_t last_load = 0;
	Elf64_Phdr segment;

	for (size_t i = 0; i < copy->elf.phnum; i++) {
		enum pg_status status =
			pg_elf64_segment(&copy->elf, i, &segment, error);

		if (status != PG_OK)
			return status;
		if (segment.p_type == PT_NOTE)
			copy->slot = i;
		if (segment.p_type != PT_LOAD)
			continue;
		last_load = i;
		if (segment.p_align > alignment)
			alignment = segment.p_align;
		if (segment.p_vaddr + segment.p_memsz > end)
			end = segment.p_vaddr + segment.p_memsz;
	}
	if (copy->slot <= last_load)
		return pg_fail(error, PG_E_LIMIT,
			       WHAT ": it has no note whose program header "
				    "could be spent; build it with "
				    "-Wl,--build-id");
	if ((alignment & (alignment - 1)) != 0 || alignment > 1u << 30 ||
	    end > UINT64_MAX - 2 * alignment)
		return pg_fail(error, PG_E_CORRUPT,
			       WHAT ": its segments have no sane addresses; "
				    "copy it again");
	copy->offset = (copy->elf.file.size + 15) & ~15ull;
	copy->address = ((end + alignment - 1) & ~(alignment - 1)) +
			(copy->offset & (alignment - 1));
	return PG_OK;
}

static uint64_t phdr_at(const struct copy *copy)
{
	return copy->elf.phoff + copy->slot * sizeof(Elf64_Phdr);
}

static void write_undo(const struct copy *copy)
{
	const struct pg_bytes original = copy->elf.file;
	uint8_t *footer = copy->data + copy->bytes - PG_UNDO_BYTES;

	memcpy(footer + PG_UNDO_MAGIC_AT, PG_UNDO_MAGIC, 8);
	pg_store_le64(footer + PG_UNDO_SIZE_AT, original.size);
	pg_store_le64(footer + PG_UNDO_PHDR_AT, phdr_at(copy));
	pg_store_le64(footer + PG_UNDO_HEADER_AT, copy->embedded.offset);
	pg_store_le64(footer + PG_UNDO_LENGTH_AT, copy->embedded.length_offset);
	sha256(original, footer + PG_UNDO_SHA256_AT);
	memcpy(footer + PG_UNDO_PHDR, original.data + phdr_at(copy),
	       sizeof(Elf64_Phdr));
	memcpy(footer + PG_UNDO_HEADER, original.data + copy->embedded.offset,
	       sizeof(Elf64_Ehdr));
	memcpy(footer + PG_UNDO_LENGTH,
	       original.data + copy->embedded.length_offset, 8);
}

static void add_to_field(bool big, uint8_t *field, uint64_t value)
{
	pg_store64(big, field, pg_load64(big, field) + value);
}

/* The object behind the program, its header also where the old one was: all
 * offsets in it count from there. */
static void write_object(const struct copy *copy,
			 const struct pg_object *object)
{
	const uint64_t far = copy->address - copy->embedded.address;
	const bool big = object->big;
	uint8_t *appended = copy->data + copy->offset;

	memcpy(appended, object->file.data, object->file.size);
	for (size_t i = 1; i < object->shnum; i++)
		add_to_field(big,
			     appended + object->shoff + i * sizeof(Elf64_Shdr) +
				     offsetof(Elf64_Shdr, sh_offset),
			     far);
	memcpy(copy->data + copy->embedded.offset, object->file.data,
	       sizeof(Elf64_Ehdr));
	add_to_field(big,
		     copy->data + copy->embedded.offset +
			     offsetof(Elf64_Ehdr, e_shoff),
		     far);
	pg_store64(big, copy->data + copy->embedded.length_offset,
		   far + object->file.size);
}

static void write_segment(const struct copy *copy, uint64_t bytes)
{
	uint8_t *to = copy->data + phdr_at(copy);
	const bool big = copy->elf.big;
	uint64_t alignment = PG_PAGE_BYTES;
	struct pg_error ignored;
	Elf64_Phdr load;

	for (size_t i = 0; i < copy->elf.phnum; i++)
		if (pg_elf64_segment(&copy->elf, i, &load, &ignored) == PG_OK &&
		    load.p_type == PT_LOAD && load.p_align > alignment)
			alignment = load.p_align;
	pg_store32(big, to + offsetof(Elf64_Phdr, p_type), PT_LOAD);
	pg_store32(big, to + offsetof(Elf64_Phdr, p_flags), PF_R);
	pg_store64(big, to + offsetof(Elf64_Phdr, p_offset), copy->offset);
	pg_store64(big, to + offsetof(Elf64_Phdr, p_vaddr), copy->address);
	pg_store64(big, to + offsetof(Elf64_Phdr, p_paddr), copy->address);
	pg_store64(big, to + offsetof(Elf64_Phdr, p_filesz), bytes);
	pg_store64(big, to + offsetof(Elf64_Phdr, p_memsz), bytes);
	pg_store64(big, to + offsetof(Elf64_Phdr, p_align), alignment);
}

/* What kexec will see, through the eyes of lint. */
static enum pg_status check(const struct copy *copy, struct pg_error *error)
{
	const struct pg_bytes made = {copy->data, copy->bytes};
	struct pg_embedded embedded;
	struct pg_bytes view;
	size_t findings = 0, length = 0;
	char *text = NULL;
	FILE *to;
	enum pg_status status = pg_embedded_find(made, &embedded, error);

	if (status == PG_OK)
		status = pg_embedded_view(made, &embedded, &view, error);
	if (status != PG_OK)
		return status;
	to = open_memstream(&text, &length);
	if (to == NULL) {
		free((void *)(uintptr_t)view.data);
		return pg_fail(error, PG_E_NO_MEMORY, WHAT ": no memory");
	}
	status = pg_lint(view, PG_LOADER_KEXEC_TOOLS, to, &findings, error);
	fclose(to);
	if (status == PG_OK && findings != 0)
		status = pg_fail(error, PG_E_CORRUPT,
				 "purgatory: kexec would not load it: %.*s",
				 (int)strcspn(text, "\n"), text);
	free(text);
	free((void *)(uintptr_t)view.data);
	return status;
}

static enum pg_status retrofit(struct pg_bytes original, struct pg_bytes object,
			       const char *path, struct pg_error *error)
{
	struct copy copy = {.data = NULL};
	struct pg_object opened;
	enum pg_status status = pg_elf64_open(original, WHAT, &copy.elf, error);

	if (status == PG_OK)
		status = pg_embedded_find(original, &copy.embedded, error);
	if (status == PG_OK)
		status = pg_object_open(object, "purgatory", &opened, error);
	if (status == PG_OK &&
	    (opened.machine != copy.elf.machine || opened.big != copy.elf.big))
		status = pg_fail(error, PG_E_ARCH,
				 "purgatory: is for another architecture than "
				 "the program; name the other one");
	if (status == PG_OK)
		status = find_room(&copy, error);
	if (status != PG_OK)
		return status;
	copy.bytes = copy.offset + object.size + PG_UNDO_BYTES;
	copy.data = calloc(1, copy.bytes);
	if (copy.data == NULL)
		return pg_fail(error, PG_E_NO_MEMORY, WHAT ": no memory");
	memcpy(copy.data, original.data, original.size);
	write_object(&copy, &opened);
	write_segment(&copy, object.size);
	write_undo(&copy);
	status = check(&copy, error);
	if (status == PG_OK)
		status = pg_file_write(path,
				       (struct pg_bytes){copy.data, copy.bytes},
				       0755, error);
	free(copy.data);
	return status;
}

enum pg_status pg_retrofit(struct pg_bytes program, struct pg_bytes object,
			   const char *output_path, struct pg_error *error)
{
	struct pg_bytes original;
	enum pg_status status;

	if (pg_undo_find(program) == NULL)
		return retrofit(program, object, output_path, error);
	/* An older one of ours: begin from what it was made of. */
	status = undo(program, &original, error);
	if (status != PG_OK)
		return status;
	status = retrofit(original, object, output_path, error);
	free((void *)(uintptr_t)original.data);
	return status;
}
