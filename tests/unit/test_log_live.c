/* SPDX-License-Identifier: BSD-2-Clause */
/* load/log_live.c: the log of the running kernel, by its command line, in its
 * /proc/kcore. */
#include "machine.h"

#include <elf.h>

#include "load/log_file.h"
#include "purgatorio/purgatorio.h"

#define AREA   4096
#define LOG_AT 0x1000 /* in the file */
#define LOW    0x2000 /* where the memory of the core begins */
#define LINE   "quiet purgatorio.log=0x2800,4096 nr_cpus=1\n"

static struct pg_error error;

/* Two runs of memory, the second of which holds the log at 0x2800. */
struct core {
	Elf64_Ehdr header;
	Elf64_Phdr headers[2];
	uint8_t gap[LOG_AT - sizeof(Elf64_Ehdr) - 2 * sizeof(Elf64_Phdr)];
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
	core->header.e_phnum = 2;
	core->headers[0] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_paddr = 0x100000, .p_memsz = 0x1000};
	core->headers[1] = (Elf64_Phdr){.p_type = PT_LOAD,
					.p_offset = LOG_AT - 0x800,
					.p_paddr = LOW,
					.p_memsz = 0x800 + AREA};
	memcpy(core->log.magic, PG_LOG_MAGIC, 8);
	core->log.version = PG_LOG_VERSION;
	core->log.bytes = AREA;
	core->log.ticks_per_second = 1000;
	return core;
}

/* Reads as a machine with that command line would; frees @core. */
static enum pg_status try(struct core *core, const char *line,
			  struct pg_log **log)
{
	struct machine machine = machine_empty();
	enum pg_status status;
	size_t bytes = 0;

	machine_put_bytes(&machine, "/proc/cmdline", line, strlen(line));
	if (core)
		machine_put_bytes(&machine, "/proc/kcore", core, sizeof(*core));
	status = pg_log_read_live(machine.root, log, &bytes, &error);
	if (status == PG_OK)
		assert_int_equal(bytes, AREA);
	machine_free(&machine);
	free(core);
	return status;
}

static void refuse(struct core *core, const char *line, enum pg_status expected,
		   const char *word)
{
	struct pg_log *log = NULL;

	assert_int_equal(try(core, line, &log), expected);
	assert_null(log);
	assert_non_null(strstr(error.text, word));
}

static void test_found(void **state)
{
	static const char *const lines[] = {
		LINE,
		"purgatorio.log=0x2800,4096",
		/* The last one counts. */
		"purgatorio.log=0x9000,4096 a purgatorio.log=10240,4096\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct pg_log *log = NULL;

		assert_int_equal(try(make(), lines[i], &log), PG_OK);
		assert_int_equal(log->ticks_per_second, 1000);
		free(log);
	}
}

static void test_no_word(void **state)
{
	static const char *const lines[] = {
		"",
		"quiet",
		"xpurgatorio.log=0x2800,4096",
		"purgatorio.log=",
		"purgatorio.log=0x2800",
		"purgatorio.log=0x2800;4096",
		"purgatorio.log=0x2800,",
		"purgatorio.log=0xffffffffffffffff,4096",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		refuse(make(), lines[i], PG_E_NO_LOG, "purgatorio.log=");
}

static void test_no_core(void **state)
{
	(void)state;
	refuse(NULL, LINE, PG_E_NO_LOG, "/proc/kcore");
}

static void test_no_memory_there(void **state)
{
	struct core *core = make();

	(void)state;
	core->headers[1].p_type = PT_NOTE;
	refuse(core, LINE, PG_E_NO_LOG, "0x2800");
	core = make();
	core->headers[1].p_memsz -= 1;
	refuse(core, LINE, PG_E_NO_LOG, "0x2800");
	core = make();
	core->headers[1].p_memsz = UINT64_MAX;
	refuse(core, LINE, PG_E_NO_LOG, "0x2800");
}

static void test_no_log_there(void **state)
{
	struct core *core = make();

	(void)state;
	core->log.magic[0] ^= 1;
	refuse(core, LINE, PG_E_NO_LOG, "");
	core = make();
	memset(core->header.e_ident, 0, 4);
	refuse(core, LINE, PG_E_FORMAT, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_no_word),
		cmocka_unit_test(test_no_core),
		cmocka_unit_test(test_no_memory_there),
		cmocka_unit_test(test_no_log_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
