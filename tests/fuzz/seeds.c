/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where fuzzing begins: `seeds FOLDER` writes FOLDER/<reader>/<name> for each
 * reader, from what the unit tests make and from files that real machines
 * made.
 */
#include "tests/unit/synthetic.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pack/image/image.h"
#include "pack/manifest/manifest_codec.h"
#include "tests/fuzz/seeds.h"

#define CORE_BYTES 8192
#define TREE_SKIP  49 /* what fuzz_fdt.c takes in front of the tree */

static const char *folder;

void put(const char *reader, const char *name, struct pg_bytes bytes)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, reader);
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		abort();
	snprintf(path, sizeof(path), "%s/%s/%s", folder, reader, name);
	file = fopen(path, "wb");
	if (file == NULL ||
	    fwrite(bytes.data, 1, bytes.size, file) != bytes.size ||
	    fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

void put_behind(const char *reader, const char *name, size_t skip,
		uint8_t first, struct pg_bytes bytes)
{
	uint8_t *all = calloc(1, skip + bytes.size);

	assert_non_null(all);
	all[0] = first;
	memcpy(all + skip, bytes.data, bytes.size);
	put(reader, name, (struct pg_bytes){all, skip + bytes.size});
	free(all);
}

const char *scratch(void)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/scratch.tmp", folder);
	return path;
}

struct pg_bytes must_map(const char *path)
{
	struct pg_bytes map;
	struct pg_error error;

	if (pg_file_map(path, &map, &error) != PG_OK) {
		fprintf(stderr, "seeds: %s\n", error.text);
		exit(1);
	}
	return map;
}

static void put_text(const char *reader, const char *name, const char *text)
{
	put(reader, name,
	    (struct pg_bytes){(const uint8_t *)text, strlen(text)});
}

/* ------------------------------------------------- images and manifests -- */

static void images(void)
{
	uint8_t *bz = make_bzimage(), *purgatory = make_purgatory(1);
	static const uint8_t initrd[300] = "initrd";
	struct pg_bytes initrds[1] = {{initrd, sizeof(initrd)}};
	struct pg_pack_options options = {
		.kernel = bzimage_bytes(bz),
		.purgatory_elf = purgatory_bytes(purgatory),
		.initrds = initrds,
		.initrd_count = 1,
		.command_line = "console=ttyS0",
		.window_start = 0x10000000,
		.window_bytes = 0x4000000,
		.console = {PG_CONSOLE_8250_PORT, 115200, 0x3f8, 1, 0},
		.backup_bytes = 640 * 1024};
	struct pg_image *image;
	struct pg_error error;
	struct pg_bytes map;

	expect_ok(pg_pack(&options, scratch(), &error), &error);
	map = must_map(scratch());
	put("image", "small", map);
	image = pg_image_read(map, &error);
	assert_non_null(image);
	put_behind("manifest", "x86_64", 17, 0, image->manifest_raw);
	pg_image_free(image);
	pg_file_unmap(&map);
	unlink(scratch());
	for (uint32_t arch = PG_ARCH_X86_64; arch <= PG_ARCH_S390X; arch++) {
		uint8_t *elf = make_purgatory(arch);
		char name[16];

		snprintf(name, sizeof(name), "arch%u", arch);
		put_behind("purgatory", name, 1, (uint8_t)(arch - 1),
			   purgatory_bytes(elf));
		free(elf);
	}
	free(bz);
	free(purgatory);
}

/* --------------------------------------------------- recorded machines -- */

/* The files of tests/unit/fixtures/@name.txt, of which some are inputs. */
static void machine(const char *name)
{
	char path[256], line[1024], file[256] = "";
	static char text[65536];
	size_t used = 0;
	FILE *from;

	snprintf(path, sizeof(path), "tests/unit/fixtures/%s.txt", name);
	from = fopen(path, "r");
	assert_non_null(from);
	for (bool more = true; more;) {
		more = fgets(line, sizeof(line), from) != NULL;
		if (more && strncmp(line, "== ", 3) != 0) {
			if (used + strlen(line) < sizeof(text)) {
				strcpy(text + used, line);
				used += strlen(line);
			}
			continue;
		}
		text[used] = '\0';
		if (strcmp(file, "proc/iomem\n") == 0)
			put_text("iomem", name, text);
		if (strcmp(file, "proc/cmdline\n") == 0)
			put_text("cmdline", name, text);
		snprintf(file, sizeof(file), "%s", more ? line + 3 : "");
		used = 0;
	}
	fclose(from);
}

static void machines(void)
{
	static const char *const names[] = {
		"bios-1cpu",  "bios-4cpu-high", "efi-1cpu",  "efi-4cpu",
		"arm64-acpi", "arm64-high",	"s390x-1cpu"};
	static const char files[] = "0x0\0"
				    "0x9fbff\0"
				    "System RAM\0"
				    "3f00a000\0"
				    "368\0"
				    "0-1,3\0"
				    "0x3f0b000 1024\0"
				    "ACPI20=0x3f77d014\nSMBIOS=0x3f000000\n\0"
				    "0x3f9ee018\0"
				    "0x3f9ee098\0"
				    "0x5\0"
				    "0x3f6ed000\0"
				    "0xfffffffeffe6d000\0"
				    "0x100\0"
				    "0x800000000000000f\0"
				    "acpi_rsdp=0xe0010 quiet\0"
				    "00001000-0009fbff : System RAM\n";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		machine(names[i]);
	put("machine", "efi",
	    (struct pg_bytes){(const uint8_t *)files, sizeof(files)});
	put_text("cmdline", "quoted",
		 "console=ttyAMA0,38400n8 \"a b=c d\" crashkernel=256M,high "
		 "earlycon=pl011,mmio32,0x9000000 -- init=\"/bin/sh -c\" "
		 "earlyprintk=serial,ttyS1,115200 BOOT_IMAGE=/vmlinuz");
}

