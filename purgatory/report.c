/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens when something is wrong: a line that a person understands, a
 * line that a machine understands, and what the policy says. */
#include "purgatory/purgatory.h"

#include "purgatorio/arch.h"

/* Has the manifest passed the structural check, so that it can be acted on? */
static bool can_boot(enum pg_status status)
{
	return status == PG_E_SELF || status == PG_E_DIGEST ||
	       status == PG_E_COMPARE;
}

/* What to do, even if the manifest is corrupt: only a policy that is there
 * twice counts. */
static uint32_t policy_of(const struct pg_manifest *manifest)
{
	if (manifest->policy != manifest->policy_twin)
		return PG_POLICY_STOP;
	return manifest->policy;
}

static bool failed_before;

bool pg_failed_before(void)
{
	return failed_before;
}

void pg_failed(const struct pg_context *context, enum pg_status status)
{
	pg_log_status(status);
	pg_put(pg_status_name(status));
	pg_put(": ");
	pg_put(pg_status_cause(status));
	pg_put("; ");
	pg_put(pg_status_remedy(status));
	pg_put("\n");
	if (can_boot(status) &&
	    policy_of(context->manifest) == PG_POLICY_BOOT) {
		pg_put("policy: boot anyway\n");
		failed_before = true;
		return;
	}
	pg_put("EXIT: STATUS=");
	pg_put_dec((uint64_t)status);
	pg_put("\n");
	if (context->asking) {
		pg_put("back to the kernel that asked\n");
		pg_arch_stop(status);
	}
	/* Looked at last: a manifest that is nowhere raises an exception. */
	if (policy_of(context->manifest) == PG_POLICY_RESET) {
		pg_put("policy: reset\n");
		pg_arch_reset(&context->manifest->reset);
		pg_put("reset failed\n");
	}
	pg_put("policy: stop\n");
	pg_arch_stop(status);
}

noreturn void pg_trap(const char *what,
		      const struct pg_trap_register *registers, size_t count)
{
	static bool again;
	const struct pg_context *context = pg_current();
	size_t i;

	if (again || !context)
		pg_arch_stop(PG_E_TRAP);
	again = true;
	pg_console_need();
	pg_put("\n");
	pg_put(what);
	pg_put(" in purgatory, image at ");
	pg_put_hex(context->base);
	for (i = 0; i < count; i++) {
		pg_put(i % 4 == 0 ? "\n  " : "  ");
		pg_put(registers[i].name);
		pg_put("=");
		pg_put_hex(registers[i].value);
	}
	pg_put("\n");
	pg_failed(context, PG_E_TRAP);
	pg_arch_stop(PG_E_TRAP); /* the policy cannot be to boot: can_boot() */
}
