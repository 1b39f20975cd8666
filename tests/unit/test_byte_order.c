/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine of the other byte order: what its kernel is told, and its log. */
#include "tests/unit/ppc64_machine.h"

#include "load/log_file.h"
#include "purgatorio/sha256.h"

static const uint8_t big_core[EI_NIDENT] = ELFMAG "\2\2\1";
static const uint8_t little_core[EI_NIDENT] = ELFMAG "\2\1\1";

static struct trial begin_big(void)
{
	struct trial trial = begin_ppc64(PG_LOAD_CRASH);

	machine_put_bytes(&trial.machine, "/proc/kcore", big_core,
			  sizeof(big_core));
	trial.options.kernel = make_kernel(true);
	return trial;
}

/* The core header and run_at_load are the kernel's, the rest the purgatory's.
 */
static void test_crash(void **state)
{
	struct trial trial = begin_big();
	struct pg_bytes file;
	struct pg_image *image = plan(&trial, &file);
	const struct pg_bytes core = part(image, PG_PART_ELFCOREHDR).content;
	const uint8_t *at = core.data + sizeof(Elf64_Ehdr);
	bool found = false;

	(void)state;
	assert_int_equal(core.data[EI_DATA], ELFDATA2MSB);
	assert_int_equal(pg_load_be16(core.data + 18), EM_PPC64);
	assert_int_equal(pg_load_be16(core.data + 56), /* e_phnum */
			 (core.size - sizeof(Elf64_Ehdr)) / sizeof(Elf64_Phdr));
	for (; at < core.data + core.size; at += sizeof(Elf64_Phdr))
		found |= pg_load_be32(at) == PT_LOAD &&
			 pg_load_be64(at + 24) == 0 &&
			 pg_load_be64(at + 8) ==
				 pg_image_copy(image, 0).destination &&
			 pg_load_be64(at + 40) == 0x10000;
	assert_true(found);
	assert_int_equal(
		pg_load_be32(part(image, PG_PART_KERNEL).content.data + 0x5c),
		1);
	assert_int_equal(pg_image_manifest(image)->handoff.protocol,
			 PG_HANDOFF_LINUX_PPC64);
	pg_image_free(image);
	pg_file_unmap(&file);
	pg_job_free(&trial.job);
	end(&trial);
}

/* For people the header is the same in both orders. */
static void test_print(void **state)
{
	const struct pg_notes notes = {.vmcoreinfo = {0x3fa0000, 1024}};
	const struct pg_kernel_map kernel = {.direct_map = 0};
	const struct pg_core_run run = {{0x10000, 0x20000}, 0x10000};
	struct pg_core_input input = {.notes = &notes,
				      .kernel = &kernel,
				      .runs = &run,
				      .run_count = 1,
				      .machine = EM_PPC64};
	char text[2][512] = {{0}};
	uint8_t header[512];

	(void)state;
	for (int big = 0; big < 2; big++) {
		FILE *to = fmemopen(text[big], sizeof(text[big]), "w");

		assert_non_null(to);
		input.big_endian = big;
		assert_true(pg_elfcorehdr_bytes(&input) <= sizeof(header));
		expect_ok(pg_elfcorehdr_build(&input, header, &error), &error);
		pg_elfcorehdr_print(header, pg_elfcorehdr_bytes(&input), to);
		fclose(to);
	}
	assert_non_null(strstr(text[1], "0x0000000000010000"));
	assert_string_equal(text[0], text[1]);
}

static void test_refusals(void **state)
{
	struct trial trial = begin_big();

	(void)state;
	trial.options.kernel = make_kernel(false);
	refuse(&trial, PG_E_KERNEL_ARCH, "little-endian");
	trial = begin_big();
	machine_put_bytes(&trial.machine, "/proc/kcore", little_core,
			  sizeof(little_core));
	refuse(&trial, PG_E_KERNEL_ARCH, "big-endian");
}

static void test_machine(void **state)
{
	struct machine m = machine_empty();
	const uint16_t one = 1;
	const bool own = *(const uint8_t *)&one == 0;

	(void)state;
	assert_int_equal(pg_machine_big_endian(m.root), own);
	machine_put_bytes(&m, "/proc/kcore", big_core, EI_NIDENT - 1);
	assert_int_equal(pg_machine_big_endian(m.root), own);
	machine_put_bytes(&m, "/proc/kcore", "no ELF file at all", 18);
	assert_int_equal(pg_machine_big_endian(m.root), own);
	machine_put_bytes(&m, "/proc/kcore", big_core, EI_NIDENT);
	assert_true(pg_machine_big_endian(m.root));
	machine_put_bytes(&m, "/proc/kcore", little_core, EI_NIDENT);
	assert_false(pg_machine_big_endian(m.root));
	machine_free(&m);
}

/* Each integer of @log in the order that @big says, and back. */
static void store(const struct pg_log *log, bool big, struct pg_log *out)
{
	*out = *log;
	pg_store32(big, &out->version, log->version);
	pg_store32(big, &out->bytes, log->bytes);
	pg_store32(big, &out->status, log->status);
	pg_store32(big, &out->features, log->features);
	pg_store64(big, &out->ticks_per_second, log->ticks_per_second);
	pg_store32(big, &out->step_count, log->step_count);
	pg_store32(big, &out->text_bytes, log->text_bytes);
	for (size_t i = 0; i < PG_LOG_STEPS; i++) {
		const struct pg_log_step *step = &log->steps[i];

		pg_store32(big, &out->steps[i].step, step->step);
		pg_store32(big, &out->steps[i].status, step->status);
		pg_store64(big, &out->steps[i].begin, step->begin);
		pg_store64(big, &out->steps[i].end, step->end);
		pg_store64(big, &out->steps[i].bytes, step->bytes);
	}
}

static void test_log(void **state)
{
	struct pg_log log = {.version = PG_LOG_VERSION,
			     .bytes = 65536,
			     .status = PG_E_DIGEST,
			     .features = PG_FEATURE_PPC64_CRYPTO,
			     .ticks_per_second = 512000000,
			     .step_count = 7,
			     .text_bytes = 0x1234};

	(void)state;
	memcpy(log.magic, PG_LOG_MAGIC, sizeof(log.magic));
	for (uint32_t i = 0; i < PG_LOG_STEPS; i++)
		log.steps[i] = (struct pg_log_step){i, 1, 1000 + i, 2000 + i,
						    0x123456789a + i};
	for (int big = 0; big < 2; big++) {
		struct pg_log other;

		store(&log, big, &other);
		pg_log_order(&other);
		assert_memory_equal(&other, &log, sizeof(log));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash),	 cmocka_unit_test(test_print),
		cmocka_unit_test(test_refusals), cmocka_unit_test(test_machine),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
