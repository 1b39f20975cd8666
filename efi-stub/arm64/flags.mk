# SPDX-License-Identifier: BSD-2-Clause
# UEFI's calling convention is the usual one here; PE's number for the machine.
# GNU-EFI's headers are those of Debian's package for arm64.
EFI_CFLAGS_arm64  := -isystem $(B)/cache/gnu-efi-arm64/usr/include/efi \
	-isystem $(B)/cache/gnu-efi-arm64/usr/include/efi/aarch64
EFI_LDFLAGS_arm64 := --defsym=pe_machine=0xaa64
EFI_HEADERS_arm64 := $(B)/cache/gnu-efi-arm64/.complete
# Capture mode: device trees, caches.
EFI_LIBS_arm64    := $(T_arm64)/fdt.a
EFI_SOURCES_arm64 := arch/arm64/cache.S
