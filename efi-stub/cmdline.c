/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's command line. The image's is ASCII or UTF-8; the kernel's EFI
 * entry wants UTF-16, and turns it back. What the firmware, or a boot loader,
 * or the shell says (LoadOptions) is signed by nobody.
 */
#include <string.h>

#include "efi-stub/stub.h"
#include "purgatorio/arch.h"
#include "purgatorio/image.h"

/* UEFI Shell 2.2, 3.4: a program of the shell finds its arguments here, and
 * its own name in front of them in LoadOptions. */
struct shell_parameters {
	CHAR16 **argv;
	UINTN argc;
};

static EFI_GUID shell_id = {0x752f3136,
			    0x4e16,
			    0x4fdc,
			    {0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca}};

static UINTN length_of(const CHAR16 *text, UINTN most)
{
	UINTN length = 0;

	while (length < most && text[length])
		length++;
	return length;
}

static void append(struct stub *stub, const CHAR16 *text, UINTN length)
{
	CHAR16 *end = stub->options + stub->options_bytes / sizeof(*end) - 1;

	if (length == 0)
		return;
	if (end != stub->options) {
		*end++ = ' ';
		stub->options_bytes += sizeof(*end);
	}
	memcpy(end, text, length * sizeof(*end));
	end[length] = 0;
	stub->options_bytes += length * sizeof(*end);
}

static void append_own(struct stub *stub, struct pg_span own)
{
	const uint8_t *text = pg_pointer(own.start);
	CHAR16 c;

	while (own.bytes && text[own.bytes - 1] <= ' ')
		own.bytes--;
	for (uint64_t i = 0; i < own.bytes; i++) {
		CHAR16 *end =
			stub->options + stub->options_bytes / sizeof(*end) - 1;

		c = text[i];
		end[0] = c;
		end[1] = 0;
		stub->options_bytes += sizeof(*end);
	}
}

static void append_loader(struct stub *stub)
{
	const EFI_LOADED_IMAGE_PROTOCOL *loaded = stub->loaded;
	const CHAR16 *text = loaded->LoadOptions;
	struct shell_parameters *shell;

	if (stub->boot->HandleProtocol(stub->handle, &shell_id,
				       (void **)&shell) == EFI_SUCCESS) {
		for (UINTN i = 1; i < shell->argc; i++)
			append(stub, shell->argv[i],
			       length_of(shell->argv[i], UINT32_MAX));
		return;
	}
	/* Some firmware leaves binary data of its own there. */
	if (text && loaded->LoadOptionsSize >= sizeof(*text) && *text > 0x1f)
		append(stub, text,
		       length_of(text,
				 loaded->LoadOptionsSize / sizeof(*text)));
}

EFI_STATUS stub_command_line(struct stub *stub)
{
	const struct pg_span own = stub_part(stub, PG_PART_CMDLINE);
	const UINTN most = (own.bytes + 2) * sizeof(CHAR16) +
			   (UINTN)stub->loaded->LoadOptionsSize * 2;
	EFI_STATUS status = stub->boot->AllocatePool(EfiLoaderData, most,
						     (void **)&stub->options);

	if (status != EFI_SUCCESS) {
		stub_say_status("command line: no memory", status);
		return status;
	}
	stub->options[0] = 0;
	stub->options_bytes = sizeof(CHAR16);
	append_own(stub, own);
	stub->own_length = stub->options_bytes / sizeof(CHAR16) - 1;
	if (stub->flags & PG_IMAGE_LOADER_CMDLINE) {
		if (!stub->secure)
			append_loader(stub);
		else if (stub->loaded->LoadOptionsSize > sizeof(CHAR16))
			pg_put("command line: Secure Boot allows the image's "
			       "only\n");
	}
	return EFI_SUCCESS;
}
