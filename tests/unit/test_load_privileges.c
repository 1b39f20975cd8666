/* SPDX-License-Identifier: BSD-2-Clause */
/* pg_load() gives up privileges, each time in a child: they do not come back.
 * As root that is CAP_SYS_BOOT alone; as another user nothing is left. */
#include "trial.h"

#include <linux/capability.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* A hexadecimal line of /proc/self/status. */
static unsigned long long own(const char *name)
{
	FILE *file = fopen("/proc/self/status", "r");
	unsigned long long value = ~0ull;
	const size_t length = strlen(name);
	char line[256];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			value = strtoull(line + length + 1, NULL, 16);
	if (file != NULL)
		fclose(file);
	return value;
}

/* 0: all is given up; else what is not. */
static int kept(unsigned long long before)
{
	const unsigned long long boot = before & (1ull << CAP_SYS_BOOT);

	if (own("CapPrm") != boot || own("CapEff") != boot)
		return 2;
	if (own("CapInh") != 0 || own("CapAmb") != 0)
		return 3;
	return own("NoNewPrivs") == 1 ? 0 : 4;
}

/* What kept() says when it has loaded with @drop; 9: its status is another. */
static int child(struct trial *trial, bool drop, enum pg_status wanted)
{
	int status;
	pid_t pid;

	options_of(trial)->drop_privileges = drop;
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const unsigned long long before = own("CapPrm");

		if (pg_load(&trial->options, &error) != wanted)
			_exit(9);
		_exit(kept(before));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_loaded(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);

	(void)state;
	assert_int_equal(child(&trial, true, PG_OK), 0);
	end(&trial);
}

/* Before a byte of it is read: it is no kernel. */
static void test_before_the_kernel(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);

	(void)state;
	memset(trial.kernel, 0, BZ_BYTES);
	assert_int_equal(child(&trial, true, PG_E_FORMAT), 0);
	end(&trial);
}

static void test_normal(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_NORMAL);

	(void)state;
	assert_int_equal(child(&trial, true, PG_OK), 0);
	end(&trial);
}

/* A library leaves its caller's alone unless it is told to. */
static void test_not_asked(void **state)
{
	struct trial trial = begin("bios-1cpu", PG_LOAD_CRASH);

	(void)state;
	/* Without it who runs this test has nothing to keep. */
	if (own("NoNewPrivs") == 0)
		assert_int_equal(child(&trial, false, PG_OK),
				 own("CapPrm") & ~(1ull << CAP_SYS_BOOT) ? 2
									 : 4);
	end(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loaded),
		cmocka_unit_test(test_before_the_kernel),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
