/* SPDX-License-Identifier: BSD-2-Clause */
/* The purgatory's log in a core file: found, checked, printed. */
#include "machine.h"

#include <elf.h>

#include "purgatorio/purgatorio.h"

#define AREA   8192
#define LOG_AT 0x2000
#define TEXT   "purgatorio: at 0x1000\n\033[31m\"\\\r\n"

static struct pg_error error;

/* A core file: a note, a run of memory, the log. */
struct core {
	Elf64_Ehdr header;
	Elf64_Phdr headers[3];
	uint8_t memory[LOG_AT - sizeof(Elf64_Ehdr) - 3 * sizeof(Elf64_Phdr)];
	struct pg_log log;
	char text[AREA - sizeof(struct pg_log)];
};
_Static_assert(offsetof(struct core, log) == LOG_AT, "core");

static struct core *make(void)
{
	struct core *core = calloc(1, sizeof(*core));

	assert_non_null(core);
	memcpy(core->header.e_ident, ELFMAG "\2\1\1", 7);
	core->header.e_type = ET_CORE;
	core->header.e_phoff = sizeof(Elf64_Ehdr);
	core->header.e_phentsize = sizeof(Elf64_Phdr);
	core->header.e_phnum = 3;
	core->headers[0] = (Elf64_Phdr){
		.p_type = PT_NOTE, .p_offset = 0x100, .p_filesz = 0x100};
	core->headers[1] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_offset = 0x1000, .p_filesz = 0x1000};
	core->headers[2] = (Elf64_Phdr){.p_type = PT_LOAD,
					.p_offset = LOG_AT,
					.p_paddr = 0x2f100000,
					.p_filesz = AREA};
	memcpy(core->log.magic, PG_LOG_MAGIC, 8);
	core->log.version = PG_LOG_VERSION;
	core->log.bytes = AREA;
	core->log.ticks_per_second = 1000000;
	core->log.step_count = 3;
	core->log.steps[0] =
		(struct pg_log_step){PG_STEP_CHECK, PG_OK, 1000, 3500, 1368};
	core->log.steps[1] = (struct pg_log_step){PG_STEP_VERIFY, PG_E_DIGEST,
						  4000, 504000, 1 << 20};
	core->log.steps[2] =
		(struct pg_log_step){PG_STEP_COPY, PG_OK, 504000, 0, 0};
	core->log.status = PG_E_DIGEST;
	core->log.text_bytes = sizeof(TEXT) - 1;
	memcpy(core->text, TEXT, sizeof(TEXT) - 1);
	return core;
}

/* Reads the first @bytes of @core as a file, and frees @core. */
static enum pg_status try_bytes(struct core *core, size_t bytes,
				struct pg_log **log, size_t *log_bytes)
{
	struct machine machine = machine_empty();
	enum pg_status status;
	char path[128];

	machine_put_bytes(&machine, "/vmcore", core, bytes);
	snprintf(path, sizeof(path), "%s/vmcore", machine.root);
	status = pg_log_read(path, log, log_bytes, &error);
	machine_free(&machine);
	free(core);
	return status;
}

static void refuse(struct core *core, size_t bytes, enum pg_status expected,
		   const char *word)
{
	struct pg_log *log = NULL;
	size_t log_bytes = 0;

	assert_int_equal(try_bytes(core, bytes, &log, &log_bytes), expected);
	assert_int_equal(error.status, expected);
	assert_null(log);
	if (!strstr(error.text, word))
		print_error("no '%s' in: %s\n", word, error.text);
	assert_non_null(strstr(error.text, word));
}

static void test_found(void **state)
{
	struct pg_log *log;
	size_t bytes;

	(void)state;
	assert_int_equal(try_bytes(make(), sizeof(struct core), &log, &bytes),
			 PG_OK);
	assert_int_equal(bytes, AREA);
	assert_int_equal(log->step_count, 3);
	assert_memory_equal(log + 1, TEXT, sizeof(TEXT) - 1);
	free(log);
}

