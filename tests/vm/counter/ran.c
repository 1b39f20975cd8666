/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin for QEMU's TCG that notes how often each instruction of an image was
 * executed. The file has one little counter, of 8 bytes in the host's order,
 * for each byte of the image, where an instruction may begin; machines that
 * run one after the other add to the same file.
 *
 *	qemu -plugin ran.so,base=ADDRESS,counts=PATH
 *
 * @base: where the guest has the image. Its size is what the file has room for.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/vm/counter/plugin.h"

int qemu_plugin_version = PLUGIN_VERSION;

static volatile uint64_t *counts;
static uint64_t base, room;

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	size_t instructions = qemu_plugin_tb_n_insns(block);

	(void)id;
	for (size_t i = 0; i < instructions; i++) {
		struct qemu_plugin_insn *insn =
			qemu_plugin_tb_get_insn(block, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn) - base;

		if (at < room)
			qemu_plugin_register_vcpu_insn_exec_inline(
				insn, INLINE_ADD_U64, (void *)&counts[at], 1);
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
			int argc, char **argv)
{
	struct stat file;
	void *map;
	int fd;

	(void)info;
	if (argc != 2 || strncmp(argv[0], "base=", 5) != 0 ||
	    strncmp(argv[1], "counts=", 7) != 0)
		return -1;
	base = strtoull(argv[0] + 5, NULL, 0);
	fd = open(argv[1] + 7, O_RDWR);
	if (fd < 0 || fstat(fd, &file) != 0)
		return -1;
	map = mmap(NULL, (size_t)file.st_size, PROT_READ | PROT_WRITE,
		   MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return -1;
	counts = map;
	room = (uint64_t)file.st_size / sizeof(*counts);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
