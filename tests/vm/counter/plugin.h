/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's interface for plugins of its TCG, as far as ours need it: Debian ships
 * no header for it (QEMU's docs/devel/tcg-plugins.rst). QEMU 9 dropped what
 * version 1 calls inline operations on plain memory, and takes no plugin below
 * version 2: PLUGIN_VERSION says which one to build for.
 */
#ifndef PURGATORIO_TESTS_PLUGIN_H
#define PURGATORIO_TESTS_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

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
VISIBLE int qemu_plugin_install(qemu_plugin_id_t id,
				const struct qemu_info *info, int argc,
				char **argv);

#endif
