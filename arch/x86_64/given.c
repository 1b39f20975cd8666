/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/x86_64/given.h"

#include "purgatorio/arch.h"
#include "purgatorio/image.h"

/* Of a loader that has none for us. In the purgatory's own memory: what the
 * manifest says of other memory is not yet known to be true. */
static struct {
	uint8_t params[BP_BYTES];
	struct pg_span span;
} built;

static uint32_t way_of(const uint8_t *work)
{
	return pg_load_le32(work + PG_IMAGE_WORK_WAY);
}

static uint64_t given_at(const uint8_t *work)
{
	return pg_load_le64(work + PG_IMAGE_WORK_GIVEN);
}

const uint8_t *pg_x86_given(const uint8_t *work)
{
	return way_of(work) == PG_WAY_LINUX ? pg_pointer(given_at(work))
					    : built.params;
}

struct pg_span pg_x86_given_span(const uint8_t *work)
{
	if (way_of(work) == PG_WAY_LINUX)
		return (struct pg_span){given_at(work), BP_BYTES};
	return built.span;
}

static enum pg_status read_way(const uint8_t *work,
			       struct pg_check_place *place)
{
	const uint64_t at = given_at(work);

	switch (way_of(work)) {
	case PG_WAY_LINUX:
		if (!at || !pg_arch_reachable(at, BP_BYTES))
			return pg_x86_wrong(place, PG_E_LOADER,
					    "no boot_params at", at);
		return PG_OK;
	case PG_WAY_PVH:
		return pg_x86_pvh(at, built.params, &built.span, place);
	case PG_WAY_MULTIBOOT2:
		return pg_x86_multiboot2(at, built.params, &built.span, place);
	default:
		return pg_x86_wrong(place, PG_E_LOADER,
				    "it entered by an unknown way",
				    way_of(work));
	}
}

enum pg_status pg_x86_given_read(const uint8_t *work,
				 struct pg_check_place *place)
{
	const enum pg_status status = read_way(work, place);
	uint64_t cmdline;

	if (status != PG_OK)
		return status;
	cmdline = pg_x86_cmdline(pg_x86_given(work));
	if (cmdline && !pg_arch_reachable(cmdline, X86_CMDLINE_BYTES))
		return pg_x86_wrong(place, PG_E_LOADER, "no command line at",
				    cmdline);
	return PG_OK;
}
