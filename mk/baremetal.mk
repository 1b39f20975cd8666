# SPDX-License-Identifier: BSD-2-Clause
# Bare-metal tests: a door that enters the purgatory as a crashed kernel does,
# and a payload in the kernel's place that prints what it was given. Each
# architecture that has a purgatory and a tests/baremetal/<arch>/ gets both.
M := tests/baremetal

# $(call baremetal,<arch>)
define baremetal
MB_$(1)  := $(B)/baremetal/$(1)
MLD_$(1)  = $$(LD_$(1)) $$(filter-out -z max-page-size=4096 --defsym=%,\
	$$(TARGET_LDFLAGS_$(1))) -static --build-id=none --no-warn-rwx-segments

$$(MB_$(1))/%.S.o: $(M)/$(1)/%.S
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(filter -m64 -m%-endian,$$(TARGET_CFLAGS_$(1))) \
		-Iinclude -I. -MMD -MP -c $$< -o $$@
$$(MB_$(1))/%.c.o: $(M)/$(1)/%.c
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(TFLAGS_$(1)) $$(WARNINGS) -Iinclude -I. -MMD -MP \
		-c $$< -o $$@
$$(MB_$(1))/door.elf: $(M)/$(1)/door.ld $$(MB_$(1))/door.S.o \
		$$(patsubst $(M)/%,$(B)/baremetal/%.o,\
		$$(wildcard $(M)/$(1)/door.c $(M)/$(1)/say.c))
	$$(call say,LD,$$@)
	$$(Q)$$(MLD_$(1)) -T $$^ -o $$@
$$(MB_$(1))/payload.elf: $(M)/$(1)/payload.ld \
		$$(MB_$(1))/payload.S.o $$(MB_$(1))/payload.c.o \
		$$(patsubst $(M)/%,$(B)/baremetal/%.o,\
		$$(wildcard $(M)/$(1)/say.c))
	$$(call say,LD,$$@)
	$$(Q)$$(MLD_$(1)) -T $$^ -o $$@
$$(MB_$(1))/payload.bin: $$(MB_$(1))/payload.elf
	$$(Q)$$(OBJCOPY_$(1)) -O binary $$< $$@

baremetal: $$(MB_$(1))/door.elf $$(MB_$(1))/payload.bin
-include $$(wildcard $$(MB_$(1))/*.d)
endef

.PHONY: baremetal
$(foreach arch,$(filter $(ARCHS),$(patsubst $(M)/%/door.S,%,\
	$(wildcard $(M)/*/door.S))),$(eval $(call baremetal,$(arch))))

# Images that `purgatorio pack` would not make.
$(B)/tests/plan: $(M)/plan.c $(H)/libpurgatorio.a
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOSTFLAGS) $(WARNINGS) $^ $(HOSTLIBS) -o $@
baremetal: $(B)/tests/plan $(addprefix $(B)/tests/counter-,1.so 2.so)
