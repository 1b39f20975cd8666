/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes images that `purgatorio pack` would not: for any architecture, with
 * parts anywhere. Reads one instruction a line from standard input; numbers
 * as strtoull(3) takes them.
 *
 *	arch NUMBER PURGATORY.ELF
 *	window START BYTES
 *	part NAME KIND FILE|- MEMORY ALIGNMENT FIXED FLAGS
 *	place
 *	handoff PROTOCOL PART OFFSET PART|-|NUMBER...	entry, args[]
 *	enter PROTOCOL ADDRESS			the same, anywhere, no args
 *	swap START BYTES
 *	flags NUMBER
 *	copy SOURCE PART BYTES
 *	console KIND ADDRESS STRIDE BAUD CLOCK
 *	reset KIND VALUE ADDRESS
 *	policy NUMBER
 *	ticks NUMBER
 *	log PART
 *	write FILE
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "purgatorio/purgatorio.h"

static struct pg_plan *plan;
static struct pg_error error;
static char names[PG_PARTS_MAX][24];
static size_t part_count;

/* The rest of the line, word by word. */
static char *word(void)
{
	char *text = strtok(NULL, " \n");

	if (!text) {
		fprintf(stderr, "plan: a word is missing\n");
		exit(2);
	}
	return text;
}

static uint64_t number(void)
{
	char *text = word(), *end;
	uint64_t value = strtoull(text, &end, 0);

	if (*end) {
		fprintf(stderr, "plan: %s is no number\n", text);
		exit(2);
	}
	return value;
}

static size_t part(void)
{
	const char *name = word();
	size_t i;

	for (i = 0; i < part_count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	fprintf(stderr, "plan: there is no part %s\n", name);
	exit(2);
}

static enum pg_status add_arch(void)
{
	const uint32_t arch = (uint32_t)number();
	struct pg_bytes elf;
	enum pg_status status = pg_file_map(word(), &elf, &error);

	if (status != PG_OK)
		return status;
	plan = pg_plan_new(arch, elf, &error);
	pg_file_unmap(&elf);
	return plan ? PG_OK : error.status;
}

/* The content stays mapped until the program ends. */
static enum pg_status add_part(void)
{
	struct pg_part_spec spec = {.kind = 0};
	enum pg_status status;
	const char *file;
	size_t index;

	snprintf(spec.name, sizeof(spec.name), "%s", word());
	spec.kind = (uint32_t)number();
	file = word();
	if (strcmp(file, "-") != 0) {
		status = pg_file_map(file, &spec.content, &error);
		if (status != PG_OK)
			return status;
	}
	spec.memory_bytes = number();
	spec.alignment = number();
	spec.fixed = number();
	spec.flags = (uint32_t)number();
	status = pg_plan_part(plan, &spec, &index, &error);
	if (status != PG_OK)
		return status;
	memcpy(names[index], spec.name, sizeof(spec.name));
	part_count = index + 1;
	return PG_OK;
}

/* A part's address, or a number; "-" is none. */
static uint64_t argument(const char *text)
{
	for (size_t i = 0; i < part_count; i++)
		if (strcmp(names[i], text) == 0)
			return pg_plan_address(plan, i);
	return strtoull(text, NULL, 0);
}

static void set_handoff(void)
{
	struct pg_handoff handoff = {.protocol = (uint32_t)number()};
	char *text;

	handoff.entry = pg_plan_address(plan, part());
	handoff.entry += number();
	for (size_t i = 0; i < 4 && (text = strtok(NULL, " \n")); i++)
		handoff.args[i] = argument(text);
	pg_plan_handoff(plan, &handoff);
}

static void set_entry(void)
{
	struct pg_handoff handoff = {.protocol = (uint32_t)number()};

	handoff.entry = number();
	pg_plan_handoff(plan, &handoff);
}

static void set_swap(void)
{
	const uint64_t start = number();

	pg_plan_swap(plan, start, number());
}

static enum pg_status add_copy(void)
{
	struct pg_copy copy = {.source = number()};

	copy.destination = pg_plan_address(plan, part());
	copy.bytes = number();
	return pg_plan_copy(plan, &copy, &error);
}

static void set_console(void)
{
	struct pg_console console = {.kind = (uint32_t)number()};

	console.address = number();
	console.stride = (uint32_t)number();
	console.baud = (uint32_t)number();
	console.clock_hertz = (uint32_t)number();
	pg_plan_console(plan, &console);
}

static void set_reset(void)
{
	struct pg_reset reset = {.kind = (uint32_t)number()};

	reset.value = (uint32_t)number();
	reset.address = number();
	pg_plan_reset(plan, &reset);
}

static enum pg_status write_image(void)
{
	enum pg_status status = pg_plan_seal(plan, &error);

	return status == PG_OK ? pg_plan_write_elf(plan, word(), &error)
			       : status;
}

static enum pg_status obey(const char *verb)
{
	uint64_t start;

	if (strcmp(verb, "arch") == 0)
		return add_arch();
	if (strcmp(verb, "window") == 0) {
		start = number();
		return pg_plan_window(plan, start, number(), &error);
	}
	if (strcmp(verb, "part") == 0)
		return add_part();
	if (strcmp(verb, "place") == 0)
		return pg_plan_place(plan, &error);
	if (strcmp(verb, "copy") == 0)
		return add_copy();
	if (strcmp(verb, "write") == 0)
		return write_image();
	if (strcmp(verb, "handoff") == 0)
		set_handoff();
	else if (strcmp(verb, "enter") == 0)
		set_entry();
	else if (strcmp(verb, "swap") == 0)
		set_swap();
	else if (strcmp(verb, "flags") == 0)
		pg_plan_flags(plan, (uint32_t)number());
	else if (strcmp(verb, "console") == 0)
		set_console();
	else if (strcmp(verb, "reset") == 0)
		set_reset();
	else if (strcmp(verb, "policy") == 0)
		pg_plan_policy(plan, (uint32_t)number());
	else if (strcmp(verb, "ticks") == 0)
		pg_plan_ticks(plan, number());
	else if (strcmp(verb, "log") == 0)
		pg_plan_log(plan, part());
	else
		return pg_fail(&error, PG_E_USAGE, "no such verb: %s", verb);
	return PG_OK;
}

int main(void)
{
	char line[4096];
	char *verb;

	while (fgets(line, sizeof(line), stdin)) {
		verb = strtok(line, " \n");
		if (!verb)
			continue;
		if (!plan && strcmp(verb, "arch") != 0) {
			fprintf(stderr, "plan: the first line is arch\n");
			return 2;
		}
		if (obey(verb) != PG_OK) {
			fprintf(stderr, "plan: %s\n", error.text);
			return 1;
		}
	}
	pg_plan_free(plan);
	return 0;
}
