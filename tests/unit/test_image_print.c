/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_image_print() and pg_image_print_json(). */
#include "tests/unit/image_fixture.h"

static char *shown(const struct pg_image *image, bool json)
{
	char *text = NULL;
	size_t bytes;
	FILE *to = open_memstream(&text, &bytes);
	struct pg_error error;

	assert_non_null(to);
	expect_ok(json ? pg_image_print_json(image, to, &error)
		       : pg_image_print(image, to, &error),
		  &error);
	fclose(to);
	return text;
}

static void test_print(void **state)
{
	static const char *const words[] = {
		"purgatorio image for x86_64, version 1",
		"8250 port at 0x3f8, 115200 baud",
		"mismatch   stop",
		"linux-x86_64, entry 0x10000200",
		"SEGMENTS",
		"PARTS",
		"RANGES",
		"COPIES",
		"MEMORY MAP",
		"0x0000000010000000-0x0000000010001fff     8.0 KiB  kernel",
		"backup, written later",
		"manifest",
	};
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	char *text = shown(image, false);

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strstr(text, words[i]) == NULL)
			print_error("no '%s' in\n%s\n", words[i], text);
		assert_non_null(strstr(text, words[i]));
	}
	free(text);
	pg_image_free(image);
	free(file);
}

/* The lines that the image above has no reason to show, or shows otherwise. */
static void test_print_variants(void **state)
{
	static const struct {
		struct pg_console console;
		struct pg_reset reset;
		const char *words[3];
		const char *absent;
	} cases[] = {
		{{PG_CONSOLE_8250_MMIO, 0, 0xfe000000, 4, 0},
		 {PG_RESET_PORT, 6, 0xcf9},
		 {"8250 mmio at 0xfe000000, registers 4 bytes apart, speed as "
		  "it is",
		  "reset      port, 0x06 to 0xcf9", "argument 0 0x1"},
		 "argument 1"},
		{{PG_CONSOLE_NONE, 0, 0, 0, 0},
		 {PG_RESET_MMIO, 1, 0xfed00000},
		 {"console    none\n", "reset      mmio, 0x01 to 0xfed00000",
		  "log        0x1"},
		 "COPIES"},
		{{99, 9600, 0x3f8, 1, 0},
		 {PG_RESET_ARCH, 0, 0},
		 {"console    unknown at 0x3f8, 9600 baud", "reset      arch\n",
		  "18 B"},
		 "SWAP"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pg_pack_options options = {.command_line =
							  "a line of 17 byte",
						  .console = cases[i].console,
						  .reset = cases[i].reset};
		size_t size;
		uint8_t *file = pack_with(&options, &size);
		struct pg_image *image = read_image(file, size);
		char *text = shown(image, false);

		for (size_t k = 0; k < 3; k++) {
			if (strstr(text, cases[i].words[k]) == NULL)
				print_error("no '%s' in\n%s\n",
					    cases[i].words[k], text);
			assert_non_null(strstr(text, cases[i].words[k]));
		}
		assert_null(strstr(text, cases[i].absent));
		free(text);
		pg_image_free(image);
		free(file);
	}
}

/* A name out of a hostile file steers neither a terminal nor a parser. */
static void test_hostile_name(void **state)
{
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	size_t at = offset_of(file, pg_image_manifest_address(image)) +
		    pg_image_manifest(image)->parts.offset;
	char *text;

	(void)state;
	pg_image_free(image);
	memcpy(file + at, "a\"\\\033\n\xff", 7);
	image = read_image(file, size);
	text = shown(image, false);
	assert_non_null(strstr(text, "a\"\\???"));
	assert_null(strchr(text, '\033'));
	free(text);
	text = shown(image, true);
	assert_non_null(strstr(text, "\"a\\\"\\\\\\u001b\\u000a\\u00ff\""));
	free(text);
	pg_image_free(image);
	free(file);
}

static void test_full_disk(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	size_t size;
	uint8_t *file = make_image(&size);
	struct pg_image *image = read_image(file, size);
	struct pg_error error;

	(void)state;
	assert_non_null(full);
	expect_error(pg_image_print(image, full, &error), PG_E_IO, &error,
		     "cannot be written");
	expect_error(pg_image_print_json(image, full, &error), PG_E_IO, &error,
		     "cannot be written");
	fclose(full);
	pg_image_free(image);
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_print_variants),
		cmocka_unit_test(test_hostile_name),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests_name("image_print", tests, begin, end);
}
