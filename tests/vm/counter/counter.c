/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin for QEMU's TCG that counts the guest instructions executed at
 * addresses in a window. The window and the count lie in a file that the test
 * maps too: it can set the window when it knows the addresses, before any
 * code there is translated, and read the count at any time.
 *
 *	qemu -plugin counter.so,window=PATH
 *
 * Debian ships no header for the plugin interface, so the few functions that
 * are needed are declared here (QEMU's docs/devel/tcg-plugins.rst). QEMU 9
 * dropped what version 1 of the interface calls inline operations on plain
 * memory, and takes no plugin below version 2: PLUGIN_VERSION=2 counts by a
 * callback for each instruction, which is slower.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define VISIBLE	       __attribute__((visibility("default")))
#define INLINE_ADD_U64 0
#define CB_NO_REGS     0

typedef uint64_t qemu_plugin_id_t;
struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

void qemu_plugin_register_vcpu_tb_trans_cb(
	qemu_plugin_id_t id,
	void (*callback)(qemu_plugin_id_t id, struct qemu_plugin_tb *block));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						int operation, void *counter,
						uint64_t immediate);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*callback)(unsigned int cpu,
							     void *data),
					    int flags, void *data);

VISIBLE extern int qemu_plugin_version;
VISIBLE int qemu_plugin_version = PLUGIN_VERSION;
VISIBLE int qemu_plugin_install(qemu_plugin_id_t id,
				const struct qemu_info *info, int argc,
				char **argv);

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
