/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_file_map(), pg_file_write() and pg_fail(). */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/synthetic.h"

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/pg-test-file-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	return chdir(folder);
}

static int remove_folder(void **state)
{
	struct dirent *entry;
	DIR *open = opendir(".");

	(void)state;
	if (open == NULL)
		return -1;
	while ((entry = readdir(open)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			remove(entry->d_name);
	closedir(open);
	return chdir("/") + rmdir(folder);
}

static size_t count_files(void)
{
	struct dirent *entry;
	DIR *open = opendir(".");
	size_t count = 0;

	assert_non_null(open);
	while ((entry = readdir(open)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(open);
	return count;
}

static const struct pg_bytes hello = {(const uint8_t *)"hello", 5};
static const struct pg_bytes empty = {(const uint8_t *)"", 0};

static void expect_content(const char *path, const char *content)
{
	struct pg_bytes bytes;
	struct pg_error error;

	expect_ok(pg_file_map(path, &bytes, &error), &error);
	assert_int_equal(bytes.size, strlen(content));
	assert_non_null(bytes.data);
	assert_memory_equal(bytes.data, content, bytes.size);
	pg_file_unmap(&bytes);
	assert_null(bytes.data);
	assert_int_equal(bytes.size, 0);
	pg_file_unmap(&bytes); /* twice is fine */
}

static void test_round_trip(void **state)
{
	struct stat status;
	struct pg_error error;

	(void)state;
	umask(027);
	expect_ok(pg_file_write("a", hello, 0666, &error), &error);
	expect_content("a", "hello");
	assert_int_equal(stat("a", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	expect_ok(pg_file_write("a", empty, 0644, &error), &error);
	expect_content("a", "");
	assert_int_equal(count_files(), 1);
}

static void test_map_refuses(void **state)
{
	struct pg_bytes bytes = {hello.data, 99};
	struct pg_error error;

	(void)state;
	expect_error(pg_file_map("none", &bytes, &error), PG_E_IO, &error,
		     "none: cannot open: No such file");
	expect_error(pg_file_map(".", &bytes, &error), PG_E_IO, &error,
		     "not a regular file");
	expect_error(pg_file_map("/dev/zero", &bytes, &error), PG_E_IO, &error,
		     "not a regular file");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	expect_error(pg_file_map("fifo", &bytes, &error), PG_E_IO, &error,
		     "not a regular file");
	assert_int_equal(bytes.size, 99);
	assert_ptr_equal(bytes.data, hello.data);
}

static void test_write_refuses(void **state)
{
	struct pg_error error;
	struct stat status;

	(void)state;
	expect_error(pg_file_write("no/such", hello, 0644, &error), PG_E_IO,
		     &error, "no/such");
	assert_int_equal(mkdir("dir", 0700), 0);
	expect_error(pg_file_write("dir", hello, 0644, &error), PG_E_IO, &error,
		     "not a regular file");
	expect_error(pg_file_write("/dev/null", hello, 0644, &error), PG_E_IO,
		     &error, "not a regular file");
	assert_int_equal(stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
	assert_int_equal(symlink("gone", "dangling"), 0);
	expect_error(pg_file_write("dangling", hello, 0644, &error), PG_E_IO,
		     &error, "follow the link");
	assert_int_equal(count_files(), 2);
}

/* A link stays a link; what it leads to is replaced. */
static void test_link(void **state)
{
	struct pg_error error;
	struct stat status;

	(void)state;
	expect_ok(pg_file_write("real", empty, 0644, &error), &error);
	assert_int_equal(symlink("real", "link"), 0);
	expect_ok(pg_file_write("link", hello, 0644, &error), &error);
	assert_int_equal(lstat("link", &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	expect_content("real", "hello");
}

/* A disk that gets full half-way, by way of a limit on the size of files. */
static void test_disk_full(void **state)
{
	const struct rlimit small = {100, RLIM_INFINITY};
	const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
	uint8_t data[1000] = {0};
	struct pg_error error;

	(void)state;
	expect_ok(pg_file_write("kept", hello, 0644, &error), &error);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	pg_file_write("kept", (struct pg_bytes){data, sizeof(data)}, 0644,
		      &error);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	expect_error(error.status, PG_E_IO, &error, "kept: cannot write");
	expect_content("kept", "hello");
	assert_int_equal(count_files(), 1);
}

/* What an earlier run left behind under our own name is stepped over. */
static void test_leftover(void **state)
{
	struct pg_error error;
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "a.%ld-0.tmp", (long)getpid());
	expect_ok(pg_file_write(name, empty, 0644, &error), &error);
	expect_ok(pg_file_write("a", hello, 0644, &error), &error);
	expect_content("a", "hello");
	expect_content(name, "");
	assert_int_equal(count_files(), 2);
}

static void test_long_name(void **state)
{
	char name[5000];
	struct pg_error error;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	expect_error(pg_file_write(name, hello, 0644, &error), PG_E_IO, &error,
		     "xxx");
	name[300] = '\0';
	expect_error(pg_file_write(name, hello, 0644, &error), PG_E_IO, &error,
		     "too long");
	assert_int_equal(count_files(), 0);
}

/* One line, printable, cut to fit, and its own text may be an argument. */
static void test_fail(void **state)
{
	struct pg_error error;
	char large[1000];

	(void)state;
	assert_int_equal(pg_fail(&error, PG_E_IO, "a\nb\033[31m%d", 7),
			 PG_E_IO);
	assert_string_equal(error.text, "a?b?[31m7");
	pg_fail(&error, PG_E_FORMAT, "again: %s", error.text);
	assert_string_equal(error.text, "again: a?b?[31m7");
	memset(large, 'y', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	pg_fail(&error, PG_E_IO, "%s", large);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
}

#define IN_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_round_trip),    IN_FOLDER(test_map_refuses),
		IN_FOLDER(test_write_refuses), IN_FOLDER(test_link),
		IN_FOLDER(test_disk_full),     IN_FOLDER(test_long_name),
		IN_FOLDER(test_leftover),      cmocka_unit_test(test_fail),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
