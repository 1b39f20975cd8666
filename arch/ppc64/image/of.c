/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open Firmware, which has loaded a capture image and waits for the kernel's
 * calls (IEEE 1275-1994, 6.3.2, and its PowerPC binding, 8.2): it is asked for
 * its command line and told ours. The kernel inside does the rest itself
 * (arch/powerpc/kernel/prom_init.c), since firmware is still there for it.
 */
#include "arch/ppc64/image/image.h"

#include <string.h>

#include "arch/ppc64/image/door.h"
#include "purgatorio/byteorder.h"
#include "purgatory/part_span.h"

#define CELL		  4
#define ARGUMENTS_MOST	  4
#define FAILED		  UINT32_MAX
#define INTERFACE_HIGHEST UINT32_MAX
#define THEIRS_BYTES	  2048

/* The array that a call takes: three cells, arguments, one result. */
static uint8_t call_cells[(3 + ARGUMENTS_MOST + 1) * CELL];
static uint8_t cells[2 * 8];

static uint32_t cell_of(const void *pointer)
{
	return (uint32_t)pg_address(pointer);
}

/* Result of @service; FAILED when the call itself failed. */
static uint32_t call(uint64_t client, const char *service, uint32_t count,
		     uint32_t a, uint32_t b, const void *c, uint32_t d)
{
	const uint32_t given[ARGUMENTS_MOST] = {a, b, cell_of(c), d};
	uint8_t *at = call_cells;
	uint32_t i;

	pg_store_be32(at, cell_of(service));
	pg_store_be32(at + CELL, count);
	pg_store_be32(at + 2 * CELL, 1);
	at += 3 * CELL;
	for (i = 0; i < count; i++, at += CELL)
		pg_store_be32(at, given[i]);
	pg_store_be32(at, FAILED);
	pg_ppc64_client_call(pg_address(call_cells), client);
	return pg_load_be32(at);
}

/* 0 or FAILED: there is none. */
static uint32_t find(uint64_t client, const char *path)
{
	return call(client, "finddevice", 1, cell_of(path), 0, NULL, 0);
}

/* The property's length, of which up to @room bytes are at @out; FAILED: there
 * is none. */
static uint32_t get(uint64_t client, uint32_t node, const char *name, void *out,
		    uint32_t room)
{
	return call(client, "getprop", 4, node, cell_of(name), out, room);
}

static bool set(uint64_t client, uint32_t node, const char *name,
		const void *value, uint32_t bytes)
{
	return call(client, "setprop", 4, node, cell_of(name), value, bytes) !=
	       FAILED;
}

/* Does real memory reach that far? It is one area from 0 on, and what lies
 * beyond need not interrupt. Root's cells are two and two on 64-bit machines
 * (PAPR B.6.2.1); a node that has others says nothing. */
static enum pg_status check_memory(uint64_t client, struct pg_span all,
				   struct pg_check_place *place)
{
	const uint32_t node = find(client, "/memory@0");
	uint32_t found = FAILED;

	if (node != 0 && node != FAILED)
		found = get(client, node, "reg", cells, sizeof(cells));
	if (found == FAILED || found < sizeof(cells) || pg_load_be64(cells))
		return PG_OK;
	if (pg_span_end(all) > pg_load_be64(cells + 8))
		return pg_ppc64_wrong(place, PG_E_MEMORY,
				      "no memory for the image, which ends at",
				      pg_span_end(all));
	return PG_OK;
}

enum pg_status pg_ppc64_of_check(const uint8_t *work, struct pg_span all,
				 struct pg_check_place *place)
{
	const uint64_t client = pg_ppc64_given(work, GIVEN_R5);
	enum pg_status status;

