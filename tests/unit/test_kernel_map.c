/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the running kernel is: /proc/kcore of recorded machines, and of
 * hostile ones. */
#include "machine.h"

#include <elf.h>

#include "load/machine.h"

struct kcore {
	struct machine machine;
	struct pg_iomem iomem;
	struct pg_text text;
};

static struct pg_error error;

static struct kcore open_kcore(const char *name)
{
	struct kcore kcore = {.machine = machine_make(name)};
	const char *root = kcore.machine.root;

	assert_int_equal(pg_iomem_read(root, &kcore.iomem, &error), PG_OK);
	assert_int_equal(pg_sys_read(&kcore.text, &error, root, "/proc/kcore"),
			 PG_OK);
	return kcore;
}

static void close_kcore(struct kcore *kcore)
{
	pg_text_free(&kcore->text);
	pg_iomem_free(&kcore->iomem);
	machine_free(&kcore->machine);
}

static struct pg_kernel_map parse(const struct kcore *kcore)
{
	struct pg_bytes bytes = {(const uint8_t *)kcore->text.data,
				 kcore->text.bytes};
	struct pg_kernel_map map;

	pg_kernel_map_parse(bytes, &kcore->iomem, &map);
	return map;
}

/* The headers of a recorded file, to spoil them. */
static Elf64_Phdr *headers(struct kcore *kcore, size_t *count)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)kcore->text.data;

	*count = header->e_phnum;
	return (Elf64_Phdr *)(kcore->text.data + header->e_phoff);
}

