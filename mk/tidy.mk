# SPDX-License-Identifier: BSD-2-Clause
## make tidy               clang-tidy (.clang-tidy) on all C but that of tests,
##                         with the flags of host and targets
## make analyze            the same by gcc -fanalyzer; minutes, both
HOST_C := $(filter %.c,$(LIB_SOURCES) $(CLI_SOURCES) wrap/main/wrap.c)

# GCC 12 takes an array for uninitialised that is filled as far as it is read.
ANALYZE_FLAGS := -fanalyzer -Wno-analyzer-use-of-uninitialized-value

# $(call checked,<of whom>,<flags>,<files>,<what has to be there>): a stamp for
# each file and tool. clang's flags are those of LLVM=1.
define checked
$(B)/tidy/$(1)/%.ok: % .clang-tidy mk/tidy.mk | $(4)
	$$(call say,TIDY,$$< ($(1)))
	$$(Q)mkdir -p $$(@D)
	$$(Q)clang-tidy --quiet $$< -- $(2) $$(FLAGS_$$<) >$$@.said 2>&1 || \
		{ cat $$@.said >&2; exit 1; }
	$$(Q)mv $$@.said $$@
$(B)/analyze/$(1)/%.ok: % mk/tidy.mk | $(4)
	$$(call say,ANALYZE,$$< ($(1)))
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(or $$(CC_$(1)),$$(HOSTCC)) $(2) $$(FLAGS_$$<) $(ANALYZE_FLAGS) -c $$< \
		-o $$@.o
	$$(Q)rm $$@.o && touch $$@
TIDY    += $(patsubst %,$(B)/tidy/$(1)/%.ok,$(3))
ANALYZE += $(patsubst %,$(B)/analyze/$(1)/%.ok,$(3))
endef
$(eval $(call checked,host,$$(HOSTFLAGS) $$(WARNINGS),$(HOST_C),))

# Of a drop-in and a stub, too, and what all architectures have for one of them.
COMMON_C := $(wildcard purgatory/*.c sha256/*.c dropin/*.c \
	$(LOADERS:%=dropin/%/*.c) efi-stub/*.c)
target_c = $(if $(filter x86_64,$(1)),$(COMMON_C)) $(filter-out \
	arch/$(1)/host_%,$(wildcard arch/$(1)/*.c \
	arch/$(1)/image/*.c dropin/$(1)/*.c $(LOADERS:%=dropin/%/$(1)/*.c) \
	efi-stub/$(1)/*.c)) $(if $(filter arm64,$(1)),$(UARTS_arm64:%=uart/%.c) \
	$(wildcard dropin/devicetree/*.c))
target_flags = $(if $(LLVM),--target=$(TRIPLET_$(1))) $$(TFLAGS_$(1)) \
	$(if $(filter $(1),$(EFI_ARCHS)),-fshort-wchar -isystem \
	/usr/include/efi $$(EFI_CFLAGS_$(1))) -isystem $(LIBFDT) $$(WARNINGS) \
	-Iinclude -I.
$(foreach arch,$(ARCHS),$(eval $(call checked,$(arch),\
	$(call target_flags,$(arch)),$(sort $(call target_c,$(arch))),\
	$(NEWLIB)/.unpacked $(LIBFDT)/.unpacked $(EFI_HEADERS_$(arch)))))

.PHONY: tidy tidy-run analyze analyze-run
tidy:
	$(Q)mk/setup build tidy
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) LLVM=1 tidy-run
analyze:
	$(Q)mk/setup build
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) analyze-run
tidy-run: $$(TIDY)
analyze-run: $$(ANALYZE)