	if (client % 4 != 0 || client > INTERFACE_HIGHEST ||
	    !pg_arch_reachable(client, 4))
		return pg_ppc64_wrong(place, PG_E_LOADER,
				      "no client interface at", client);
	/* Firmware moves to where memory ends. */
	if (client >= all.start && client < pg_span_end(all))
		return pg_ppc64_wrong(place, PG_E_MEMORY,
				      "no memory for the image, which reaches "
				      "into firmware at",
				      client);
	if (pg_span_end(all) > INTERFACE_HIGHEST)
		return pg_ppc64_wrong(place, PG_E_LOADER,
				      "firmware sees no memory beyond 4 GiB:",
				      pg_span_end(all));
	/* Low memory is firmware's: it may run there. */
	pg_arch_exceptions(false);
	status = check_memory(client, all, place);
	pg_arch_exceptions(true);
	return status;
}

static enum pg_status put_line(const struct pg_manifest *m, uint64_t base,
			       uint64_t client, uint32_t node,
			       struct pg_check_place *place)
{
	static char theirs[THEIRS_BYTES];
	char *line = (char *)pg_ppc64_work(m, base) + PG_IMAGE_WORK_CMDLINE;
	const uint32_t found =
		get(client, node, "bootargs", theirs, THEIRS_BYTES);
	enum pg_status status;

	if (found != FAILED && found > THEIRS_BYTES)
		return pg_ppc64_wrong(
			place, PG_E_LOADER,
			"its command line has too many bytes:", found);
	status = pg_ppc64_join(m, base, theirs, found == FAILED ? 0 : found,
			       line, place);
	if (status != PG_OK)
		return status;
	if (!set(client, node, "bootargs", line, (uint32_t)strlen(line) + 1))
		return pg_ppc64_wrong(place, PG_E_LOADER,
				      "firmware takes no command line of",
				      strlen(line));
	return PG_OK;
}

static bool set_number(uint64_t client, uint32_t node, const char *name,
		       uint64_t value)
{
	pg_store_be64(cells, value);
	return set(client, node, name, cells, 8);
}

/* r3 and r4 tell the kernel; without an initrd, it looks into /chosen. */
static enum pg_status put_initrd(const struct pg_manifest *m, uint64_t base,
				 uint64_t client, uint32_t node,
				 struct pg_handoff *handoff,
				 struct pg_check_place *place)
{
	const uint8_t *work = pg_ppc64_work(m, base);
	const struct pg_span own = pg_part_span(m, base, PG_PART_INITRD);
	const struct pg_span other = {pg_ppc64_given(work, GIVEN_R3),
				      pg_ppc64_given(work, GIVEN_R4)};
	const uint32_t found =
		get(client, node, "linux,initrd-start", cells, sizeof(cells));
	const bool theirs =
		(found != FAILED && found) || (other.start && other.bytes);

	if (theirs && (m->handoff.args[3] & PG_IMAGE_LOADER_INITRD)) {
		handoff->args[0] = other.start;
		handoff->args[1] = other.bytes;
		return PG_OK;
	}
	handoff->args[0] = own.start;
	handoff->args[1] = own.bytes;
	if (!theirs)
		return PG_OK;
	if (!set_number(client, node, "linux,initrd-start", own.start) ||
	    !set_number(client, node, "linux,initrd-end",
			own.start + own.bytes))
		return pg_ppc64_wrong(place, PG_E_LOADER,
				      "firmware keeps its own initrd at",
				      other.start);
	place->what = "its initrd is not used";
	return PG_OK;
}

enum pg_status pg_ppc64_of_merge(const struct pg_manifest *m, uint64_t base,
				 struct pg_handoff *handoff,
				 struct pg_check_place *place)
{
	const uint64_t client =
		pg_ppc64_given(pg_ppc64_work(m, base), GIVEN_R5);
	uint32_t node;
	enum pg_status status;

	pg_arch_exceptions(false);
	node = find(client, "/chosen");
	if (node == 0 || node == FAILED)
		return pg_ppc64_wrong(place, PG_E_LOADER,
				      "firmware has no /chosen; its client "
				      "interface is at",
				      client);
	status = put_line(m, base, client, node, place);
	if (status == PG_OK)
		status = put_initrd(m, base, client, node, handoff, place);
	handoff->args[2] = client;
	handoff->args[3] = pg_ppc64_given(pg_ppc64_work(m, base), GIVEN_R1);
	return status;
}