static void test_recorded(void **state)
{
	static const struct {
		const char *name;
		uint64_t physical, bytes, virtual, direct;
	} want[] = {
		{"bios-1cpu", 0x0ec00000, 0x3400000, 0xffffffffb1200000,
		 0xff44a68500000000},
		{"bios-4cpu-high", 0x9c800000, 0x3400000, 0xffffffff85e00000,
		 0xff2a59ac80000000},
		{"efi-1cpu", 0x1be00000, 0x3400000, 0xffffffffa9c00000, 0},
		{"efi-4cpu", 0x64e00000, 0x3400000, 0xffffffff96a00000,
		 0xff16ae6680000000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct kcore kcore = open_kcore(want[i].name);
		struct pg_kernel_map map, again;

		map = parse(&kcore);
		assert_int_equal(map.image.start, want[i].physical);
		assert_int_equal(map.image.bytes, want[i].bytes);
		assert_int_equal(map.image_virtual, want[i].virtual);
		if (want[i].direct)
			assert_int_equal(map.direct_map, want[i].direct);
		assert_int_not_equal(map.direct_map, 0);
		pg_kernel_map_read(kcore.machine.root, &kcore.iomem, &again);
		assert_memory_equal(&map, &again, sizeof(map));
		close_kcore(&kcore);
	}
}

/* Without the text's program header, vmcoreinfo says the same. */
static void test_vmcoreinfo(void **state)
{
	struct kcore kcore = open_kcore("bios-4cpu-high");
	struct pg_kernel_map before = parse(&kcore), after;
	Elf64_Phdr *header;
	size_t count;

	(void)state;
	header = headers(&kcore, &count);
	for (size_t i = 0; i < count; i++)
		if (header[i].p_vaddr == before.image_virtual)
			header[i].p_paddr += 0x1000;
	after = parse(&kcore);
	assert_int_equal(after.image_virtual, before.image_virtual);
	/* Nor with it: nothing, rather than nonsense. */
	for (size_t i = 0; i < count; i++)
		if (header[i].p_type == PT_NOTE)
			header[i].p_type = PT_NULL;
	after = parse(&kcore);
	assert_int_equal(after.image_virtual, 0);
	assert_int_equal(after.image.bytes, 0);
	assert_int_equal(after.direct_map, before.direct_map);
	close_kcore(&kcore);
}

static void test_contradiction(void **state)
{
	struct kcore kcore = open_kcore("bios-4cpu-high");
	Elf64_Phdr *header;
	size_t count;

	(void)state;
	header = headers(&kcore, &count);
	for (size_t i = 0; i < count; i++)
		if (header[i].p_paddr == 0x100000000)
			header[i].p_vaddr += 0x40000000;
	assert_int_equal(parse(&kcore).direct_map, 0);
	assert_int_not_equal(parse(&kcore).image_virtual, 0);
	close_kcore(&kcore);
}

/* A direct map that begins where KASLR never puts it. */
static void test_misaligned(void **state)
{
	struct kcore kcore = open_kcore("bios-4cpu-high");
	Elf64_Phdr *header;
	size_t count;

	(void)state;
	header = headers(&kcore, &count);
	for (size_t i = 0; i < count; i++)
		if (header[i].p_vaddr < 0xffffffff80000000)
			header[i].p_vaddr += 0x200000;
	assert_int_equal(parse(&kcore).direct_map, 0);
	close_kcore(&kcore);
}

static void test_not_a_kernel(void **state)
{
	struct kcore kcore = open_kcore("bios-1cpu");
	Elf64_Ehdr *header = (Elf64_Ehdr *)kcore.text.data;
	Elf64_Ehdr saved = *header;

	(void)state;
	/* /proc/iomem without "Kernel code", as on other kernels */
	for (size_t i = 0; i < kcore.iomem.count; i++)
		if (kcore.iomem.entries[i].type == PG_IOMEM_KERNEL)
			kcore.iomem.entries[i].type = PG_IOMEM_OTHER;
	assert_int_equal(parse(&kcore).image.bytes, 0);
	assert_int_not_equal(parse(&kcore).direct_map, 0);
	header->e_ident[EI_CLASS] = ELFCLASS32;
	assert_int_equal(parse(&kcore).direct_map, 0);
	*header = saved;
	header->e_phoff = UINT64_MAX;
	assert_int_equal(parse(&kcore).direct_map, 0);
	*header = saved;
	header->e_phnum = UINT16_MAX;
	assert_int_equal(parse(&kcore).direct_map, 0);
	*header = saved;
	header->e_phentsize = 8;
	assert_int_equal(parse(&kcore).direct_map, 0);
	close_kcore(&kcore);
}

/* No byte of a spoiled file may be read beyond its end (ASan sees it), and
 * what comes out stays within the kernel's half. */
static void test_spoiled(void **state)
{
	struct kcore kcore = open_kcore("efi-1cpu");
	uint64_t seed = 7;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		size_t bytes = kcore.text.bytes;
		uint8_t *copy;
		struct pg_kernel_map map;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if (round % 3 == 0)
			bytes = (seed >> 20) % bytes;
		copy = malloc(bytes ? bytes : 1);
		memcpy(copy, kcore.text.data, bytes);
		for (int i = 0; i < 8 && bytes > 0; i++) {
			seed = seed * 6364136223846793005u +
			       1442695040888963407u;
			copy[(seed >> 16) % (bytes < 900 ? bytes : 900)] =
				(uint8_t)(seed >> 8);
		}
		pg_kernel_map_parse((struct pg_bytes){copy, bytes},
				    &kcore.iomem, &map);
		if (map.image.bytes != 0)
			assert_true(map.image_virtual >= 0xffffffff80000000);
		if (map.direct_map != 0)
			assert_true(map.direct_map >= 0xff00000000000000);
		free(copy);
	}
	close_kcore(&kcore);
}

static void test_no_kcore(void **state)
{
	struct machine machine = machine_make("bios-1cpu");
	struct pg_kernel_map map;
	struct pg_iomem iomem;

	(void)state;
	machine_drop(&machine, "/proc/kcore");
	assert_int_equal(pg_iomem_read(machine.root, &iomem, &error), PG_OK);
	pg_kernel_map_read(machine.root, &iomem, &map);
	assert_int_equal(map.image.bytes, 0);
	assert_int_equal(map.direct_map, 0);
	pg_iomem_free(&iomem);
	machine_free(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_vmcoreinfo),
		cmocka_unit_test(test_contradiction),
		cmocka_unit_test(test_misaligned),
		cmocka_unit_test(test_not_a_kernel),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_no_kcore),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
