/* SPDX-License-Identifier: BSD-2-Clause */
/* The byte order of the running kernel, where an architecture has both. */
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "load/machine.h"

static bool own_order(void)
{
	const uint16_t one = 1;
	uint8_t first;

	memcpy(&first, &one, 1);
	return first == 0;
}

/* /proc/kcore is an ELF file in the kernel's order (fs/proc/kcore.c). */
bool pg_machine_big_endian(const char *root)
{
	uint8_t ident[EI_NIDENT] = {0};
	char path[PATH_MAX];
	ssize_t got = 0;
	int fd = -1;

	if (snprintf(path, sizeof(path), "%s/proc/kcore", root) <
	    (int)sizeof(path))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return own_order();
	got = read(fd, ident, sizeof(ident));
	close(fd);
	if (got != sizeof(ident) || memcmp(ident, ELFMAG, SELFMAG) != 0)
		return own_order();
	return ident[EI_DATA] == ELFDATA2MSB;
}
