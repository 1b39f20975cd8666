# SPDX-License-Identifier: BSD-2-Clause
# Device trees for freestanding code: build/<arch>/fdt.a is fdt/core/ with
# libfdt, whose sources come from Debian's linux-source, and the string
# functions of newlib that the purgatory itself has no use for. It has no
# relocation but relative ones, allocates nothing and calls nobody.
LINUX_TAR := $(firstword $(wildcard /usr/src/linux-source-6.*.tar.xz))
LIBFDT    := $(B)/cache/libfdt
LIBFDT_C  := fdt fdt_empty_tree fdt_ro fdt_rw fdt_sw fdt_wip
FDT_NEWLIB_C := strchr strcmp strcspn strnlen strrchr
FDT_CORE_C   := $(wildcard fdt/core/*.c)

$(LIBFDT)/.unpacked: $(LINUX_TAR)
	$(if $(LINUX_TAR),,$(error libfdt is missing: apt-get install linux-source-6.1))
	$(call say,UNPACK,$(LIBFDT))
	$(Q)rm -rf $(LIBFDT) && mkdir -p $(LIBFDT)
	$(Q)tar -xf $(LINUX_TAR) -C $(LIBFDT) --strip-components=4 \
		--wildcards '*/scripts/dtc/libfdt/*.[ch]'
	$(Q)touch $@
$(LIBFDT_C:%=$(LIBFDT)/%.c): $(LIBFDT)/.unpacked ;
$(FDT_NEWLIB_C:%=$(NEWLIB)/newlib/libc/string/%.c): $(NEWLIB)/.unpacked ;

# $(call fdt,<arch>)
define fdt
FDT_OBJECTS_$(1) := $$(FDT_CORE_C:%=$$(T_$(1))/%.o) \
	$$(LIBFDT_C:%=$$(T_$(1))/libfdt/%.c.o) \
	$$(patsubst %,$$(T_$(1))/newlib/%.c.o,$$(FDT_NEWLIB_C) \
	$$(filter-out $$(NEWLIB_OMIT_$(1)),$(NEWLIB_C))) \
	$$(patsubst %,$$(T_$(1))/%.o,$$(wildcard arch/$(1)/memory.S))

$$(FDT_CORE_C:%=$$(T_$(1))/%.o): TFLAGS_$(1) += -isystem $(LIBFDT)
$$(FDT_CORE_C:%=$$(T_$(1))/%.o): $(LIBFDT)/.unpacked
$$(T_$(1))/libfdt/%.c.o: $(LIBFDT)/%.c $(LIBFDT)/.unpacked \
		$(NEWLIB)/.unpacked mk/fdt.mk $$(MK_$(1))
	$$(call say,CC,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(TFLAGS_$(1)) -w -I$(LIBFDT) -c $$< -o $$@
$$(T_$(1))/fdt.a: $$(FDT_OBJECTS_$(1))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $$(AR_$(1)) rcsD $$@ $$^
fdt: $$(T_$(1))/fdt.a
-include $$(FDT_OBJECTS_$(1):.o=.d)
endef

## make fdt                the device-tree library for freestanding code
.PHONY: fdt
$(foreach arch,$(ARCHS),$(eval AR_$(arch) = \
	$$(if $$(LLVM),llvm-ar,$$(CROSS_COMPILE_$(arch))ar)))
$(foreach arch,$(ARCHS),$(eval $(call fdt,$(arch))))
