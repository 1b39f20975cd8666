/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A loader in one page: the next kernel of an x86_64 machine, by kexec_load(2),
 * with purgatorio's purgatory in front of it.
 *
 *	loader PURGATORY.ELF KERNEL INITRD COMMAND-LINE && kexec -e
 *
 * It leaves out what a machine has beside memory: screen, EFI, ACPI's root.
 */
#include <linux/kexec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <purgatorio/byteorder.h>
#include <purgatorio/purgatorio.h>

/* struct boot_params (Documentation/arch/x86/zero-page.rst). */
#define BP_E820_COUNT	0x1e8
#define BP_SETUP	0x1f1
#define BP_LOADER	0x210
#define BP_INITRD	0x218
#define BP_INITRD_BYTES 0x21c
#define BP_CMDLINE	0x228
#define BP_E820		0x2d0
#define E820_MOST	128
#define FIRST_MIB	(1 << 20)

static struct pg_error error;

static void check(enum pg_status status)
{
	if (status == PG_OK)
		return;
	fprintf(stderr, "loader: %s\n", error.text);
	exit(1);
}

static bool field(int index, const char *name, char text[32])
{
	char path[64];
	FILE *file;
	bool got;

	snprintf(path, sizeof(path), "/sys/firmware/memmap/%d/%s", index, name);
	file = fopen(path, "r");
	got = file && fgets(text, 32, file);
	if (file)
		fclose(file);
	return got;
}

/* The firmware's memory map, as the kernel has kept it: into boot_params, and
 * what is memory into the plan. */
static void memory_map(struct pg_plan *plan, uint8_t *bp)
{
	char start[32], end[32], type[32];

	for (int i = 0; i < E820_MOST && field(i, "start", start) &&
			field(i, "end", end) && field(i, "type", type);
	     i++) {
		const uint64_t from = strtoull(start, NULL, 16);
		const uint64_t bytes = strtoull(end, NULL, 16) - from + 1;
		const uint32_t kind = strcmp(type, "System RAM\n") ? 2 : 1;

		memcpy(bp + BP_E820 + 20 * i, &from, 8);
		memcpy(bp + BP_E820 + 20 * i + 8, &bytes, 8);
		memcpy(bp + BP_E820 + 20 * i + 16, &kind, 4);
		bp[BP_E820_COUNT]++;
		if (kind == 1 && from >= FIRST_MIB)
			check(pg_plan_window(plan, from, bytes, &error));
	}
}

static size_t add(struct pg_plan *plan, const char *name, uint32_t kind,
		  struct pg_bytes content, const struct pg_kernel *kernel)
{
	struct pg_part_spec part = {.kind = kind, .content = content};
	size_t index;

	snprintf(part.name, sizeof(part.name), "%s", name);
	part.highest = UINT32_MAX;
	part.flags = PG_SPEC_TOP_DOWN; /* the kernel unpacks itself upwards */
	if (kernel) {
		part.memory_bytes = kernel->memory_bytes;
		part.alignment = kernel->alignment;
		part.lowest = kernel->lowest;
		part.flags = 0;
	}
	check(pg_plan_part(plan, &part, &index, &error));
	return index;
}

int main(int argc, char **argv)
{
	static uint8_t bp[4096];
	struct pg_bytes purgatory, file, initrd, line, setup;
	struct kexec_segment out[KEXEC_SEGMENT_MAX];
	struct pg_segment from[KEXEC_SEGMENT_MAX];
	struct pg_handoff handoff = {.protocol = PG_HANDOFF_LINUX_X86_64};
	const struct pg_console com1 = {
		.kind = PG_CONSOLE_8250_PORT, .address = 0x3f8, .stride = 1};
	size_t at, initrd_at, line_at, bp_at, count;
	struct pg_kernel kernel;
	struct pg_plan *plan;

	if (argc != 5)
		return 2;
	line = (struct pg_bytes){(uint8_t *)argv[4], strlen(argv[4]) + 1};
	check(pg_file_map(argv[1], &purgatory, &error));
	check(pg_file_map(argv[2], &file, &error));
	check(pg_file_map(argv[3], &initrd, &error));
	check(pg_kernel_read(file, &kernel, &error));	       /* read */
	plan = pg_plan_new(PG_ARCH_X86_64, purgatory, &error); /* plan */
	check(plan ? PG_OK : error.status);
	memory_map(plan, bp);
	at = add(plan, "kernel", PG_PART_KERNEL, kernel.image, &kernel);
	initrd_at = add(plan, "initrd", PG_PART_INITRD, initrd, NULL);
	line_at = add(plan, "cmdline", PG_PART_CMDLINE, line, NULL);
	bp_at = add(plan, "boot_params", PG_PART_BOOTPARAMS,
		    (struct pg_bytes){bp, sizeof(bp)}, NULL);
	check(pg_plan_place(plan, &error));
	setup = kernel.setup_header;
	memcpy(bp + BP_SETUP, setup.data, setup.size);
	bp[BP_LOADER] = 0xff; /* of no registered kind */
	pg_store_le32(bp + BP_INITRD,
		      (uint32_t)pg_plan_address(plan, initrd_at));
	pg_store_le32(bp + BP_INITRD_BYTES, (uint32_t)initrd.size);
	pg_store_le32(bp + BP_CMDLINE,
		      (uint32_t)pg_plan_address(plan, line_at));
	handoff.entry = pg_plan_address(plan, at) + kernel.entry_offset;
	handoff.args[0] = pg_plan_address(plan, bp_at);
	pg_plan_handoff(plan, &handoff);
	pg_plan_console(plan, &com1);
	pg_plan_policy(plan, PG_POLICY_STOP);
	check(pg_plan_seal(plan, &error)); /* seal */
	check(pg_plan_segments(plan, from, KEXEC_SEGMENT_MAX, &count, &error));
	for (size_t i = 0; i < count; i++)
		out[i] = (struct kexec_segment){
			from[i].content.data, from[i].content.size,
			(void *)from[i].address, from[i].memory_bytes};
	if (syscall(SYS_kexec_load, pg_plan_purgatory(plan), count, out,
		    KEXEC_ARCH_X86_64) == 0)
		return 0;
	perror("loader: kexec_load");
	return 1;
}
