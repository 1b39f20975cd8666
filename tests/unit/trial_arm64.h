/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads on recorded arm64 machines (Debian's 6.1 kernel under QEMU's virt):
 * arm64-high has 2 CPUs, 6 GiB, a high and a low crash kernel region and a
 * device tree; arm64-acpi was booted by UEFI with ACPI.
 */
#ifndef PURGATORIO_TESTS_TRIAL_ARM64_H
#define PURGATORIO_TESTS_TRIAL_ARM64_H

#include "trial.h"

#include <libfdt.h>

#include "fdt/fdt_edit.h"

#define IMAGE_BYTES 0x3000
#define HIGH	    UINT64_C(0x1a9200000)
#define LOW	    UINT64_C(0xf7800000)

static inline uint8_t *make_image(void)
{
	uint8_t *image = calloc(1, IMAGE_BYTES);

	assert_non_null(image);
	pg_store_le64(image + 8, 0x80000);
	pg_store_le64(image + 16, 0x400000);
	pg_store_le64(image + 24, 0xa);
	memcpy(image + 0x38, "ARM\x64", 4);
	memset(image + 64, 0x5a, IMAGE_BYTES - 64);
	return image;
}

static inline struct trial begin_arm64(const char *name,
				       enum pg_load_action action)
{
	struct trial trial = begin(name, action);

	free(trial.kernel);
	free(trial.purgatory);
	trial.kernel = make_image();
	trial.purgatory = make_purgatory(PG_ARCH_ARM64);
	trial.options.kernel = (struct pg_bytes){trial.kernel, IMAGE_BYTES};
	trial.options.purgatory_elf = purgatory_bytes(trial.purgatory);
	trial.options.arch = PG_ARCH_ARM64;
	return trial;
}

static inline uint64_t cell64(const uint8_t *tree, const char *name, int index)
{
	int bytes;
	const uint8_t *at = fdt_getprop(tree, fdt_path_offset(tree, "/chosen"),
					name, &bytes);

	if (at == NULL)
		fail_msg("/chosen has no %s", name);
	assert_true(bytes >= 8 * (index + 1));
	return pg_load_be64(at + 8 * index);
}

static inline bool has(const uint8_t *tree, const char *name)
{
	int bytes;

	return fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), name,
			   &bytes) != NULL;
}

#endif
