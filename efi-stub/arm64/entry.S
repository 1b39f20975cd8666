/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_STATUS efi_entry(EFI_HANDLE handle, EFI_SYSTEM_TABLE *system)
 *
 * Called by firmware (UEFI 2.3.6) with x0 and x1, by the convention that C has
 * anyway.
 */
	.section .text.entry, "ax", %progbits
	.globl	efi_entry
	.hidden	efi_entry
efi_entry:
	b	stub_main
	.section .note.GNU-stack, "", %progbits
