/* SPDX-License-Identifier: BSD-2-Clause */
/* The ELF core header, parsed here as fs/proc/vmcore.c would. */
#include "machine.h"

#include <elf.h>

#include "load/elfcorehdr.h"

#define BACKUP 0x2f000000u
#define LOG    0x2f100000u

static struct pg_error error;

static struct pg_span cpus[2] = {{0x3fa00400, 368}, {0x3fa80400, 368}};

/* A machine of two CPUs and four runs, one of them a backup. */
struct sample {
	struct pg_notes notes;
	struct pg_kernel_map kernel;
	struct pg_core_run runs[4];
	struct pg_core_input in;
};

static void make(struct sample *sample)
{
	*sample = (struct sample){
		.notes = {cpus, 2, {0x131a000, 0x1024}},
		.kernel = {{0xec00000, 0x3400000},
			   0xffffffffb1200000,
			   0xff44a68500000000},
		.runs = {{{0x1000, 0x9ec00}, BACKUP},
			 {{0x100000, 0x2ef00000}, 0x100000},
			 {{LOG, 0x10000}, LOG},
			 {{0x3f000000, 0xfe0000}, 0x3f000000}},
	};
	sample->in = (struct pg_core_input){&sample->notes, &sample->kernel,
					    sample->runs,   4,
					    EM_X86_64,	    false};
}

static enum pg_status build(struct sample *sample, uint8_t **out)
{
	*out = malloc(pg_elfcorehdr_bytes(&sample->in));
	assert_non_null(*out);
	return pg_elfcorehdr_build(&sample->in, *out, &error);
}

static void test_layout(void **state)
{
	struct sample sample;
	const Elf64_Ehdr *header;
	const Elf64_Phdr *at;
	uint8_t *core;

	(void)state;
	make(&sample);
	assert_int_equal(build(&sample, &core), PG_OK);
	header = (const Elf64_Ehdr *)core;
	assert_memory_equal(header->e_ident, "\177ELF\2\1\1\0", 8);
	assert_int_equal(header->e_type, ET_CORE);
	assert_int_equal(header->e_machine, EM_X86_64);
	assert_int_equal(header->e_version, EV_CURRENT);
	assert_int_equal(header->e_ehsize, 64);
	assert_int_equal(header->e_phentsize, 56);
	assert_int_equal(header->e_phnum, 2 + 1 + 1 + 4);
	assert_int_equal(pg_elfcorehdr_bytes(&sample.in), 64 + 8 * 56);
	at = (const Elf64_Phdr *)(core + header->e_phoff);
	for (size_t i = 0; i < 2; i++, at++) {
		assert_int_equal(at->p_type, PT_NOTE);
		assert_int_equal(at->p_offset, cpus[i].start);
		assert_int_equal(at->p_paddr, cpus[i].start);
		assert_int_equal(at->p_filesz, 368);
		assert_int_equal(at->p_memsz, 368);
	}
	assert_int_equal(at->p_type, PT_NOTE);
	assert_int_equal(at->p_offset, 0x131a000);
	assert_int_equal(at->p_filesz, 0x1024);
	at++;
	assert_int_equal(at->p_type, PT_LOAD);
	assert_int_equal(at->p_vaddr, 0xffffffffb1200000);
	assert_int_equal(at->p_paddr, 0xec00000);
	assert_int_equal(at->p_offset, 0xec00000);
	assert_int_equal(at->p_memsz, 0x3400000);
	at++;
	for (size_t i = 0; i < 4; i++, at++) {
		const struct pg_core_run *run = &sample.runs[i];

		assert_int_equal(at->p_type, PT_LOAD);
		assert_int_equal(at->p_flags, PF_R | PF_W | PF_X);
		assert_int_equal(at->p_paddr, run->memory.start);
		assert_int_equal(at->p_vaddr,
				 0xff44a68500000000 + run->memory.start);
		assert_int_equal(at->p_filesz, run->memory.bytes);
		assert_int_equal(at->p_memsz, run->memory.bytes);
		assert_int_equal(at->p_offset, run->content);
	}
	assert_ptr_equal(at, core + pg_elfcorehdr_bytes(&sample.in));
	free(core);
}

