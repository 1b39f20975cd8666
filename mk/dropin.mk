# SPDX-License-Identifier: BSD-2-Clause
# The purgatory as a drop-in for another loader: build/<arch>/<loader>.elf,
# linked like purgatory.elf from the same objects, where dropin/<file> takes
# the place of purgatory/<file> and dropin/<arch>/<file> that of
# arch/<arch>/<file>; and build/<arch>/<loader>.ro, the object that the loader
# takes. A loader has the architectures of which there is a folder
# dropin/<loader>/<arch>/. arch/<arch>/flags.mk may name
#
#	DROPIN_WITH_<arch>	 devicetree: also dropin/devicetree/ and fdt.a
#	DROPIN_LDFLAGS_<arch>	 for the linker, such as another pg_limit
#	DROPIN_OMIT_<arch>	 files that have no place in it
#	DROPIN_TOO_<arch>	 be: also <loader>-be.ro, for a big-endian loader
LOADERS := kexec-tools linux
loader_archs = $(filter $(ARCHS),$(patsubst dropin/$(1)/%/request.c,%,\
	$(wildcard dropin/$(1)/*/request.c)))
# What is installed: <arch>/<loader>.ro.
DROPINS = $(foreach loader,$(LOADERS),\
	$(foreach arch,$(call loader_archs,$(loader)),$(arch)/$(loader).ro \
	$(DROPIN_TOO_$(arch):%=$(arch)/$(loader)-%.ro)))

# $(call dropin,<arch>,<loader>)
define dropin
DROPIN_$(1)_$(2) := $$(wildcard dropin/*.c dropin/*.S dropin/$(1)/*.c \
	dropin/$(1)/*.S dropin/$(2)/*.c dropin/$(2)/*.S \
	dropin/$(2)/$(1)/*.c dropin/$(2)/$(1)/*.S \
	$$(DROPIN_WITH_$(1):%=dropin/%/*.c))
REPLACED_$(1)_$(2) := $$(patsubst dropin/$(1)/%,arch/$(1)/%,\
	$$(patsubst dropin/%,purgatory/%,$$(filter-out dropin/$(1)/%,\
	$$(DROPIN_$(1)_$(2)))) $$(filter dropin/$(1)/%,$$(DROPIN_$(1)_$(2))))
DROPIN_OBJECTS_$(1)_$(2) := $$(DROPIN_$(1)_$(2):%=$$(T_$(1))/%.o) \
	$$(filter-out $$(patsubst %,$$(T_$(1))/%.o,$$(REPLACED_$(1)_$(2)) \
	$$(DROPIN_OMIT_$(1))),$$(OBJECTS_$(1)))

DROPIN_LIBS_$(1) := $$(if $$(DROPIN_WITH_$(1)),$$(T_$(1))/fdt.a)
$$(T_$(1))/dropin/devicetree/%.o: TFLAGS_$(1) += -isystem $(LIBFDT)
$$(patsubst %,$$(T_$(1))/%.o,$$(wildcard $$(DROPIN_WITH_$(1):%=dropin/%/*.c))): \
		| $(LIBFDT)/.unpacked
$$(T_$(1))/$(2).elf: $$(DROPIN_LIBS_$(1)) $$(DROPIN_OBJECTS_$(1)_$(2)) purgatory/purgatory.ld \
		mk/check-image
	$$(call say,LD,$$@)
	$$(Q)$$(LD_$(1)) $$(TARGET_LDFLAGS) $$(TARGET_LDFLAGS_$(1)) \
		$$(DROPIN_LDFLAGS_$(1)) $$(TARGET_LDFLAGS_LAST) -e purgatory_start \
		-T purgatory/purgatory.ld -Map $$@.map \
		$$(DROPIN_OBJECTS_$(1)_$(2)) $$(DROPIN_LIBS_$(1)) -o $$@
	$$(Q)mk/check-image $$@

$$(T_$(1))/$(2).ro: $$(T_$(1))/$(2).elf $(H)/pg-wrap
	$$(call say,WRAP,$$@)
	$$(Q)$(H)/pg-wrap --for $(2) -o $$@ $$<

$$(T_$(1))/$(2)-be.ro: $$(T_$(1))/$(2).elf $(H)/pg-wrap
	$$(call say,WRAP,$$@)
	$$(Q)$(H)/pg-wrap --for $(2) -o $$@ $$< --big-endian

targets: $$(T_$(1))/$(2).ro $$(DROPIN_TOO_$(1):%=$$(T_$(1))/$(2)-%.ro)
-include $$(patsubst %.o,%.d,$$(filter $$(T_$(1))/dropin/%,\
	$$(DROPIN_OBJECTS_$(1)_$(2))))
endef
$(foreach loader,$(LOADERS),$(foreach arch,$(call loader_archs,$(loader)),\
	$(eval $(call dropin,$(arch),$(loader)))))

# The tool that wraps.
$(H)/pg-wrap: $(H)/wrap/main/wrap.c.o $(H)/libpurgatorio.a
	$(call say,LD,$@)
	$(Q)$(HOSTCC) -Wl,--build-id=none $(LDFLAGS) $^ $(HOSTLIBS) -o $@
