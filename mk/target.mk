# SPDX-License-Identifier: BSD-2-Clause
# The purgatory of each architecture: build/<arch>/purgatory.elf.
#
# Freestanding code owns its flags: this list is complete, and neither CFLAGS
# nor anything else from the environment is added to it. arch/<arch>/flags.mk
# adds what the machine needs, and defines
#
#	TRIPLET_<arch>        GNU triplet of the cross tools
#	TARGET_CFLAGS_<arch>  code generation
#	TARGET_LDFLAGS_<arch> the linker's emulation, and pg_limit
#	LLVM_LD_<arch>        the linker of LLVM=1, where LLD cannot
#	NEWLIB_OMIT_<arch>    functions that it has itself
#	UARTS_<arch>          its drivers in uart/
#	FLAGS_<file>          for one file

# OPT=-O0 to -O3 or -Os, on the command line alone: the level that is installed
# is -O2, and only there is the image's size held to arch/<arch>/flags.mk.
OPT := -O2
$(if $(filter-out -O0 -O1 -O2 -O3 -Os,$(OPT)),$(error OPT is one of -O0 -O1 -O2 -O3 -Os))
TARGET_CFLAGS := $(OPT) -g -ffreestanding -fpie -fvisibility=hidden \
	-fno-builtin -fno-common -fno-strict-aliasing -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-jump-tables \
	-fno-tree-vectorize -fno-tree-slp-vectorize -fno-lto \
	-fdata-sections -ffunction-sections -fno-delete-null-pointer-checks \
	-fno-omit-frame-pointer -ffile-prefix-map=$(CURDIR)=. -U_FORTIFY_SOURCE
TARGET_CFLAGS_gcc   := -fno-tree-loop-distribute-patterns \
	-fzero-call-used-regs=skip
# Its assembler does not know -ffile-prefix-map.
TARGET_CFLAGS_clang := -ffile-compilation-dir=.
TARGET_LDFLAGS := -static -pie --no-dynamic-linker -z text -z noexecstack \
	-z separate-code --gc-sections --build-id=none --hash-style=sysv \
	--orphan-handling=error --fatal-warnings
# Behind those of the architecture and of drop-ins.
TARGET_LDFLAGS_LAST := $(if $(filter-out -O2,$(OPT)),--defsym=pg_limit=0x80000)

# Another level than before builds everything again.
OPT_STAMP := $(B)/level$(OPT)
$(OPT_STAMP):
	$(Q)mkdir -p $(@D) && rm -f $(@D)/level-* && touch $@

KIND := $(if $(LLVM),clang,gcc)

# The hash, the same for host and target, without an architecture's backend.
SHA256_C := $(filter-out sha256/backend_none.c,$(wildcard sha256/*.c))

# $(call target,<arch>)
define target
include arch/$(1)/flags.mk
CROSS_COMPILE_$(1) ?= $$(TRIPLET_$(1))-
CC_$(1)      := $$(if $$(LLVM),clang --target=$$(TRIPLET_$(1)),$$(CROSS_COMPILE_$(1))gcc)
LD_$(1)      := $$(if $$(LLVM),$$(or $$(LLVM_LD_$(1)),ld.lld),$$(CROSS_COMPILE_$(1))ld)
OBJCOPY_$(1) := $$(if $$(LLVM),llvm-objcopy,$$(CROSS_COMPILE_$(1))objcopy)
# Flags are as much a source as the code.
MK_$(1)      := mk/target.mk mk/warnings.mk arch/$(1)/flags.mk $(OPT_STAMP)
T_$(1)       := $(B)/$(1)$$(if $$(LLVM),-llvm)
TFLAGS_$(1)   = $$(TARGET_CFLAGS) $$(TARGET_CFLAGS_$$(KIND)) $$(TARGET_CFLAGS_$(1)) \
	-nostdinc -isystem $$(shell $$(CC_$(1)) -print-file-name=include) \
	-isystem $(NEWLIB_INCLUDES)
SOURCES_$(1) := $$(wildcard purgatory/*.c arch/$(1)/*.c arch/$(1)/*.S) \
	$$(UARTS_$(1):%=uart/%.c) $(SHA256_C)
SOURCES_$(1) := $$(filter-out arch/$(1)/host_%,$$(SOURCES_$(1)))
OBJECTS_$(1) := $$(SOURCES_$(1):%=$$(T_$(1))/%.o) \
	$$(patsubst %,$$(T_$(1))/newlib/%.c.o,\
		$$(filter-out $$(NEWLIB_OMIT_$(1)),$(NEWLIB_C)))

$$(T_$(1))/newlib/%.c.o: $(NEWLIB)/newlib/libc/string/%.c $(NEWLIB)/.unpacked $$(MK_$(1))
	$$(call say,CC,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(TFLAGS_$(1)) $$(NEWLIB_FLAGS_$(1)) -w -c $$< -o $$@

$$(T_$(1))/%.c.o: %.c $(NEWLIB)/.unpacked $$(MK_$(1))
	$$(call say,CC,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(TFLAGS_$(1)) $(WARNINGS) $$(FLAGS_$$<) -Iinclude -I. \
		-MMD -MP -c $$< -o $$@

$$(T_$(1))/%.S.o: %.S $$(MK_$(1))
	$$(call say,AS,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(TFLAGS_$(1)) $$(FLAGS_$$<) -Iinclude -I. -MMD -MP -c $$< -o $$@

$$(T_$(1))/purgatory.elf: $$(OBJECTS_$(1)) purgatory/purgatory.ld mk/check-image
	$$(call say,LD,$$@)
	$$(Q)$$(LD_$(1)) $$(TARGET_LDFLAGS) $$(TARGET_LDFLAGS_$(1)) \
		$$(TARGET_LDFLAGS_LAST) \
		-T purgatory/purgatory.ld -Map $$@.map $$(OBJECTS_$(1)) -o $$@
	$$(Q)mk/check-image $$@

targets: $$(T_$(1))/purgatory.elf
-include $$(OBJECTS_$(1):.o=.d)
endef

.PHONY: targets
$(foreach arch,$(ARCHS),$(eval $(call target,$(arch))))
