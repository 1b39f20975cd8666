# SPDX-License-Identifier: BSD-2-Clause
# What runs on a big-endian ppc64 Linux, beside the purgatory, which is the
# same as for little-endian: the command, and the programs of the guests that
# are crashed. Debian has a compiler and a C library for it, but no other
# library and no busybox: libfdt comes from the kernel's source (mk/fdt.mk),
# and the command is built without decompressors.
CROSS_COMPILE_ppc64be  ?= powerpc64-linux-gnu-
MACHINE_SOURCES_ppc64be := arch/ppc64/host_arch.c arch/ppc64/host_ticks.c \
	sha256/backend_none.c
UNPACK_SOURCES_ppc64be := pack/formats/unpack_none.c
HOSTLIBS_ppc64be       := -lfdt -pthread

$(B)/cache/sysroot-ppc64be/.complete: $(LIBFDT)/.unpacked mk/ppc64be.mk
	$(call say,SYSROOT,$(@D))
	$(Q)rm -rf $(@D) && mkdir -p $(@D)/include $(@D)/lib
	$(Q)cp $(LIBFDT)/*.h $(@D)/include/
	$(Q)for c in $(LIBFDT_C) fdt_addresses fdt_strerror; do \
		$(CROSS_COMPILE_ppc64be)gcc -O2 -c $(LIBFDT)/$$c.c \
			-o $(@D)/$$c.o || exit; done
	$(Q)$(CROSS_COMPILE_ppc64be)ar rcsD $(@D)/lib/libfdt.a $(@D)/*.o
	$(Q)rm $(@D)/*.o && touch $@

$(eval $(call foreign,ppc64be))
$(eval $(call foreign_tools,ppc64be))

# The init of its guests.
$(B)/tests/shell-ppc64be: $(VM)/guest/shell.c $(SHA256_C) \
		sha256/backend_none.c
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE_ppc64be)gcc -O2 -static -D_GNU_SOURCE $(WARNINGS) \
		-Iinclude -I. $^ -o $@
tools-ppc64be: $(B)/tests/shell-ppc64be
check-run: tools-ppc64be
