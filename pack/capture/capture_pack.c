/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_pack_capture(): read, lay out, fill in, seal, write. */
#include <stdlib.h>
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/formats/initrd.h"
#include "pack/formats/kernel_formats.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/image.h"

#define PAGE PG_PAGE_BYTES

/* The stub's entry, from its optional header. */
#define PE_ENTRY 40

/* What capture.h says of each architecture, and of each of its files. */
struct steps {
	uint32_t arch;
	bool is_elf;
	uint16_t machine; /* of the stub; 0: a flat door is given for it */
	bool fixed;	  /* nor that one */
	enum pg_status (*check)(struct pg_capture *capture,
				struct pg_error *error);
	enum pg_status (*head)(struct pg_capture *capture,
			       struct pg_error *error);
	void (*instruct)(struct pg_capture *capture);
};

static const struct steps *steps_of(const struct pg_capture *capture)
{
	static const struct steps all[] = {
		{PG_ARCH_X86_64, false, PG_PE_AMD64, false,
		 pg_capture_x86_64_check, pg_capture_x86_64_head,
		 pg_capture_x86_64_instruct},
		{PG_ARCH_X86_64, true, PG_PE_AMD64, false,
		 pg_capture_x86_64_elf_check, pg_capture_x86_64_elf_head,
		 pg_capture_x86_64_instruct},
		{PG_ARCH_ARM64, false, PG_PE_ARM64, false,
		 pg_capture_arm64_check, pg_capture_arm64_head,
		 pg_capture_arm64_instruct},
		{PG_ARCH_PPC64, true, 0, false, pg_capture_ppc64_check,
		 pg_capture_ppc64_head, pg_capture_ppc64_instruct},
		{PG_ARCH_S390X, false, 0, true, pg_capture_s390x_check,
		 pg_capture_s390x_head, pg_capture_s390x_instruct},
		{PG_ARCH_S390X, true, 0, true, pg_capture_s390x_check,
		 pg_capture_s390x_head, pg_capture_s390x_instruct},
	};

	/* The first one is the architecture's own. */
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].arch == capture->kernel.arch &&
		    (all[i].is_elf || !capture->options->elf))
			return &all[i];
	return NULL;
}

/* Adds what lies at @offset to the plan, which is not asked to place it. */
static void add_part(struct pg_capture *capture, const char *name,
		     uint32_t kind, uint32_t offset, uint64_t bytes,
		     uint32_t flags)
{
	struct pg_plan *plan = capture->plan;
	struct pg_plan_part *part = &plan->parts[plan->part_count++];

	*part = (struct pg_plan_part){
		.spec = {.kind = kind,
			 .content = {capture->file + offset, (size_t)bytes},
			 .memory_bytes = bytes,
			 .alignment = PAGE,
			 .flags = flags},
		.span = {offset, (bytes + PAGE - 1) & ~(uint64_t)(PAGE - 1)}};
	memcpy(part->spec.name, name, strlen(name));
}

/* An initrd behind another is read past the gap between the two. */
static uint64_t content_bytes(struct pg_capture *capture,
			      const struct pg_capture_section *section)
{
	const struct pg_capture_section *next = section + 1;

	if (strncmp(section->name, ".ucode", 8) == 0 &&
	    next < capture->sections + capture->section_count &&
	    strncmp(next->name, ".initrd", 8) == 0)
		return next->offset - section->offset;
	return section->memory_bytes;
}

