/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaving: into the next kernel, through a reset, or not at all. */
#include "arch/ppc64/ppc64.h"

#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

/* Devicetree Specification 0.4, 5.2: the header of a device tree. */
#define FDT_MAGIC	     0xd00dfeed
#define FDT_VERSION	     20
#define FDT_BOOT_CPU	     28
#define FDT_VERSION_BOOT_CPU 2

/* PAPR 7.2.2: how RTAS takes its arguments. */
struct rtas_arguments {
	uint8_t token[4], inputs[4], outputs[4];
	uint8_t status[4];
};

bool __attribute__((weak)) pg_ppc64_is_image(const struct pg_handoff *handoff)
{
	(void)handoff;
	return false;
}

enum pg_status pg_arch_handoff_check(const struct pg_handoff *handoff)
{
	if (pg_ppc64_is_image(handoff))
		return handoff->entry % 4 == 0 ? PG_OK : PG_E_HANDOFF;
	if (handoff->protocol != PG_HANDOFF_LINUX_PPC64)
		return PG_E_HANDOFF;
	/* Whole instructions, and a kernel whose head can go to address 0. */
	if (handoff->entry % 4 != 0 || handoff->args[1] % 4 != 0)
		return PG_E_HANDOFF;
	return handoff->args[1] == 0 ? PG_E_HANDOFF : PG_OK;
}

/* The loader cannot know which CPU will crash. The device tree was verified
 * before it is changed. */
static void write_boot_cpu(uint64_t fdt)
{
	uint8_t *header = pg_pointer(fdt);

	if (pg_load_be32(header) != FDT_MAGIC)
		return;
	if (pg_load_be32(header + FDT_VERSION) >= FDT_VERSION_BOOT_CPU)
		pg_store_be32(header + FDT_BOOT_CPU,
			      (uint32_t)pg_ppc64_boot_cpu);
}

noreturn void pg_arch_enter(const struct pg_handoff *handoff)
{
	const uint64_t msr =
		(ppc64_mfmsr() & MSR_HV) | MSR_SF | MSR_ME | MSR_RI;

	/* To Open Firmware, which is still there (image/of.c). */
	if (pg_ppc64_is_image(handoff))
		pg_ppc64_jump(handoff->args[0], handoff->args[1], 0, 0,
			      handoff->entry, msr, handoff->args[2],
			      handoff->args[3]);
	write_boot_cpu(handoff->args[0]);
	pg_ppc64_secondaries_release(handoff->args[1]);
	pg_ppc64_jump(handoff->args[0], handoff->args[1], handoff->args[2],
		      handoff->args[3], handoff->entry, msr, 0, 0);
}

/* Firmware that runs in 32-bit mode, called from here. */
static void reset_by_rtas(const struct pg_reset *reset)
{
	static struct rtas_arguments arguments;
	const uint64_t entry = reset->address & UINT32_MAX;
	const uint64_t base = reset->address >> 32;

	if (entry == 0 || entry % 4 != 0)
		return;
	if (pg_address(&arguments + 1) > UINT32_MAX)
		return;
	pg_store_be32(arguments.token, reset->value);
	pg_store_be32(arguments.inputs, 0);
	pg_store_be32(arguments.outputs, 1);
	pg_ppc64_rtas_call(pg_address(&arguments), base, entry);
}

void pg_arch_reset(const struct pg_reset *reset)
{
	if (ppc64_mfmsr() & MSR_HV)
		pg_ppc64_opal_reboot();
	else if (reset->kind == PG_RESET_RTAS)
		reset_by_rtas(reset);
}

noreturn void pg_arch_stop(enum pg_status status)
{
	const bool cede =
		pg_ppc64_vectors_installed() && !(ppc64_mfmsr() & MSR_HV);

	pg_ppc64_traps_stop();
	pg_ppc64_halt((uint64_t)status, cede);
}
