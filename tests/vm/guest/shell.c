/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The init of guests for which there is no busybox, in the place of init.sh
 * and with its protocol: one command per line from the second terminal, output
 * and exit status go back there.
 *
 *	WORD... [<FILE] [>FILE] [&& ...] [&]
 *
 * A word may be in quotes, or have quotes in it. Programs lie in /bin; cat,
 * echo, nproc, poweroff and sha256sum are built in, and
 *
 *	kexec-file KERNEL INITRD LINE	kexec_file_load(2), for a crash
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "purgatorio/sha256.h"

#define LINE_BYTES 4096
#define WORDS_MAX  64

struct command {
	char *words[WORDS_MAX + 1];
	int count;
	const char *input, *output;
};

static int cat_one(int from)
{
	char buffer[4096];
	ssize_t got;

	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		if (write(STDOUT_FILENO, buffer, (size_t)got) != got)
			return 1;
	return got < 0;
}

static int cat(char **names)
{
	int status = 0;

	if (!*names)
		return cat_one(STDIN_FILENO);
	for (; *names; names++) {
		int from = open(*names, O_RDONLY);

		if (from < 0) {
			perror(*names);
			status = 1;
			continue;
		}
		status |= cat_one(from);
		close(from);
	}
	return status;
}

static int echo(char **words)
{
	for (; *words; words++)
		printf("%s%s", *words, words[1] ? " " : "");
	putchar('\n');
	return fflush(stdout) != 0;
}

static int sha256sum(void)
{
	uint8_t buffer[4096], digest[PG_SHA256_BYTES];
	struct pg_sha256 context;
	ssize_t got;

	pg_sha256_init(&context, 0);
	while ((got = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
		pg_sha256_update(&context, buffer, (uint64_t)got);
	if (got < 0)
		return 1;
	pg_sha256_final(&context, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		printf("%02x", digest[i]);
	printf("  -\n");
	return fflush(stdout) != 0;
}

static int kexec_file(char **words, int count)
{
	int kernel, initrd;

	if (count != 4)
		return 2;
	kernel = open(words[1], O_RDONLY);
	initrd = open(words[2], O_RDONLY);
	if (kernel >= 0 && initrd >= 0 &&
	    syscall(SYS_kexec_file_load, kernel, initrd, strlen(words[3]) + 1,
		    words[3], KEXEC_FILE_ON_CRASH) == 0)
		return 0;
	perror("kexec_file_load");
	return 1;
}

/* In a process of its own; its exit status. */
static int perform(struct command *command)
{
	char **words = command->words;

	if (!strcmp(words[0], "cat"))
		return cat(words + 1);
	if (!strcmp(words[0], "echo"))
		return echo(words + 1);
	if (!strcmp(words[0], "nproc"))
		return printf("%ld\n", sysconf(_SC_NPROCESSORS_ONLN)) < 0 ||
		       fflush(stdout) != 0;
	if (!strcmp(words[0], "sha256sum"))
		return sha256sum();
	if (!strcmp(words[0], "kexec-file"))
		return kexec_file(words, command->count);
	if (!strcmp(words[0], "poweroff"))
		return reboot(RB_POWER_OFF);
	execvp(words[0], words);
	perror(words[0]);
	return 127;
}

static void redirect(const char *path, int flags, int to)
{
	int fd = open(path, flags, 0644);

	if (fd < 0 || dup2(fd, to) < 0) {
		perror(path);
		_exit(1);
	}
	close(fd);
}

static int run(struct command *command, int wait)
{
	int status;
	pid_t child;

	if (command->count == 0)
		return 2;
	child = fork();
	if (child < 0)
		return 126;
	if (child == 0) {
		redirect(command->input ? command->input : "/dev/null",
			 O_RDONLY, STDIN_FILENO);
		if (command->output)
			redirect(command->output, O_WRONLY | O_CREAT | O_TRUNC,
				 STDOUT_FILENO);
		_exit(perform(command));
	}
	if (!wait)
		return 0;
	if (waitpid(child, &status, 0) != child)
		return 126;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The next word of *@line, unquoted in place; NULL at the end. An operator
 * is a word of its own, and *@quoted is 0 then. */
static char *next_word(char **line, int *quoted)
{
	char *from = *line + strspn(*line, " "), *word = from, *to = from;
	char quote = 0;

	*quoted = 0;
	if (!*from)
		return NULL;
	for (; *from && (quote || *from != ' '); from++) {
		if (quote ? *from == quote : *from == '\'' || *from == '"') {
			quote = quote ? 0 : *from;
			*quoted = 1;
		} else {
			*to++ = *from;
		}
	}
	*line = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

static int run_line(char *line)
{
	struct command command = {.count = 0};
	int quoted, status = 0;
	char *word;

	while ((word = next_word(&line, &quoted))) {
		if (!quoted && !strcmp(word, "&"))
			return run(&command, 0);
		if (!quoted && !strcmp(word, "&&")) {
			status = run(&command, 1);
			if (status != 0)
				return status;
			command = (struct command){.count = 0};
		} else if (!quoted && *word == '<') {
			command.input = word + 1;
		} else if (!quoted && *word == '>') {
			command.output = word + 1;
		} else if (command.count == WORDS_MAX) {
			return 2;
		} else {
			command.words[command.count++] = word;
		}
	}
	return run(&command, 1);
}

/* Opens the terminal for commands as all of stdio, bytes as they are. */
static int take_terminal(const char *path)
{
	struct termios mode;
	int fd = open(path, O_RDWR | O_NOCTTY);

	if (fd < 0 || tcgetattr(fd, &mode))
		return 0;
	cfmakeraw(&mode);
	return tcsetattr(fd, TCSANOW, &mode) == 0 &&
	       dup2(fd, STDIN_FILENO) >= 0 && dup2(fd, STDOUT_FILENO) >= 0 &&
	       dup2(fd, STDERR_FILENO) >= 0;
}

int main(void)
{
	static char line[LINE_BYTES];
	struct utsname name;

	setenv("PATH", "/bin", 1);
	setenv("PURGATORIO_LIBDIR", "/lib/purgatorio", 1);
	if (mount("dev", "/dev", "devtmpfs", 0, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL) ||
	    mount("sysfs", "/sys", "sysfs", 0, NULL) || uname(&name) ||
	    !take_terminal("/dev/hvc1")) {
		perror("init");
		return 1;
	}
	printf("@ready %s %s\n",
	       access("/proc/vmcore", F_OK) ? "first" : "capture",
	       name.release);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		printf("\n@status %d\n", run_line(line));
		fflush(stdout);
	}
	perror("init");
	return 1;
}
