# SPDX-License-Identifier: BSD-2-Clause
# The EFI stub: build/<arch>/stub.efi, for each efi-stub/<arch>/flags.mk, with
# the purgatory's flags and much of its code. efi-stub/stub.ld is its format.
EFI_ARCHS := $(filter $(ARCHS),$(patsubst efi-stub/%/flags.mk,%,\
	$(wildcard efi-stub/*/flags.mk)))
# The core: checks, digests, and how they are talked about.
EFI_CORE := $(patsubst %,purgatory/%.c,check check_swap check_writes console \
	log self status verify) $(SHA256_C)

# $(call efi,<arch>)
define efi
include efi-stub/$(1)/flags.mk
E_$(1)      := $$(T_$(1))/efi
EFLAGS_$(1)  = $$(TFLAGS_$(1)) -fshort-wchar -isystem /usr/include/efi \
	$$(EFI_CFLAGS_$(1)) $(WARNINGS) -Iinclude -I.
ESOURCES_$(1) := $$(wildcard efi-stub/*.[cS] efi-stub/$(1)/*.[cS] \
	arch/$(1)/sha256_*.[cS] arch/$(1)/xstate.c) $(EFI_CORE) \
	$$(EFI_SOURCES_$(1))
EOBJECTS_$(1) := $$(ESOURCES_$(1):%=$$(E_$(1))/%.o) \
	$$(patsubst %,$$(T_$(1))/newlib/%.c.o,\
		$$(filter-out $$(NEWLIB_OMIT_$(1)),$(NEWLIB_C)))

$$(E_$(1))/%.c.o: %.c $(NEWLIB)/.unpacked $$(MK_$(1)) \
		efi-stub/$(1)/flags.mk $$(EFI_HEADERS_$(1))
	$$(call say,CC,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(EFLAGS_$(1)) $$(FLAGS_$$<) -MMD -MP -c $$< -o $$@
$$(E_$(1))/%.S.o: %.S $$(MK_$(1))
	$$(call say,AS,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(EFLAGS_$(1)) $$(FLAGS_$$<) -MMD -MP -c $$< -o $$@
$$(T_$(1))/stub.elf: $$(EOBJECTS_$(1)) $$(EFI_LIBS_$(1)) efi-stub/stub.ld \
		mk/efi.mk
	$$(call say,LD,$$@)
	$$(Q)$$(LD_$(1)) $$(TARGET_LDFLAGS) $$(TARGET_LDFLAGS_$(1)) \
		$$(EFI_LDFLAGS_$(1)) -T efi-stub/stub.ld -Map $$@.map \
		$$(EOBJECTS_$(1)) $$(EFI_LIBS_$(1)) -o $$@
$$(T_$(1))/stub.efi: $$(T_$(1))/stub.elf
	$$(call say,EFI,$$@)
	$$(Q)$$(OBJCOPY_$(1)) -O binary $$< $$@

$$(if $$(EFI_HEADERS_$(1)),images,targets): $$(T_$(1))/stub.efi
-include $$(EOBJECTS_$(1):.o=.d)
endef
## make images             what capture images need that comes from packages of
##                         other architectures, or from linux-source
.PHONY: images
$(foreach arch,$(EFI_ARCHS),$(eval $(call efi,$(arch))))

# GNU-EFI's headers for an architecture that is not this one's.
$(B)/cache/gnu-efi-%/.complete: | mk/unpack
	$(call say,UNPACK,$(@D))
	$(Q)mk/unpack gnu-efi $* $(@D)
.PRECIOUS: $(B)/cache/gnu-efi-%/.complete

# A purgatory that merges device trees: for images whose loaders bring one.
# arch/<arch>/image/ is what it has more than the other.
IMAGE_ARCHS := $(filter $(ARCHS),$(patsubst arch/%/image/,%,\
	$(wildcard arch/*/image/)))
define image
IMAGE_OBJECTS_$(1) := $$(patsubst %,$$(T_$(1))/%.o,\
	$$(wildcard arch/$(1)/image/*.c))
$$(IMAGE_OBJECTS_$(1)): TFLAGS_$(1) += -isystem $(LIBFDT)
$$(IMAGE_OBJECTS_$(1)): $(LIBFDT)/.unpacked
$$(T_$(1))/purgatory-image.elf: $$(OBJECTS_$(1)) $$(IMAGE_OBJECTS_$(1)) \
		$$(T_$(1))/fdt.a purgatory/purgatory.ld mk/check-image
	$$(call say,LD,$$@)
	$$(Q)$$(LD_$(1)) $$(TARGET_LDFLAGS) $$(TARGET_LDFLAGS_$(1)) \
		$$(TARGET_LDFLAGS_LAST) \
		-T purgatory/purgatory.ld -Map $$@.map \
		$$(filter %.o %.a,$$^) -o $$@
	$$(Q)mk/check-image $$@
images: $$(T_$(1))/purgatory-image.elf
# What stands in front of it where no EFI stub has it.
$$(T_$(1))/door.bin: $$(T_$(1))/arch/$(1)/image/door.S.o
	$$(call say,OBJCOPY,$$@)
	$$(Q)$$(OBJCOPY_$(1)) -O binary -j .door $$< $$@
images: $$(patsubst arch/%/image/door.S,$$(T_$(1))/door.bin,\
	$$(wildcard arch/$(1)/image/door.S))
-include $$(IMAGE_OBJECTS_$(1):.o=.d)
endef
$(foreach arch,$(IMAGE_ARCHS),$(eval $(call image,$(arch))))
