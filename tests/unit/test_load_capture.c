/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_load() of a capture image, in whose file a byte changes when it has been
 * verified and is not loaded yet. */
#include "trial.h"

#include "pack/capture/capture.h"

/* Of this build; mk/tests.mk sees to it. */
#define STUB "build/x86_64/stub.efi"

/* The image of a trial, as bytes that a test may spoil. */
struct capture {
	uint8_t *bytes;
	struct pg_bytes initrd, kernel; /* in them; of the kernel, what
					   is loaded */
};

static struct pg_bytes inside(const struct capture *capture, size_t size,
			      const uint8_t *content, size_t bytes)
{
	const uint8_t *at = memmem(capture->bytes, size, content, bytes);

	assert_non_null(at);
	return (struct pg_bytes){at, bytes};
}

static struct capture pack(struct trial *trial)
{
	struct pg_capture_options options = {
		.pack = {.kernel = bzimage_bytes(trial->kernel),
			 .purgatory_elf = purgatory_bytes(trial->purgatory),
			 .initrds = &trial->initrd,
			 .initrd_count = 1,
			 .command_line = "packed"},
	};
	struct capture capture;
	struct pg_bytes stub, file;
	char path[128];

	expect_ok(pg_file_map(STUB, &stub, &error), &error);
	options.stub = stub;
	snprintf(path, sizeof(path), "%s/image.efi", trial->machine.root);
	expect_ok(pg_pack_capture(&options, path, &error), &error);
	pg_file_unmap(&stub);
	expect_ok(pg_file_map(path, &file, &error), &error);
	capture.bytes = malloc(file.size);
	assert_non_null(capture.bytes);
	memcpy(capture.bytes, file.data, file.size);
	capture.initrd = inside(&capture, file.size, trial->initrd.data,
				trial->initrd.size);
	capture.kernel = inside(&capture, file.size,
				trial->kernel + BZ_SETUP_BYTES, BZ_IMAGE_BYTES);
	trial->options.kernel = (struct pg_bytes){capture.bytes, file.size};
	trial->options.initrd_count = 0;
	pg_file_unmap(&file);
	return capture;
}

/* Plans what begin() verified, while a byte of @of is another one. */
static void change(struct trial *trial, struct pg_bytes of, const char *word)
{
	uint8_t *at = (uint8_t *)(uintptr_t)of.data + of.size / 2;

	expect_ok(pg_job_begin(&trial->job, options_of(trial), &error), &error);
	*at ^= 1;
	expect_error(pg_plan_crash(&trial->job, &error), PG_E_MISMATCH, &error,
		     "changed while it was loaded");
	expect_error(PG_E_MISMATCH, PG_E_MISMATCH, &error, word);
	*at ^= 1;
}

/* The sealed plan as an image: does the purgatory find what changed? */
static struct pg_image *sealed(struct trial *trial, struct pg_bytes *file)
{
	struct pg_image *image;
	char path[128];

	snprintf(path, sizeof(path), "%s/plan.elf", trial->machine.root);
	expect_ok(pg_plan_write_elf(trial->job.plan, path, &error), &error);
	expect_ok(pg_file_map(path, file, &error), &error);
	image = pg_image_read(*file, &error);
	assert_non_null(image);
	return image;
}

static void test_unchanged(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	struct capture capture = pack(&trial);
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);

	(void)state;
	assert_memory_equal(part(image, PG_PART_INITRD).content.data,
			    trial.initrd.data, trial.initrd.size);
	assert_memory_equal(part(image, PG_PART_KERNEL).content.data,
			    capture.kernel.data, capture.kernel.size);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	free(capture.bytes);
	end(&trial);
}

/* The initrd's digests are the build host's: what is sealed names it, too. */
static void test_initrd(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	struct capture capture = pack(&trial);
	struct pg_bytes file;
	struct pg_image *image;
	uint8_t *at = (uint8_t *)(uintptr_t)capture.initrd.data +
		      capture.initrd.size / 2;

	(void)state;
	change(&trial, capture.initrd, "initrd: range 1 of 1");
	*at ^= 1; /* as it was when the plan was sealed */
	image = sealed(&trial, &file);
	expect_error(pg_image_verify(image, &error), PG_E_DIGEST, &error,
		     "initrd: range 1 of 1");
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	free(capture.bytes);
	end(&trial);
}

/* What is loaded begins inside of the file, so it is hashed anew. */
static void test_kernel(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);
	struct capture capture = pack(&trial);

	(void)state;
	change(&trial, capture.kernel, "kernel: range");
	pg_job_free(&trial.job);
	free(capture.bytes);
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unchanged),
		cmocka_unit_test(test_initrd),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
