/* SPDX-License-Identifier: BSD-2-Clause */
/* What a checked tree says: of the machine its console and how it is reset; the
 * command line. */
#include <string.h>

#include "fdt/core/tree.h"

static const struct pg_console none = {.kind = PG_CONSOLE_NONE};

/* Documentation/devicetree/bindings/serial/ */
static const struct {
	char compatible[20]; /* no pointer: that would be a relocation */
	uint32_t kind;
} uarts[] = {
	{"arm,pl011", PG_CONSOLE_PL011},
	{"arm,sbsa-uart", PG_CONSOLE_SBSA},
	{"snps,dw-apb-uart", PG_CONSOLE_8250_MMIO},
	{"ns16550a", PG_CONSOLE_8250_MMIO},
	{"ns16550", PG_CONSOLE_8250_MMIO},
	{"ns16450", PG_CONSOLE_8250_MMIO},
	{"ns8250", PG_CONSOLE_8250_MMIO},
};

/* stdout-path is a path or an alias, perhaps with options behind a colon
 * (Devicetree Specification 3.6). Its older name has a prefix. */
static int stdout_node(const void *tree)
{
	int chosen = fdt_path_offset(tree, "/chosen");
	const char *path;
	int length;

	if (chosen < 0)
		return chosen;
	path = pg_fdt_string(tree, chosen, "stdout-path");
	if (path == NULL)
		path = pg_fdt_string(tree, chosen, "linux,stdout-path");
	if (path == NULL)
		return -FDT_ERR_NOTFOUND;
	length = (int)strcspn(path, ":");
	return fdt_path_offset_namelen(tree, path, length);
}

/* Registers lie 1 << reg-shift bytes apart and are accessed with reg-io-width
 * bytes, which a driver can tell from the distance only when they agree. */
static bool layout_8250(const void *tree, int node, struct pg_console *out)
{
	uint32_t shift = pg_fdt_cell(tree, node, "reg-shift", 0);
	uint32_t width = pg_fdt_cell(tree, node, "reg-io-width", 1);
	uint32_t offset = pg_fdt_cell(tree, node, "reg-offset", 0);

	if (shift > 2 || width > 1u << shift)
		return false;
	out->stride = 1u << shift;
	out->clock_hertz = pg_fdt_cell(tree, node, "clock-frequency", 0);
	if (out->address > UINT64_MAX - offset)
		return false;
	out->address += offset;
	return true;
}

struct pg_console pg_fdt_console(struct pg_bytes blob)
{
	int node = stdout_node(blob.data);
	struct pg_console console = none;
	struct pg_span at;

	if (node < 0 || !pg_fdt_address(blob.data, node, &at))
		return none;
	console.address = at.start;
	for (size_t i = 0; i < sizeof(uarts) / sizeof(uarts[0]); i++) {
		if (fdt_node_check_compatible(blob.data, node,
					      uarts[i].compatible) != 0)
			continue;
		console.kind = uarts[i].kind;
		console.stride = 4;
		if (console.kind == PG_CONSOLE_8250_MMIO &&
		    !layout_8250(blob.data, node, &console))
			return none;
		return console;
	}
	return none;
}

/* SYSTEM_RESET came with PSCI 0.2
 * (Documentation/devicetree/bindings/arm/psci.yaml). */
struct pg_reset pg_fdt_reset(struct pg_bytes blob)
{
	struct pg_reset reset = {.kind = PG_RESET_ARCH};
	int node = fdt_path_offset(blob.data, "/psci");
	const char *method;

	if (node < 0 ||
	    (fdt_node_check_compatible(blob.data, node, "arm,psci-0.2") != 0 &&
	     fdt_node_check_compatible(blob.data, node, "arm,psci-1.0") != 0))
		return reset;
	method = pg_fdt_string(blob.data, node, "method");
	if (method != NULL && strcmp(method, "hvc") == 0)
		reset.kind = PG_RESET_PSCI_HVC;
	else if (method != NULL && strcmp(method, "smc") == 0)
		reset.kind = PG_RESET_PSCI_SMC;
	return reset;
}

enum pg_status pg_tree_command_line(struct pg_bytes blob, const char **out,
				    struct pg_fdt_fault *fault)
{
	int chosen = fdt_path_offset(blob.data, "/chosen");
	const char *line;

	if (chosen < 0 ||
	    fdt_getprop(blob.data, chosen, "bootargs", NULL) == NULL) {
		*out = "";
		return PG_OK;
	}
	line = pg_fdt_string(blob.data, chosen, "bootargs");
	if (line == NULL)
		return pg_fdt_blame(PG_FDT_STRING, -FDT_ERR_BADVALUE, "/chosen",
				    "bootargs", fault);
	*out = line;
	return PG_OK;
}

const char *pg_fdt_captures(struct pg_bytes blob)
{
	const int chosen = fdt_path_offset(blob.data, "/chosen");

	if (chosen < 0)
		return NULL;
	if (fdt_getprop(blob.data, chosen, "linux,elfcorehdr", NULL) != NULL)
		return "linux,elfcorehdr";
	if (fdt_getprop(blob.data, chosen, "linux,usable-memory-range", NULL) !=
	    NULL)
		return "linux,usable-memory-range";
	return NULL;
}

bool pg_fdt_is_stub(struct pg_bytes blob)
{
	int node;

	fdt_for_each_subnode(node, blob.data, 0)
	{
		const char *name = fdt_get_name(blob.data, node, NULL);

		if (name == NULL || (strcmp(name, "chosen") != 0 &&
				     strcmp(name, "hypervisor") != 0))
			return false;
	}
	return true;
}
