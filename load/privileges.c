/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving up what is not needed any more (capabilities(7)). */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "load/parts.h"

#define BIT(capability) (1u << (capability))

static enum pg_status say(const char *what, struct pg_error *error)
{
	return pg_fail(error, PG_E_PRIVILEGE,
		       "load: cannot give up privileges: %s: %s", what,
		       strerror(errno));
}

enum pg_status pg_privileges_drop(struct pg_error *error)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	/* Nor may exec(2) give anything back to root. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return say("no_new_privs", error);
	if (syscall(SYS_capget, &header, sets) != 0)
		return say("capget", error);
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		const uint32_t kept =
			i == CAP_TO_INDEX(CAP_SYS_BOOT) ? BIT(CAP_SYS_BOOT) : 0;

		sets[i].permitted &= kept;
		sets[i].effective = sets[i].permitted;
		sets[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, sets) != 0)
		return say("capset", error);
	return PG_OK;
}
