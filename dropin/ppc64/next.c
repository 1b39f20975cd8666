/* SPDX-License-Identifier: BSD-2-Clause */
#include "dropin/ppc64/next.h"

#include "arch/ppc64/ppc64.h"
#include "purgatorio/arch.h"

/* A kernel's interrupt vectors: kexec-tools, kexec/arch/ppc64/crashdump-ppc64.h
 * and Linux, arch/powerpc/include/asm/crashdump-ppc64.h. */
#define BACKUP_BYTES 0x10000

/* ISA book II 6.2: POWER's time base. */
#define TICKS_PER_SECOND 512000000

PG_LOADER uint64_t kernel = 0;
PG_LOADER uint64_t dt_offset = 0;
PG_LOADER uint64_t backup_start = 0;
PG_LOADER uint64_t opal_base = 0;
PG_LOADER uint64_t opal_entry = 0;

uint64_t pg_ppc64_meant(uint64_t variable)
{
	return pg_ppc64_entry_msr & MSR_LE ? variable
					   : __builtin_bswap64(variable);
}

void pg_ppc64_request(struct pg_request *request,
		      const struct pg_loader_region *regions, bool backup)
{
	static struct pg_loader_region meant[PG_LOADER_REGIONS];
	size_t i;

	for (i = 0; i < PG_LOADER_REGIONS; i++) {
		meant[i].start = pg_ppc64_meant(regions[i].start);
		meant[i].bytes = pg_ppc64_meant(regions[i].bytes);
	}
	request->regions = meant;
	request->handoff.protocol = PG_HANDOFF_LINUX_PPC64;
	request->handoff.entry = pg_ppc64_meant(kernel);
	request->handoff.args[0] = pg_ppc64_meant(dt_offset);
	request->handoff.args[1] = pg_ppc64_meant(kernel);
	request->handoff.args[2] = pg_ppc64_meant(opal_base);
	request->handoff.args[3] = pg_ppc64_meant(opal_entry);
	if (backup && backup_start != 0) {
		request->copy.destination = pg_ppc64_meant(backup_start);
		request->copy.bytes = BACKUP_BYTES;
	}
	/* Firmware's: no option names another. */
	request->console = request->another = pg_arch_console_default();
	request->ticks_per_second = TICKS_PER_SECOND;
}