static void add_sections(struct pg_capture *capture)
{
	static const struct {
		const char *section, *part;
		uint32_t kind, flags;
	} known[] = {
		{".data", "stub-data", PG_PART_OTHER, PG_SPEC_NO_VERIFY},
		/* shim does not load what is discardable. */
		{".reloc", "stub-reloc", PG_PART_OTHER, PG_SPEC_NO_VERIFY},
		{".sbat", "sbat", PG_PART_OTHER, 0},
		{".osrel", "osrel", PG_PART_OTHER, 0},
		{".uname", "uname", PG_PART_OTHER, 0},
		{".cmdline", "cmdline", PG_PART_CMDLINE, 0},
		{".dtb", "dtb", PG_PART_FDT, 0},
		{".ucode", "ucode", PG_PART_INITRD, 0},
		{".initrd", "initrd", PG_PART_INITRD, 0},
		{".head", "parameters", PG_PART_BOOTPARAMS, 0},
		{".linux", "kernel", PG_PART_KERNEL, 0},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const struct pg_capture_section *section =
			pg_capture_find(capture, known[i].section);

		if (section != NULL)
			add_part(capture, known[i].part, known[i].kind,
				 section->offset,
				 content_bytes(capture, section),
				 known[i].flags);
	}
}

/* The plan as if it had placed everything itself. */
static void plan_parts(struct pg_capture *capture)
{
	const struct pg_capture_section *door =
		pg_capture_find(capture, ".door");
	const struct pg_capture_section *code =
		pg_capture_find(capture, ".text");
	struct pg_plan *plan = capture->plan;
	const uint64_t end = door->offset + door->memory_bytes;
	const struct pg_span log =
		capture->log.bytes != 0
			? capture->log
			: (struct pg_span){end - PG_CAPTURE_LOG_BYTES,
					   PG_CAPTURE_LOG_BYTES};
	struct pg_plan_part *part;

	plan->relative = !capture->fixed;
	plan->purgatory_span.start = door->offset + PG_IMAGE_PURGATORY;
	plan->purgatory_span.bytes =
		(capture->log.bytes != 0 ? end : log.start) -
		plan->purgatory_span.start;
	add_part(capture, "head", PG_PART_FILE, 0, capture->head_bytes, 0);
	plan->parts[0].spec.content.data = capture->head_copy;
	add_part(capture, capture->fixed ? "sections" : "door", PG_PART_OTHER,
		 door->offset, PG_IMAGE_WORK, 0);
	plan->log_part = plan->part_count;
	add_part(capture, "log", PG_PART_OTHER, (uint32_t)log.start, log.bytes,
		 0);
	part = &plan->parts[plan->log_part];
	part->spec.content = (struct pg_bytes){NULL, 0};
	if (code != NULL)
		add_part(capture, "stub", PG_PART_OTHER, code->offset,
			 pg_capture_find(capture, ".data")->offset -
				 code->offset,
			 0);
	add_sections(capture);
	plan->state = PG_PLAN_PLACED;
}

static enum pg_status fill_in(struct pg_capture *capture,
			      struct pg_error *error)
{
	enum pg_status status;

	capture->file = calloc(1, capture->file_bytes);
	capture->head_copy = calloc(1, capture->head_bytes);
	if (capture->file == NULL || capture->head_copy == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "image: no memory for %u bytes",
			       capture->file_bytes);
	status = capture->steps->head(capture, error);
	if (status != PG_OK)
		return status;
	if (capture->is_elf)
		pg_capture_write_elf(capture);
	else if (!capture->fixed)
		pg_capture_write_pe(capture);
	for (size_t i = 0; i < capture->section_count; i++)
		if (capture->sections[i].content.size != 0)
			memcpy(capture->file + capture->sections[i].offset,
			       capture->sections[i].content.data,
			       capture->sections[i].content.size);
	memcpy(capture->head_copy, capture->file, capture->head_bytes);
	pg_capture_mask(capture->head_copy, capture->head_bytes);
	return PG_OK;
}

static enum pg_status seal(struct pg_capture *capture, struct pg_error *error)
{
	const struct pg_pack_options *options = &capture->options->pack;
	struct pg_plan *plan = capture->plan;
	enum pg_status status;

	plan_parts(capture);
	pg_plan_policy(plan,
		       options->policy == 0 ? PG_POLICY_STOP : options->policy);
	pg_plan_console(plan, &options->console);
	pg_plan_reset(plan, &options->reset);
	capture->steps->instruct(capture);
	status = pg_plan_seal(plan, error);
	if (status == PG_OK)
		memcpy(capture->file + plan->purgatory_span.start, plan->sealed,
		       plan->sealed_bytes);
	return status;
}

