/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi-stub/stub.h"

/* `purgatorio pack` makes no image that asks for this: an arm64 kernel that is
 * not started by its own EFI entry would need all that Linux's stub puts into
 * the device tree. */
EFI_STATUS stub_capture(const struct stub *stub)
{
	(void)stub;
	pg_put("the image asks for capture mode, which arm64 has not\n");
	return EFI_UNSUPPORTED;
}
