/* SPDX-License-Identifier: BSD-2-Clause */
/* A load on a recorded machine, with a small kernel, up to the system call. */
#ifndef PURGATORIO_TESTS_TRIAL_H
#define PURGATORIO_TESTS_TRIAL_H

#include "machine.h"
#include "synthetic.h"

#include "load/parts.h"
#include "purgatorio/byteorder.h"

static struct pg_error error;

/* A job with a small kernel, a purgatory and an initrd. */
struct trial {
	struct machine machine;
	uint8_t *kernel, *purgatory;
	struct pg_bytes initrd;
	struct pg_load_options options;
	struct pg_job job;
};

static inline struct trial begin(const char *name, enum pg_load_action action)
{
	static const uint8_t initrd[5000] = "initrd";
	struct trial trial = {
		.machine = machine_make(name),
		.kernel = make_bzimage(),
		.purgatory = make_purgatory(PG_ARCH_X86_64),
		.initrd = {initrd, sizeof(initrd)},
	};

	trial.options = (struct pg_load_options){
		.action = action,
		.kernel = bzimage_bytes(trial.kernel),
		.purgatory_elf = purgatory_bytes(trial.purgatory),
		.initrd_count = 1,
		.command_line = "quiet",
		.dry_run = true,
	};
	return trial;
}

/* The pointers that move when a struct trial is returned. */
static inline struct pg_load_options *options_of(struct trial *trial)
{
	trial->options.root = trial->machine.root;
	if (!trial->options.initrds)
		trial->options.initrds = &trial->initrd;
	return &trial->options;
}

static inline void end(struct trial *trial)
{
	free(trial->kernel);
	free(trial->purgatory);
	machine_free(&trial->machine);
}

/* Plans, seals, and reads the result back as an image. */
static inline struct pg_image *plan(struct trial *trial, struct pg_bytes *file)
{
	struct pg_load_options *options = options_of(trial);
	struct pg_image *image;
	char path[128];

	expect_ok(pg_job_begin(&trial->job, options, &error), &error);
	if (options->action == PG_LOAD_CRASH)
		expect_ok(pg_plan_crash(&trial->job, &error), &error);
	else
		expect_ok(pg_plan_normal(&trial->job, &error), &error);
	snprintf(path, sizeof(path), "%s/plan.elf", trial->machine.root);
	expect_ok(pg_plan_write_elf(trial->job.plan, path, &error), &error);
	expect_ok(pg_file_map(path, file, &error), &error);
	image = pg_image_read(*file, &error);
	assert_non_null(image);
	expect_ok(pg_image_verify(image, &error), &error);
	return image;
}

static inline struct pg_part_view part(const struct pg_image *image,
				       uint32_t kind)
{
	for (size_t i = 0; i < pg_image_part_count(image); i++)
		if (pg_image_part(image, i).kind == kind)
			return pg_image_part(image, i);
	fail_msg("no part of kind %u", kind);
	return (struct pg_part_view){.name = NULL};
}

/* The e820 type of @address in @params. */
static inline uint32_t e820_at(const uint8_t *params, uint64_t address)
{
	for (unsigned i = 0; i < params[0x1e8]; i++) {
		const uint8_t *at = params + 0x2d0 + 20 * i;
		uint64_t start = pg_load_le64(at);

		if (address >= start && address - start < pg_load_le64(at + 8))
			return pg_load_le32(at + 16);
	}
	return 0;
}

#endif
