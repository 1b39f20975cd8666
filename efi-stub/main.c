/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of the boot, where UEFI firmware starts it. entry.S has called.
 *
 *	open       where is the image, and is its manifest one I know?
 *	self       is its purgatory what was sealed?
 *	verify     is every byte of it right?
 *	cmdline    the image's command line, or who else may give one
 *	measure    into the TPM, before it is used
 *	start      the kernel's own EFI entry, with the initrd at hand; or, in
 *		   capture mode, leave the firmware and enter the door
 *
 * What is wrong is said on the firmware's console, and the firmware gets a
 * status: EFI_SECURITY_VIOLATION for a digest.
 */
#include "efi-stub/stub.h"
#include "purgatorio/image.h"

static EFI_STATUS refuse(const struct stub *stub, enum pg_status status)
{
	pg_put(pg_status_name(status));
	pg_put(": ");
	pg_put(pg_status_cause(status));
	pg_put("; ");
	pg_put(pg_status_remedy(status));
	pg_put("\nEXIT: STATUS=");
	pg_put_dec((uint64_t)status);
	pg_put("\n");
	if (status == PG_E_DIGEST || status == PG_E_SELF) {
		const struct pg_manifest *m = stub->context.manifest;

		/* The image's wish, but not against Secure Boot. */
		if (status == PG_E_DIGEST && m->policy == PG_POLICY_BOOT &&
		    !stub->secure) {
			pg_put("policy: boot anyway\n");
			return EFI_SUCCESS;
		}
		if (status == PG_E_DIGEST && m->policy == PG_POLICY_RESET) {
			pg_put("policy: reset\n");
			stub->system->RuntimeServices->ResetSystem(
				EfiResetCold, EFI_SECURITY_VIOLATION, 0, NULL);
		}
		return EFI_SECURITY_VIOLATION;
	}
	return EFI_LOAD_ERROR;
}

static EFI_STATUS prove(struct stub *stub)
{
	uint64_t bytes = 0;
	enum pg_status status;

	stub->context.features = stub_vectors_open();
	status = pg_self_check(&stub->context, &bytes);
	if (status == PG_OK)
		status = pg_verify(&stub->context, &bytes);
	stub_vectors_close();
	if (status != PG_OK)
		return refuse(stub, status);
	pg_put("verify: ");
	pg_put_size(bytes);
	pg_put("\n");
	return EFI_SUCCESS;
}

EFI_STATUS stub_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *system)
{
	static struct stub stub;
	enum pg_status opened;
	EFI_STATUS status;

	stub_firmware(system);
	opened = stub_open(handle, system, &stub);
	if (opened != PG_OK)
		return refuse(&stub, opened);
	status = prove(&stub);
	if (status == EFI_SUCCESS)
		status = stub_command_line(&stub);
	if (status != EFI_SUCCESS)
		return status;
	stub_measure(&stub);
	return stub.flags & PG_IMAGE_EFI_CAPTURE ? stub_capture(&stub)
						 : stub_start(&stub);
}
