/* SPDX-License-Identifier: BSD-2-Clause */
/* The ELF core header, from runs, notes and a kernel's place that are
 * anything: refused, or as long as was promised. */
#include "tests/fuzz/fuzz.h"

#include <elf.h>
#include <stdio.h>

#include "load/elfcorehdr.h"

#define RUNS_MAX 16
#define CPUS_MAX 4

static struct pg_span span_of(struct fuzz_input *in)
{
	return (struct pg_span){fuzz_u64(in), fuzz_u64(in)};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct fuzz_input in = {data, size};
	const uint8_t counts = fuzz_u8(&in), near = fuzz_u8(&in);
	struct pg_span cpus[CPUS_MAX];
	struct pg_core_run runs[RUNS_MAX];
	struct pg_notes notes = {cpus, counts & 3, span_of(&in)};
	struct pg_kernel_map map = {span_of(&in), fuzz_u64(&in), fuzz_u64(&in)};
	const struct pg_core_input input = {
		&notes, &map, runs, counts >> 4, EM_X86_64, (near & 4) != 0};
	struct pg_error error;
	enum pg_status status;
	uint64_t bytes;
	uint8_t *out;

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	for (size_t i = 0; i < notes.cpu_count; i++)
		cpus[i] = span_of(&in);
	for (size_t i = 0; i < input.run_count; i++) {
		runs[i] = (struct pg_core_run){span_of(&in), fuzz_u64(&in)};
		if (near & 1) { /* likely to be accepted */
			runs[i].memory.start =
				(i << 32) + (runs[i].memory.start & 0xffff);
			runs[i].memory.bytes &= 0xfffffff;
		}
		if (near & 2)
			runs[i].content = runs[i].memory.start;
	}
	bytes = pg_elfcorehdr_bytes(&input);
	fuzz_must(bytes < 65536);
	out = malloc(bytes);
	fuzz_must(out != NULL && nowhere != NULL);
	status = pg_elfcorehdr_build(&input, out, &error);
	fuzz_error(status, &error);
	if (status == PG_OK)
		pg_elfcorehdr_print(out, bytes, nowhere);
	free(out);
	return 0;
}
