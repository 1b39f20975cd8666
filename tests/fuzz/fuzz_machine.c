/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of a machine: /sys/firmware/memmap, crash notes, the text of systab,
 * EFI's runtime map, and the command line. The input is cut at zero bytes; each
 * piece becomes a file of a folder that serves as the prefix of /proc and /sys.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load/machine.h"

static const char *const files[] = {
	"sys/firmware/memmap/0/start",
	"sys/firmware/memmap/0/end",
	"sys/firmware/memmap/0/type",
	"sys/devices/system/cpu/cpu0/crash_notes",
	"sys/devices/system/cpu/cpu0/crash_notes_size",
	"sys/devices/system/cpu/possible",
	"sys/kernel/vmcoreinfo",
	"sys/firmware/efi/systab",
	"sys/firmware/efi/fw_vendor",
	"sys/firmware/efi/config_table",
	"sys/firmware/efi/runtime-map/0/type",
	"sys/firmware/efi/runtime-map/0/phys_addr",
	"sys/firmware/efi/runtime-map/0/virt_addr",
	"sys/firmware/efi/runtime-map/0/num_pages",
	"sys/firmware/efi/runtime-map/0/attribute",
	"proc/cmdline",
	"proc/iomem",
};
#define FILES (sizeof(files) / sizeof(files[0]))

static char root[64];
static int handles[FILES];

static void remove_all(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	if (system(command) != 0)
		perror(root);
}

static void begin(void)
{
	snprintf(root, sizeof(root), "/dev/shm/purgatorio-fuzz-XXXXXX");
	fuzz_must(mkdtemp(root) != NULL);
	atexit(remove_all);
	for (size_t i = 0; i < FILES; i++) {
		char path[256];
		int length =
			snprintf(path, sizeof(path), "%s/%s", root, files[i]);

		for (int at = (int)strlen(root) + 1; at < length; at++)
			if (path[at] == '/') {
				path[at] = '\0';
				fuzz_must(mkdir(path, 0700) == 0 ||
					  errno == EEXIST);
				path[at] = '/';
			}
		handles[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		fuzz_must(handles[i] >= 0);
	}
}

static void write_files(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < FILES; i++) {
		const uint8_t *end = size ? memchr(data, 0, size) : NULL;
		size_t length = end ? (size_t)(end - data) : size;

		fuzz_must(ftruncate(handles[i], (off_t)length) == 0);
		fuzz_must(pwrite(handles[i], data, length, 0) ==
			  (ssize_t)length);
		length = end ? length + 1 : length;
		data += length;
		size -= length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t live[PG_BOOT_PARAMS_BYTES];
	struct pg_iomem iomem = {NULL, 0};
	struct pg_map map;
	struct pg_notes notes;
	struct pg_error error;
	enum pg_status status;
	struct pg_efi efi;

	if (root[0] == '\0')
		begin();
	write_files(data, size);
	memcpy(live + 0x1c0, "EL64", 4);
	live[0x1c4] = 1;
	live[0x1c8] = 48;
	live[0x1cc] = 1;
	status = pg_firmware_map(root, &iomem, &map, &error);
	fuzz_error(status, &error);
	if (status == PG_OK)
		pg_map_free(&map);
	status = pg_notes_read(root, &notes, &error);
	fuzz_error(status, &error);
	if (status == PG_OK)
		pg_notes_free(&notes);
	status = pg_efi_read(root, (struct pg_bytes){live, sizeof(live)}, &efi,
			     &error);
	fuzz_error(status, &error);
	if (status == PG_OK)
		pg_efi_free(&efi);
	(void)pg_acpi_rsdp(root, (struct pg_bytes){NULL, 0});
	return 0;
}