/* makedumpfile -E leaves pages of zeros out of the file. */
static void test_without_zeros(void **state)
{
	struct core *core = make();
	struct pg_log *log;
	size_t bytes;

	(void)state;
	core->headers[2].p_filesz = 4096;
	core->headers[2].p_memsz = AREA;
	memset((uint8_t *)&core->log + 4096, 0xff, AREA - 4096);
	assert_int_equal(try_bytes(core, sizeof(struct core), &log, &bytes),
			 PG_OK);
	assert_int_equal(bytes, AREA);
	assert_memory_equal(log + 1, TEXT, sizeof(TEXT) - 1);
	for (size_t i = 4096; i < AREA; i++)
		assert_int_equal(((uint8_t *)log)[i], 0);
	free(log);
	core = make();
	core->headers[2].p_filesz = 4096;
	core->headers[2].p_memsz = AREA;
	core->log.text_bytes = 4096 - sizeof(struct pg_log) + 1;
	refuse(core, sizeof(struct core), PG_E_TRUNCATED, "text");
	core = make();
	core->headers[2].p_filesz = 4096;
	core->headers[2].p_memsz = AREA - 1;
	refuse(core, sizeof(struct core), PG_E_CORRUPT, "size");
}

static void test_not_a_core(void **state)
{
	const size_t all = sizeof(struct core);
	struct core *core;
	struct pg_log *log;
	size_t bytes;

	(void)state;
	refuse(make(), 0, PG_E_TRUNCATED, "too short");
	refuse(make(), 63, PG_E_TRUNCATED, "too short");
	core = make();
	core->header.e_ident[0] = 0;
	refuse(core, all, PG_E_FORMAT, "core file");
	core = make();
	core->header.e_ident[EI_CLASS] = ELFCLASS32;
	refuse(core, all, PG_E_FORMAT, "core file");
	core = make();
	core->header.e_ident[EI_DATA] = ELFDATA2MSB;
	refuse(core, all, PG_E_FORMAT, "core file");
	core = make();
	core->header.e_type = ET_EXEC;
	refuse(core, all, PG_E_FORMAT, "core file");
	core = make();
	memcpy(core, "KDUMP   ", 8);
	refuse(core, all, PG_E_FORMAT, "makedumpfile");
	core = make();
	core->header.e_phentsize = 32;
	refuse(core, all, PG_E_CORRUPT, "program headers");
	core = make();
	core->header.e_phoff = INT64_MAX - 10;
	refuse(core, all, PG_E_CORRUPT, "program headers");
	core = make();
	core->header.e_phoff = 0x100000;
	refuse(core, all, PG_E_TRUNCATED, "program headers");
	assert_int_equal(pg_log_read("/nowhere", &log, &bytes, &error),
			 PG_E_IO);
	assert_int_equal(pg_log_read("/proc/vmcore", &log, &bytes, &error),
			 PG_E_NO_LOG);
}

static void test_no_log(void **state)
{
	const size_t all = sizeof(struct core);
	struct core *core;

	(void)state;
	core = make();
	core->log.magic[7] ^= 1;
	refuse(core, all, PG_E_NO_LOG, "no purgatory log");
	core = make();
	core->headers[2].p_type = PT_NOTE;
	refuse(core, all, PG_E_NO_LOG, "no purgatory log");
	core = make();
	core->headers[2].p_filesz = sizeof(struct pg_log) - 1;
	refuse(core, all, PG_E_NO_LOG, "no purgatory log");
	core = make();
	core->headers[2].p_offset = INT64_MAX;
	refuse(core, all, PG_E_NO_LOG, "no purgatory log");
	core = make();
	core->header.e_phnum = 2;
	refuse(core, all, PG_E_NO_LOG, "no purgatory log");
}

