# SPDX-License-Identifier: BSD-2-Clause
# UEFI's calling convention is Microsoft's; PE's number for the machine.
EFI_CFLAGS_x86_64  := -DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi/x86_64
EFI_LDFLAGS_x86_64 := --defsym=pe_machine=0x8664
