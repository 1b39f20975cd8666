/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin for QEMU's TCG that counts the guest instructions executed at
 * addresses in a window. The window and the count lie in a file that the test
 * maps too: it can set the window when it knows the addresses, before any
 * code there is translated, and read the count at any time.
 *
 *	qemu -plugin counter.so,window=PATH
 *
 * For version 2 of the interface it counts by a callback for each instruction,
 * which is slower.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/vm/counter/plugin.h"

int qemu_plugin_version = PLUGIN_VERSION;

/* The file: [low, high) and how many instructions ran there. */
static volatile uint64_t *window;

#if PLUGIN_VERSION == 1
static void count(struct qemu_plugin_insn *insn)
{
	qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
						   (void *)&window[2], 1);
}
#else
static void executed(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	window[2]++;
}

static void count(struct qemu_plugin_insn *insn)
{
	qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, CB_NO_REGS,
					       NULL);
}
#endif

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	size_t instructions = qemu_plugin_tb_n_insns(block);

	(void)id;
	for (size_t i = 0; i < instructions; i++) {
		struct qemu_plugin_insn *insn =
			qemu_plugin_tb_get_insn(block, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		if (address >= window[0] && address < window[1])
			count(insn);
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
			int argc, char **argv)
{
	void *map;
	int fd;

	(void)info;
	if (argc != 1 || strncmp(argv[0], "window=", 7))
		return -1;
	fd = open(argv[0] + 7, O_RDWR);
	if (fd < 0)
		return -1;
	map = mmap(NULL, 3 * sizeof(*window), PROT_READ | PROT_WRITE,
		   MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return -1;
	window = map;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