/* The stub, which has the door in it, or the door alone. */
static enum pg_status read_stub(struct pg_capture *capture,
				struct pg_error *error)
{
	const struct steps *steps = capture->steps;
	const struct pg_bytes file = capture->options->stub;
	enum pg_status status;

	capture->is_elf = steps->is_elf;
	capture->fixed = steps->fixed;
	if (steps->fixed)
		return PG_OK;
	capture->door = file;
	if (steps->machine != 0) {
		status = pg_pe_open(file, &capture->stub, error);
		if (status != PG_OK)
			return status;
		if (capture->stub.machine != steps->machine)
			return pg_fail(
				error, PG_E_ARCH,
				"stub: is for %s; give the kernel's",
				pg_pe_machine_name(capture->stub.machine));
		capture->entry = pg_load_le32(
			file.data + pg_load_le32(file.data + 0x3c) + PE_ENTRY);
		if (!pg_pe_section(&capture->stub, ".door", &capture->door))
			capture->door.size = 0;
	}
	if (capture->door.size == 0 || capture->door.size > PG_IMAGE_WORK)
		return pg_fail(error, PG_E_FORMAT,
			       "stub: has no door of up to one page; give "
			       "that of this purgatorio");
	return PG_OK;
}

static enum pg_status read_inputs(struct pg_capture *capture,
				  struct pg_error *error)
{
	const struct pg_pack_options *options = &capture->options->pack;
	enum pg_status status = pg_capture_from(capture, error);

	if (status != PG_OK)
		return status;
	if (options->kernel_read != NULL)
		capture->kernel = *options->kernel_read;
	else
		status = pg_kernel_read(options->kernel, &capture->kernel,
					error);
	if (status == PG_OK)
		capture->steps = steps_of(capture);
	if (status == PG_OK && capture->steps == NULL)
		status = pg_fail(error, PG_E_KERNEL_ARCH,
				 "kernel: is for %s, for which there are no "
				 "capture images %s; %s",
				 pg_arch_name(capture->kernel.arch),
				 capture->options->elf ? "in ELF files" : "yet",
				 capture->options->elf
					 ? "use --format=image"
					 : "pack it for a --window");
	if (status == PG_OK)
		status = read_stub(capture, error);
	if (status == PG_OK)
		status = pg_initrds_join(
			options->initrds, options->initrd_count,
			&capture->initrd, &capture->initrd_copy, error);
	if (status != PG_OK)
		return status;
	capture->plan = pg_plan_new(capture->kernel.arch,
				    options->purgatory_elf, error);
	return capture->plan == NULL ? error->status : PG_OK;
}

static enum pg_status pack(struct pg_capture *capture, const char *output_path,
			   struct pg_error *error)
{
	enum pg_status status = read_inputs(capture, error);

	if (status == PG_OK)
		status = capture->steps->check(capture, error);
	if (status == PG_OK)
		status = pg_capture_lay_out(capture, error);
	if (status == PG_OK)
		status = fill_in(capture, error);
	if (status == PG_OK)
		status = seal(capture, error);
	if (status != PG_OK)
		return status;
	return pg_file_write(
		output_path,
		(struct pg_bytes){capture->file, capture->file_bytes}, 0644,
		error);
}

enum pg_status pg_pack_capture(const struct pg_capture_options *options,
			       const char *output_path, struct pg_error *error)
{
	struct pg_capture capture = {.merged = *options};
	enum pg_status status;

	capture.options = &capture.merged;
	status = pack(&capture, output_path, error);

	pg_plan_free(capture.plan);
	if (options->pack.kernel_read == NULL)
		pg_kernel_free(&capture.kernel);
	free(capture.initrd_copy);
	free(capture.file);
	free(capture.head_copy);
	free(capture.line);
	free(capture.uname);
	return status;
}
