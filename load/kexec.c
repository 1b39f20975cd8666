/* SPDX-License-Identifier: BSD-2-Clause */
/* kexec_load(2), and what its errors mean. */
#include <errno.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "load/parts.h"

/* "[none] integrity confidentiality": what is in brackets holds
 * (security/lockdown/lockdown.c). "" where there is no such file. */
static void lockdown_mode(const char *root, char *out, size_t room)
{
	struct pg_error ignored;
	struct pg_text text;
	const char *open, *close;

	out[0] = '\0';
	if (pg_sys_read(&text, &ignored, root,
			"/sys/kernel/security/lockdown") != PG_OK)
		return;
	open = strchr(text.data, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close)
		snprintf(out, room, "%.*s", (int)(close - open - 1), open + 1);
	pg_text_free(&text);
}

static bool locked_down(const char *mode)
{
	return mode[0] != '\0' && strcmp(mode, "none") != 0;
}

static bool load_disabled(const char *root)
{
	struct pg_error ignored;
	uint64_t disabled;

	return pg_sys_number(&disabled, &ignored, 10, root,
			     "/proc/sys/kernel/kexec_load_disabled") == PG_OK &&
	       disabled != 0;
}

static enum pg_status say_locked(const char *mode, struct pg_error *error)
{
	return pg_fail(error, PG_E_LOCKDOWN,
		       "the kernel is locked down (%s) and takes no segments "
		       "from user space; turn Secure Boot or lockdown= off, or "
		       "load a signed kernel with kexec_file_load",
		       mode);
}

static enum pg_status say_disabled(struct pg_error *error)
{
	return pg_fail(error, PG_E_PRIVILEGE,
		       "kernel.kexec_load_disabled is 1: loading is off until "
		       "the next boot; reboot, and load before it is set");
}

enum pg_status pg_kexec_allowed(const char *root, struct pg_error *error)
{
	char mode[32];

	if (load_disabled(root))
		return say_disabled(error);
	lockdown_mode(root, mode, sizeof(mode));
	if (locked_down(mode))
		return say_locked(mode, error);
	return PG_OK;
}

enum pg_status pg_kexec_fail(const char *root, int reason, bool crash,
			     struct pg_error *error)
{
	char mode[32];

	switch (reason) {
	case EPERM:
		if (load_disabled(root))
			return say_disabled(error);
		lockdown_mode(root, mode, sizeof(mode));
		if (locked_down(mode))
			return say_locked(mode, error);
		if (geteuid() == 0)
			return pg_fail(error, PG_E_PRIVILEGE,
				       "kexec_load: needs CAP_SYS_BOOT, and "
				       "root has it not here: a container, or "
				       "Secure Boot has locked the kernel down "
				       "(dmesg tells)");
		return pg_fail(error, PG_E_PRIVILEGE,
			       "kexec_load: needs CAP_SYS_BOOT; run as root, "
			       "outside of containers");
	case EBUSY:
		return pg_fail(error, PG_E_BUSY,
			       "kexec_load: another program is loading or "
			       "unloading; try again in a moment");
	case EADDRNOTAVAIL:
		return pg_fail(error, PG_E_REFUSED,
			       "kexec_load: a segment is %s; --dry-run --debug "
			       "shows the layout",
			       crash ? "outside of the crash kernel region"
				     : "where the kernel does not take one");
	case ENOMEM:
		return pg_fail(error, PG_E_REFUSED,
			       "kexec_load: the kernel has no memory for its "
			       "copy or its page tables; %s",
			       crash ? "raise crashkernel="
				     : "free some memory");
	case EINVAL:
		return pg_fail(error, PG_E_REFUSED,
			       "kexec_load: the kernel finds a segment "
			       "invalid; --dry-run --debug shows the layout");
	case ENOSYS:
		return pg_fail(error, PG_E_REFUSED,
			       "kexec_load: this kernel was built without "
			       "CONFIG_KEXEC; use one that has it");
	default:
		return pg_fail(error, PG_E_REFUSED, "kexec_load: %s",
			       strerror(reason));
	}
}

enum pg_status pg_kexec_load(const char *root, uint64_t entry,
			     const struct pg_segment *segments, size_t count,
			     bool crash, struct pg_error *error)
{
	struct kexec_segment list[KEXEC_SEGMENT_MAX];
	unsigned long flags = KEXEC_ARCH_DEFAULT | (crash ? KEXEC_ON_CRASH : 0);

	if (count > KEXEC_SEGMENT_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "%zu segments, and kexec_load takes %d", count,
			       KEXEC_SEGMENT_MAX);
	for (size_t i = 0; i < count; i++)
		list[i] = (struct kexec_segment){
			.buf = segments[i].content.data,
			.bufsz = segments[i].content.size,
			.mem = (const void *)(uintptr_t)segments[i].address,
			.memsz = segments[i].memory_bytes,
		};
	if (syscall(SYS_kexec_load, entry, count, count ? list : NULL, flags) !=
	    0)
		return pg_kexec_fail(root, errno, crash, error);
	return PG_OK;
}

enum pg_status pg_kexec_execute(const char *root, struct pg_error *error)
{
	struct pg_load_state state;

	if (pg_load_query(root, &state, error) != PG_OK)
		return error->status;
	if (!state.normal_loaded)
		return pg_fail(error, PG_E_NOT_LOADED,
			       "nothing is loaded; load a kernel first (load "
			       "-l KERNEL)");
	sync();
	/* Returns only on failure. */
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	if (errno == EPERM)
		return pg_fail(error, PG_E_PRIVILEGE,
			       "reboot: needs CAP_SYS_BOOT; run as root, "
			       "outside of containers");
	return pg_fail(error, PG_E_REFUSED, "reboot: %s", strerror(errno));
}
