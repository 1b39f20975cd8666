/* SPDX-License-Identifier: BSD-2-Clause */
/* What the device tree of a ppc64 machine says: PAPR's and OPAL's nodes, and
 * what the running kernel put into /chosen (arch/powerpc/kexec/core.c,
 * core_64.c). */
#include <stdlib.h>
#include <string.h>

#include "fdt/flatten.h"
#include "fdt/tree.h"

/* @name of @node in one cell or two; 0 when it is not there. */
static uint64_t value(const void *tree, int node, const char *name)
{
	int bytes;
	const void *cells = fdt_getprop(tree, node, name, &bytes);

	if (cells == NULL || (bytes != 4 && bytes != 8))
		return 0;
	return bytes == 4 ? fdt32_ld(cells) : fdt64_ld(cells);
}

static struct pg_span span_of(const void *tree, int node, const char *start,
			      const char *bytes)
{
	struct pg_span span = {0, 0};

	if (!pg_span_make(value(tree, node, start), value(tree, node, bytes),
			  &span))
		return (struct pg_span){0, 0};
	return span;
}

static bool is_type(const void *tree, int node, const char *type)
{
	const char *is = pg_fdt_string(tree, node, "device_type");

	return is != NULL && strcmp(is, type) == 0;
}

static void read_chosen(const void *tree, struct pg_ppc64_machine *out)
{
	int chosen = fdt_path_offset(tree, "/chosen");

	if (chosen < 0)
		return;
	out->crash = span_of(tree, chosen, "linux,crashkernel-base",
			     "linux,crashkernel-size");
	out->htab = span_of(tree, chosen, "linux,htab-base", "linux,htab-size");
	out->kernel_end = value(tree, chosen, "linux,kernel-end");
}

static void read_firmware(const void *tree, struct pg_ppc64_machine *out)
{
	int opal = fdt_path_offset(tree, "/ibm,opal");
	int rtas = fdt_path_offset(tree, "/rtas");

	if (opal >= 0) {
		out->opal_memory = span_of(tree, opal, "opal-base-address",
					   "opal-runtime-size");
		out->opal_entry = value(tree, opal, "opal-entry-address");
		out->opal = out->opal_entry != 0;
	}
	if (rtas >= 0) {
		out->rtas = span_of(tree, rtas, "linux,rtas-base", "rtas-size");
		out->rtas_entry = value(tree, rtas, "linux,rtas-entry");
		out->reboot = (uint32_t)value(tree, rtas, "system-reboot");
	}
}

/* PAPR's terminals speak without a protocol when they are "hvterm1"; the
 * other kind wants packets (arch/powerpc/platforms/pseries/hvcserver.c). */
static struct pg_console find_console(const void *tree, bool opal)
{
	const struct pg_console none = {.kind = PG_CONSOLE_NONE};
	int chosen = fdt_path_offset(tree, "/chosen"), node;
	const char *path = NULL;

	if (opal)
		return (struct pg_console){.kind = PG_CONSOLE_OPAL};
	if (chosen >= 0)
		path = pg_fdt_string(tree, chosen, "linux,stdout-path");
	if (chosen >= 0 && path == NULL)
		path = pg_fdt_string(tree, chosen, "stdout-path");
	node = path == NULL ? -1 : fdt_path_offset(tree, path);
	if (node < 0 || fdt_node_check_compatible(tree, node, "hvterm1") != 0)
		return none;
	return (struct pg_console){.kind = PG_CONSOLE_HVTERM,
				   .address = value(tree, node, "reg")};
}

enum pg_status pg_fdt_ppc64(struct pg_bytes blob, struct pg_ppc64_machine *out,
			    struct pg_error *error)
{
	struct pg_ppc64_machine machine = {.opal = false};
	struct pg_span span;
	int node;

	read_chosen(blob.data, &machine);
	read_firmware(blob.data, &machine);
	machine.console = find_console(blob.data, machine.opal);
	fdt_for_each_subnode(node, blob.data, 0)
	{
		if (is_type(blob.data, node, "memory") &&
		    pg_fdt_address(blob.data, node, &span) && span.start == 0)
			machine.first = span;
	}
	if (machine.first.bytes == 0)
		return pg_fail(error, PG_E_MACHINE,
			       "device tree: has no memory at 0, where a ppc64 "
			       "machine begins");
	*out = machine;
	return PG_OK;
}

struct reserved {
	struct pg_span *out;
	size_t max, count;
};

static void add(struct reserved *reserved, struct pg_span span)
{
	if (span.bytes == 0)
		return;
	if (reserved->count < reserved->max)
		reserved->out[reserved->count] = span;
	reserved->count++;
}

/* Pairs of two cells each (skiboot's doc/device-tree/reserved-memory). */
static void add_ranges(const void *tree, struct reserved *reserved)
{
	int bytes;
	const uint8_t *at = fdt_getprop(tree, 0, "reserved-ranges", &bytes);

	for (int i = 0; at != NULL && i + 16 <= bytes; i += 16) {
		struct pg_span span;

		if (pg_span_make(fdt64_ld((const void *)(at + i)),
				 fdt64_ld((const void *)(at + i + 8)), &span))
			add(reserved, span);
	}
}

enum pg_status pg_fdt_ppc64_reserved(struct pg_bytes blob, struct pg_span *out,
				     size_t max, size_t *count,
				     struct pg_error *error)
{
	struct reserved reserved = {.out = out, .max = max};
	struct pg_ppc64_machine machine = {.opal = false};

	read_firmware(blob.data, &machine);
	add(&reserved, machine.rtas);
	add(&reserved, machine.opal_memory);
	add_ranges(blob.data, &reserved);
	for (int node = 0; node >= 0;
	     node = fdt_next_node(blob.data, node, NULL))
		add(&reserved, span_of(blob.data, node, "linux,tce-base",
				       "linux,tce-size"));
	if (reserved.count > max)
		return pg_fail(error, PG_E_LIMIT,
			       "device tree: firmware reserves %zu ranges of "
			       "memory, and %zu are taken",
			       reserved.count, max);
	*count = reserved.count;
	return PG_OK;
}