static void tables(void)
{
	uint8_t table[276] = "FACP";
	uint8_t kcore[sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr)] = ELFMAG;

	pg_store_le32(table + 4, sizeof(table));
	pg_store_le32(table + 112, 1u << 10);
	table[117] = 8;
	pg_store_le64(table + 120, 0xfed01000);
	table[128] = 1;
	pg_store_le16(table + 129, 3);
	put("acpi", "fadt", (struct pg_bytes){table, sizeof(table)});
	memset(table, 0, sizeof(table));
	memcpy(table, "SPCR", 4);
	pg_store_le32(table + 4, 80);
	table[36] = 3;
	table[41] = 32;
	table[43] = 3;
	pg_store_le64(table + 44, 0x9000000);
	put("acpi", "spcr", (struct pg_bytes){table, 80});
	kcore[EI_CLASS] = ELFCLASS64;
	kcore[EI_DATA] = ELFDATA2LSB;
	kcore[EI_VERSION] = EV_CURRENT;
	pg_store_le16(kcore + 16, ET_CORE);
	pg_store_le64(kcore + 32, sizeof(Elf64_Ehdr));
	pg_store_le16(kcore + 54, sizeof(Elf64_Phdr));
	pg_store_le16(kcore + 56, 3);
	put_phdr(false, kcore + PE_PHDR(0), 0x1000, 0xe000000, 0x4000000,
		 0x4000000);
	pg_store_le64(kcore + PE_PHDR(0) + 16, 0xffffffff81000000);
	put_phdr(false, kcore + PE_PHDR(1), 0x1000, 0x1000, 0x9e000, 0x9e000);
	pg_store_le64(kcore + PE_PHDR(1) + 16, 0xffff888000001000);
	put("kcore", "small", (struct pg_bytes){kcore, sizeof(kcore)});
}

static void trees(void)
{
	static const char *const names[] = {"virt-el1", "virt-el2"};
	uint32_t small[64] = {0};
	struct pg_bytes map;

	for (size_t i = 0; i < 2; i++) {
		char path[128];

		snprintf(path, sizeof(path), "tests/unit/fixtures/%s.dtb",
			 names[i]);
		map = must_map(path);
		map.size = pg_load_be32(map.data + 4);
		put_behind("fdt", names[i], TREE_SKIP, 0xf, map);
		pg_file_unmap(&map);
	}
	/* The smallest: header, reserve map, an empty root (Devicetree
	 * Specification, chapter 5). */
	const uint32_t header[] = {0xd00dfeed, 72, 56, 72, 40,
				   17,	       16, 0,  0,  16};
	const uint32_t root[] = {1, 0, 2, 9};

	for (size_t i = 0; i < 10; i++)
		pg_store_be32(&small[i], header[i]);
	for (size_t i = 0; i < 4; i++)
		pg_store_be32(&small[14 + i], root[i]);
	put_behind("fdt", "empty", TREE_SKIP, 0xf,
		   (struct pg_bytes){(uint8_t *)small, 72});
}

static void cores(void)
{
	static uint8_t core[CORE_BYTES] = ELFMAG "\2\1\1";
	struct pg_log log = {.version = PG_LOG_VERSION,
			     .bytes = 4096,
			     .ticks_per_second = 1000000,
			     .step_count = 2,
			     .text_bytes = 12};

	memcpy(log.magic, PG_LOG_MAGIC, 8);
	log.steps[0] = (struct pg_log_step){PG_STEP_CHECK, PG_OK, 1, 99, 1368};
	log.steps[1] =
		(struct pg_log_step){PG_STEP_VERIFY, PG_E_DIGEST, 4, 0, 9};
	pg_store_le16(core + 16, ET_CORE);
	pg_store_le64(core + 32, sizeof(Elf64_Ehdr));
	pg_store_le16(core + 54, sizeof(Elf64_Phdr));
	pg_store_le16(core + 56, 2);
	put_phdr(false, core + PE_PHDR(0), 0x100, 0, 0x100, 0x100);
	put_phdr(false, core + PE_PHDR(1), 0x400, 0x2f100000, 4096, 4096);
	memcpy(core + 0x400, &log, sizeof(log));
	memcpy(core + 0x400 + sizeof(log), "purgatorio:\n", 12);
	put("log", "small", (struct pg_bytes){core, 0x400 + 4096});
	put_text("map", "few", "\x01\x10\x20\x02\x18\x04\x83");
	put_text("core_header", "few", "\x42\x03");
}

int main(int count, char **arguments)
{
	if (count != 2) {
		fprintf(stderr, "usage: seeds FOLDER\n");
		return 2;
	}
	folder = arguments[1];
	seed_kernels();
	seed_objects();
	seed_captures();
	images();
	machines();
	tables();
	trees();
	cores();
	return 0;
}
