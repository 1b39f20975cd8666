/* SPDX-License-Identifier: BSD-2-Clause */
/* Firmware in the machine's place: the core's console is the firmware's. */
#include "efi-stub/stub.h"
#include "purgatorio/arch.h"

static EFI_SYSTEM_TABLE *firmware;

void stub_firmware(EFI_SYSTEM_TABLE *system)
{
	firmware = system;
}

void pg_arch_putc(char c)
{
	CHAR16 text[2] = {(CHAR16)(unsigned char)c, 0};

	if (firmware->ConOut)
		firmware->ConOut->OutputString(firmware->ConOut, text);
}

enum pg_status pg_arch_console_open(const struct pg_console *console)
{
	(void)console;
	return PG_OK;
}

struct pg_console pg_arch_console_default(void)
{
	return (struct pg_console){.kind = PG_CONSOLE_NONE};
}

uint64_t pg_arch_ticks(void)
{
	return 0;
}

/* UEFI appendix D: errors have their highest bit set. */
void stub_say_status(const char *what, EFI_STATUS status)
{
	pg_put(what);
	pg_put(" (EFI status ");
	pg_put_dec(status & ~((EFI_STATUS)1 << 63));
	pg_put(")\n");
}