/* What is not known is left out, and makes the header shorter. */
static void test_unknown(void **state)
{
	struct sample sample;
	const Elf64_Phdr *at;
	uint8_t *core;

	(void)state;
	make(&sample);
	sample.notes.vmcoreinfo.bytes = 0;
	sample.kernel = (struct pg_kernel_map){{0, 0}, 0, 0};
	assert_int_equal(pg_elfcorehdr_bytes(&sample.in), 64 + 6 * 56);
	assert_int_equal(build(&sample, &core), PG_OK);
	assert_int_equal(((const Elf64_Ehdr *)core)->e_phnum, 6);
	at = (const Elf64_Phdr *)(core + 64) + 2;
	assert_int_equal(at->p_paddr, 0x1000);
	assert_int_equal(at->p_vaddr, 0);
	free(core);
}

static void refuse(struct sample *sample, enum pg_status expected,
		   const char *word)
{
	uint8_t *core;

	assert_int_equal(build(sample, &core), expected);
	assert_int_equal(error.status, expected);
	assert_non_null(strstr(error.text, word));
	free(core);
}

static void test_bad_runs(void **state)
{
	struct sample sample;

	(void)state;
	make(&sample);
	sample.runs[1].memory.bytes = 0;
	refuse(&sample, PG_E_MACHINE, "empty");
	make(&sample);
	sample.runs[3].memory = (struct pg_span){UINT64_MAX - 0xfff, 0x2000};
	refuse(&sample, PG_E_MACHINE, "wraps");
	make(&sample);
	sample.runs[3].content = UINT64_MAX - 0xfff;
	refuse(&sample, PG_E_MACHINE, "content that wraps");
	make(&sample);
	sample.runs[1].memory.start = 0x9f000;
	sample.runs[1].content = 0x9f000;
	refuse(&sample, PG_E_MACHINE, "behind");
	make(&sample);
	sample.runs[0].memory.start = 0x200000;
	refuse(&sample, PG_E_MACHINE, "behind");
	make(&sample);
	sample.runs[0].content = BACKUP + 0x800;
	refuse(&sample, PG_E_MACHINE, "page");
}

static void test_bad_kernel(void **state)
{
	struct sample sample;

	(void)state;
	make(&sample);
	sample.kernel.image_virtual = UINT64_MAX - 0x1000;
	refuse(&sample, PG_E_MACHINE, "kernel");
	make(&sample);
	sample.kernel.image.start = UINT64_MAX - 0x1000;
	refuse(&sample, PG_E_MACHINE, "kernel");
}

static void test_too_many(void **state)
{
	static struct pg_span many[65534];
	struct sample sample;
	uint8_t *core;

	(void)state;
	for (size_t i = 0; i < 65534; i++)
		many[i] = (struct pg_span){0x100000 + i * 512, 368};
	make(&sample);
	sample.notes.cpus = many;
	sample.notes.cpu_count = 65534 - 6 + 1;
	refuse(&sample, PG_E_LIMIT, "65534");
	sample.notes.cpu_count = 65534 - 6;
	assert_int_equal(build(&sample, &core), PG_OK);
	assert_int_equal(((const Elf64_Ehdr *)core)->e_phnum, 65534);
	free(core);
}

static void test_print(void **state)
{
	struct sample sample;
	char *text = NULL;
	size_t bytes = 0;
	uint8_t *core;
	FILE *to = open_memstream(&text, &bytes);

	(void)state;
	make(&sample);
	assert_int_equal(build(&sample, &core), PG_OK);
	pg_elfcorehdr_print(core, pg_elfcorehdr_bytes(&sample.in), to);
	fclose(to);
	assert_non_null(strstr(text, "0x2f000000\n"));
	assert_non_null(strstr(text, "NOTE"));
	free(text);
	free(core);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_bad_runs),
		cmocka_unit_test(test_bad_kernel),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