static void test_corrupt(void **state)
{
	const size_t all = sizeof(struct core);
	struct core *core;

	(void)state;
	core = make();
	core->log.version++;
	refuse(core, all, PG_E_CORRUPT, "version");
	core = make();
	core->log.bytes = AREA + 1;
	refuse(core, all, PG_E_CORRUPT, "size");
	core = make();
	core->log.bytes = sizeof(struct pg_log) - 1;
	refuse(core, all, PG_E_CORRUPT, "size");
	core = make();
	core->headers[2].p_filesz = UINT64_MAX;
	core->log.bytes = UINT32_MAX;
	refuse(core, all, PG_E_CORRUPT, "size");
	core = make();
	core->log.step_count = PG_LOG_STEPS + 1;
	refuse(core, all, PG_E_CORRUPT, "steps");
	core = make();
	core->log.text_bytes = AREA - sizeof(struct pg_log) + 1;
	refuse(core, all, PG_E_CORRUPT, "text");
	refuse(make(), all - 1, PG_E_TRUNCATED, "within the log");
}

/* @print's output for @core's log; owned. */
static char *print(enum pg_status (*printer)(const struct pg_log *, size_t,
					     FILE *, struct pg_error *),
		   const struct core *core)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *to = open_memstream(&text, &bytes);

	assert_int_equal(printer(&core->log, AREA, to, &error), PG_OK);
	fclose(to);
	return text;
}

static void test_print(void **state)
{
	struct core *core = make();
	char *text = print(pg_log_print, core);

	(void)state;
	assert_non_null(strstr(text, "purgatory: E_DIGEST, "));
	assert_non_null(strstr(text, "remedy: "));
	assert_non_null(strstr(text, "check     OK                   2.500 ms"
				     "          1368         0.5\n"));
	assert_non_null(strstr(text, "verify    E_DIGEST           500.000 ms"
				     "       1048576         2.0\n"));
	assert_non_null(
		strstr(text, "copy      not ended                   -  "));
	assert_non_null(strstr(text, "\\x1b[31m"));
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\r'));
	free(text);
	core->log.ticks_per_second = 0;
	text = print(pg_log_print, core);
	assert_null(strstr(text, " ms"));
	free(text);
	core->log.steps[0].begin = 9999999;
	core->log.steps[0].step = 77;
	core->log.ticks_per_second = 5;
	text = print(pg_log_print, core);
	assert_non_null(strstr(text, "unknown   OK                   0.000"));
	free(text);
	free(core);
}

static void test_json(void **state)
{
	struct core *core = make();
	char *text = print(pg_log_print_json, core);

	(void)state;
	assert_non_null(strstr(text, "\"status\": 15,"));
	assert_non_null(strstr(text, "\"status_name\": \"E_DIGEST\""));
	assert_non_null(strstr(text, "{\"step\": \"check\", \"status\": 0, "
				     "\"ended\": true, \"ticks\": 2500, "
				     "\"bytes\": 1368, "
				     "\"seconds\": 0.002500000}"));
	assert_non_null(strstr(text, "\"ended\": false"));
	assert_non_null(strstr(text, "\"text\": \"purgatorio: at 0x1000\\u000a"
				     "\\u001b[31m\\\"\\\\\\u000d\\u000a\"\n}"));
	free(text);
	core->log.step_count = 0;
	text = print(pg_log_print_json, core);
	assert_non_null(strstr(text, "\"steps\": [],"));
	free(text);
	free(core);
}

/* The printers do not trust what they are handed, and say when nothing
 * comes out. */
static void test_print_errors(void **state)
{
	struct core *core = make();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(pg_log_print(&core->log, AREA, full, &error), PG_E_IO);
	assert_int_equal(pg_log_print_json(&core->log, AREA, full, &error),
			 PG_E_IO);
	fclose(full);
	core->log.text_bytes = AREA;
	assert_int_equal(pg_log_print(&core->log, AREA, stdout, &error),
			 PG_E_CORRUPT);
	core->log.text_bytes = 0;
	core->log.step_count = 17;
	assert_int_equal(pg_log_print_json(&core->log, AREA, stdout, &error),
			 PG_E_CORRUPT);
	free(core);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_without_zeros),
		cmocka_unit_test(test_not_a_core),
		cmocka_unit_test(test_no_log),
		cmocka_unit_test(test_corrupt),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_print_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
