/* SPDX-License-Identifier: BSD-2-Clause */
/* kexec_file_load's variables on x86_64 (arch/x86/kernel/kexec-bzimage64.c),
 * and what they mean. */
#include "dropin/linux/variables.h"
#include "dropin/x86_64/next.h"

/* Linux's own order (arch/x86/include/asm/kexec.h, struct kexec_entry64_regs),
 * under the same name and of the same size as kexec-tools'. */
struct linux_registers64 {
	uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rip;
};
_Static_assert(sizeof(struct linux_registers64) == 136, "entry64_regs");

PG_LOADER struct linux_registers64 entry64_regs = {0};

void pg_dropin_request(struct pg_request *request)
{
	const struct linux_registers64 *r = &entry64_regs;

	pg_x86_next.r64 = (struct x86_registers64){.rax = r->rax,
						   .rbx = r->rbx,
						   .rcx = r->rcx,
						   .rdx = r->rdx,
						   .rsi = r->rsi,
						   .rdi = r->rdi,
						   .rsp = r->rsp,
						   .rbp = r->rbp,
						   .r8 = r->r8,
						   .r9 = r->r9,
						   .r10 = r->r10,
						   .r11 = r->r11,
						   .r12 = r->r12,
						   .r13 = r->r13,
						   .r14 = r->r14,
						   .r15 = r->r15,
						   .rip = r->rip};
	pg_x86_next.boot_params = r->rsi;
	request->regions = purgatory_sha_regions;
	request->digest = purgatory_sha256_digest;
	request->handoff.protocol = PG_HANDOFF_REGISTERS;
	request->handoff.entry = r->rip;
}
