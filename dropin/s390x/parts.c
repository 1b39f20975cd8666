/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel's own first pages name the rest (pack/formats/s390_parameters.h): by
 * the addresses that it will see, which is after the exchange where there is
 * one.
 */
#include <string.h>

#include "dropin/contents.h"
#include "dropin/s390x/next.h"
#include "pack/formats/s390_parameters.h"
#include "purgatorio/arch.h"
#include "purgatorio/byteorder.h"

/* arch/s390/include/asm/lowcore.h, ipl_parmblock_ptr: 32 bits, where Linux puts
 * its "IPL report". */
#define REPORT_POINTER 0x14u

/* Where the loader has put what the kernel will see at @address. */
static uint64_t loaded(const struct pg_request *request, uint64_t address)
{
	return request->swap_start + address;
}

/* The field @offset of the parameters; 0: they are not there. */
static uint64_t parameter(const struct pg_request *request, uint32_t offset)
{
	const uint64_t at = loaded(request, PG_S390_PARAMETERS + offset);

	return pg_dropin_known(request, at, 8) ? pg_load_be64(pg_pointer(at))
					       : 0;
}

static struct pg_span command_line(const struct pg_request *request)
{
	const uint64_t room = parameter(request, PG_S390_CMDLINE_ROOM);

	return (struct pg_span){loaded(request, PG_S390_CMDLINE),
				room && room <= PG_S390_CMDLINE_MOST
					? room
					: PG_S390_CMDLINE_OLD};
}

size_t pg_dropin_parts(const struct pg_request *request,
		       struct pg_dropin_part *parts, size_t max)
{
	const uint64_t report = loaded(request, REPORT_POINTER);
	const uint64_t initrd = parameter(request, PG_S390_INITRD_BYTES);
	size_t count = 0;

	parts[count++] = (struct pg_dropin_part){
		.name = "kernel",
		.kind = PG_PART_KERNEL,
		.address = loaded(request, request->handoff.entry),
		.own_end = pg_span_end(command_line(request))};
	if (initrd != 0)
		parts[count++] = (struct pg_dropin_part){
			.name = "initrd",
			.kind = PG_PART_INITRD,
			.address = loaded(
				request,
				parameter(request, PG_S390_INITRD_START)),
			.content_bytes = initrd};
	if (pg_dropin_known(request, report, 4))
		parts[count++] = (struct pg_dropin_part){
			.name = "IPL report",
			.address = loaded(request,
					  pg_load_be32(pg_pointer(report)))};
	count += pg_dropin_core_parts(request, parts + count, max - count);
	return count;
}

/* pg_s390x_request() has named it. */
struct pg_console pg_dropin_console(const struct pg_request *request)
{
	return request->console;
}

static const char *doubt_kernel(const struct pg_request *request, uint64_t *at)
{
	const struct pg_span text = command_line(request);
	const uint64_t initrd = parameter(request, PG_S390_INITRD_START);
	const uint64_t bytes = parameter(request, PG_S390_INITRD_BYTES);

	*at = loaded(request, PG_S390_MAGIC);
	if (!pg_dropin_known(request, *at, PG_S390_MAGIC_BYTES) ||
	    memcmp(pg_pointer(*at), PG_S390_MAGIC_TEXT, PG_S390_MAGIC_BYTES) !=
		    0)
		return "a kernel without S390EP in its head";
	*at = loaded(request, PG_S390_PARAMETERS + PG_S390_OLDMEM_START);
	if (parameter(request, PG_S390_OLDMEM_START) != request->swap_start ||
	    parameter(request, PG_S390_OLDMEM_BYTES) != request->swap_bytes)
		return "its parameters name another crash region";
	*at = loaded(request, PG_S390_PARAMETERS + PG_S390_INITRD_START);
	if (bytes != 0 &&
	    !pg_dropin_known(request, loaded(request, initrd), bytes))
		return "its parameters name an initrd that was not loaded";
	*at = text.start;
	if (!pg_dropin_known(request, text.start, text.bytes))
		return "its command line lies outside of it";
	return pg_doubt_text(text, at);
}

const char *pg_dropin_doubt_own(const struct pg_request *request, uint32_t kind,
				struct pg_span span, uint64_t *at)
{
	(void)span;
	return kind == PG_PART_KERNEL ? doubt_kernel(request, at) : NULL;
}
