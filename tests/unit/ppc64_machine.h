/* SPDX-License-Identifier: BSD-2-Clause */
/* A ppc64 machine that is made up: its device tree, and a kernel for it. */
#ifndef TESTS_PPC64_MACHINE_H
#define TESTS_PPC64_MACHINE_H

#include "tests/unit/trial.h"

#include <libfdt.h>

#include "fdt/flatten.h"
#include "fdt/tree.h"

#define TREE	     "/proc/device-tree"
#define KERNEL_BYTES 0x20000
#define CRASH	     0x20000000u
#define CRASH_BYTES  0x10000000u
#define RTAS	     0x20000000u /* at the start of the crash region */
#define RTAS_BYTES   0x82cu
#define MEMORY	     0x80000000u
#define RMA	     0x28000000u /* inside of the crash region */

static uint8_t kernel_file[0x1000 + KERNEL_BYTES];

/* One PT_LOAD of a relocatable little-endian kernel. */
static inline struct pg_bytes make_kernel(bool big)
{
	uint8_t *file = kernel_file, *load = file + sizeof(Elf64_Ehdr);

	memset(file, 0, sizeof(kernel_file));
	memcpy(file, ELFMAG, SELFMAG);
	file[EI_CLASS] = ELFCLASS64;
	file[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	file[EI_VERSION] = EV_CURRENT;
	pg_store16(big, file + 16, ET_EXEC);
	pg_store16(big, file + 18, EM_PPC64);
	pg_store64(big, file + 32, sizeof(Elf64_Ehdr));
	pg_store16(big, file + 54, sizeof(Elf64_Phdr));
	pg_store16(big, file + 56, 1);
	put_phdr(big, load, 0x1000, 0, KERNEL_BYTES, 0x2000000);
	pg_store32(big, file + 0x1000, 0x08000048); /* FIXUP_ENDIAN */
	pg_store32(big, file + 0x1000 + 0x5c, 0x72756e30);
	return (struct pg_bytes){file, sizeof(kernel_file)};
}

/* A property of up to four cells. */
static inline void put_cells(const struct machine *machine, const char *path,
			     size_t count, const uint32_t *cells)
{
	uint8_t bytes[16];
	char full[256];

	for (size_t i = 0; i < count; i++)
		pg_store_be32(bytes + 4 * i, cells[i]);
	snprintf(full, sizeof(full), TREE "/%s", path);
	machine_put_bytes(machine, full, bytes, 4 * count);
}
#define CELLS(machine, path, ...)                                       \
	put_cells(machine, path, sizeof((uint32_t[]){__VA_ARGS__}) / 4, \
		  (uint32_t[]){__VA_ARGS__})

static inline void put_text(const struct machine *machine, const char *path,
			    const char *text)
{
	char full[256];

	snprintf(full, sizeof(full), TREE "/%s", path);
	machine_put_bytes(machine, full, text, strlen(text) + 1);
}

/* As of a pseries machine under SLOF. */
static inline struct machine make_machine(void)
{
	struct machine m = machine_empty();

	machine_put(&m, "/proc/iomem", "00000000-7fffffff : System RAM\n");
	machine_put(&m, "/proc/cmdline", "console=hvc0 crashkernel=256M\n");
	machine_put(&m, "/sys/devices/system/cpu/possible", "0\n");
	machine_put(&m, "/sys/devices/system/cpu/cpu0/crash_notes",
		    "7e001000\n");
	machine_put(&m, "/sys/devices/system/cpu/cpu0/crash_notes_size",
		    "1000\n");
	machine_put(&m, "/sys/kernel/vmcoreinfo", "0x3fa0000 1024\n");
	CELLS(&m, "#address-cells", 2);
	CELLS(&m, "#size-cells", 2);
	put_text(&m, "name", "");
	for (int i = 0; i < 2; i++) {
		const char *node = i == 0 ? "memory@0" : "memory@28000000";
		char path[64];

		snprintf(path, sizeof(path), "%s/device_type", node);
		put_text(&m, path, "memory");
		snprintf(path, sizeof(path), "%s/reg", node);
		if (i == 0)
			CELLS(&m, path, 0, 0, 0, RMA);
		else
			CELLS(&m, path, 0, RMA, 0, MEMORY - RMA);
	}
	put_text(&m, "cpus/PowerPC,POWER9@8/device_type", "cpu");
	put_text(&m, "cpus/PowerPC,POWER9@10/device_type", "cpu");
	CELLS(&m, "chosen/linux,crashkernel-base", 0, CRASH);
	CELLS(&m, "chosen/linux,crashkernel-size", 0, CRASH_BYTES);
	CELLS(&m, "chosen/linux,kernel-end", 0, 0x2880000);
	CELLS(&m, "chosen/linux,htab-base", 0, 0x70000000);
	CELLS(&m, "chosen/linux,htab-size", 0, 0x1000000);
	CELLS(&m, "chosen/linux,pci-probe-only", 1);
	CELLS(&m, "chosen/linux,initrd-start", 0, 0x3000000);
	CELLS(&m, "chosen/linux,initrd-end", 0, 0x4000000);
	put_text(&m, "chosen/linux,stdout-path", "/vdevice/vty@71000000");
	put_text(&m, "vdevice/vty@71000000/compatible", "hvterm1");
	CELLS(&m, "vdevice/vty@71000000/reg", 0x71000000);
	CELLS(&m, "rtas/linux,rtas-base", RTAS);
	CELLS(&m, "rtas/linux,rtas-entry", RTAS + 0x10);
	CELLS(&m, "rtas/rtas-size", RTAS_BYTES);
	CELLS(&m, "rtas/system-reboot", 0x2004);
	return m;
}

static inline struct trial begin_ppc64(enum pg_load_action action)
{
	static const uint8_t initrd[5000] = "initrd";
	struct trial trial = {.machine = make_machine(),
			      .purgatory = make_purgatory(PG_ARCH_PPC64),
			      .initrd = {initrd, sizeof(initrd)}};

	trial.options = (struct pg_load_options){
		.action = action,
		.kernel = make_kernel(false),
		.purgatory_elf = purgatory_bytes(trial.purgatory),
		.initrd_count = 1,
		.command_line = "quiet",
		.dry_run = true,
		.arch = PG_ARCH_PPC64,
	};
	return trial;
}

static inline void refuse(struct trial *trial, enum pg_status expected,
			  const char *word)
{
	expect_error(pg_load(options_of(trial), &error), expected, &error,
		     word);
	end(trial);
}

/* Cell pair @index of @name in @path of @tree. */
static inline uint64_t pair(const void *tree, const char *path,
			    const char *name, int index)
{
	int bytes;
	const uint8_t *at =
		fdt_getprop(tree, fdt_path_offset(tree, path), name, &bytes);

	assert_non_null(at);
	assert_true(bytes >= 8 * (index + 1));
	return pg_load_be64(at + 8 * index);
}

static inline bool is_reserved(const void *tree, uint64_t start, uint64_t bytes)
{
	uint64_t at, size;

	for (int i = 0; i < fdt_num_mem_rsv(tree); i++) {
		assert_int_equal(fdt_get_mem_rsv(tree, i, &at, &size), 0);
		if (start >= at && start - at < size &&
		    bytes <= size - (start - at))
			return true;
	}
	return false;
}

#endif
