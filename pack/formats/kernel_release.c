/* SPDX-License-Identifier: BSD-2-Clause */
/* Which Linux is this? It holds its own banner, as /proc/version shows it. */
#include <string.h>

#include "pack/formats/kernel_formats.h"

#define BANNER "Linux version "

/* "Linux version 6.1.0-56-arm64 (...": the first that a digit follows. */
static void search(struct pg_bytes file, char *out, size_t room)
{
	const uint8_t *at = file.data, *end = file.data + file.size;
	size_t length = 0;

	out[0] = '\0';
	while ((at = memmem(at, (size_t)(end - at), BANNER, strlen(BANNER))) !=
	       NULL) {
		at += strlen(BANNER);
		if (at < end && *at >= '0' && *at <= '9')
			break;
	}
	if (at == NULL)
		return;
	while (at + length < end && at[length] > ' ' && at[length] < 0x7f &&
	       length < room - 1)
		length++;
	memcpy(out, at, length);
	out[length] = '\0';
}

void pg_kernel_release(const struct pg_kernel *kernel,
		       char out[PG_KERNEL_RELEASE_BYTES])
{
	switch (kernel->format) {
	case PG_KERNEL_ARM64_IMAGE:
	case PG_KERNEL_PPC64_ELF:
		search(kernel->file, out, PG_KERNEL_RELEASE_BYTES);
		return;
	case PG_KERNEL_BZIMAGE:
	case PG_KERNEL_S390_IMAGE:
		break;
	}
	memcpy(out, kernel->release, sizeof(kernel->release));
}
