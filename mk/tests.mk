# SPDX-License-Identifier: BSD-2-Clause
## make demo [ARCH=x86_64] a real kernel crashes in QEMU and is captured
## make check              every test; the last line counts them
## make check-quick        the part that takes under a minute

# Unit tests: tests/unit/test_*.c, each a cmocka program on the host's code
# with ASan and UBSan. `make unit` builds them; build/unit/test_x runs one.
U         := $(B)/unit$(if $(LLVM),-llvm)
UNITFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	     -fno-omit-frame-pointer -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	     -Iinclude -I.
UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
UNIT_TESTS   := $(UNIT_SOURCES:tests/unit/%.c=$(U)/%)
UNIT_OBJECTS := $(LIB_SOURCES:%=$(U)/lib/%.o)

$(U)/lib/%.c.o: %.c
	$(call say,UNITCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(UNITFLAGS) $(WARNINGS) $(FLAGS_$<) -MMD -MP -c $< -o $@
$(U)/lib/%.S.o: %.S
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(UNITFLAGS) -MMD -MP -c $< -o $@
$(U)/libpurgatorio.a: $(UNIT_OBJECTS)
	$(Q)rm -f $@ && $(HOSTAR) rcsD $@ $^
$(U)/test_%: tests/unit/test_%.c $(U)/libpurgatorio.a
	$(call say,UNIT,$@)
	$(Q)$(HOSTCC) $(UNITFLAGS) $(WARNINGS) -MMD -MP -MT $@ -MF $@.d \
		$< $(filter %.o %.a,$^) -lcmocka $(LIBS_$(@F)) \
		$(HOSTLIBS) -o $@
# OpenSSL is the reference for our digests.
LIBS_test_sha256      := -lcrypto
LIBS_test_sha256_many := -lcrypto
LIBS_test_sha256_abi  := -lcrypto
LIBS_test_sha256_huge := -lcrypto
# Open Firmware's pointers have 32 bits.
LIBS_test_loader_of := -fno-pie -no-pie
# The caller that looks over the assembly's shoulder.
$(U)/%.S.o: tests/unit/%.S
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(UNITFLAGS) -MMD -MP -c $< -o $@
$(U)/test_sha256_abi: $(patsubst tests/unit/%,$(U)/%.o,\
	$(wildcard tests/unit/abi_$(HOST).S))
# It packs with the stub that was built.
$(U)/test_load_capture: | $(B)/x86_64/stub.efi

.PHONY: unit unit-command
unit: $(UNIT_TESTS)
# How they are compiled and linked, for tests/mutants/.
unit-command:
	@echo '$(HOSTCC) $(UNITFLAGS) $(WARNINGS)'
	@echo '-lcmocka -lcrypto $(HOSTLIBS)'
-include $(UNIT_OBJECTS:.o=.d) $(UNIT_TESTS:=.d) $(U)/abi_$(HOST).S.d

# What the guests of tests/vm run beside Debian's programs.
VM := tests/vm
$(B)/tests/witness: $(VM)/guest/witness.c
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -O2 -static -D_GNU_SOURCE $(WARNINGS) $< -o $@
# $(call foreign_tools,<arch>): the same for another architecture.
define foreign_tools
$(B)/tests/witness-$(1): $(VM)/guest/witness.c
	$$(call say,HOSTCC,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CROSS_COMPILE_$(1))gcc -O2 -static -D_GNU_SOURCE $$(WARNINGS) \
		$$< -o $$@
.PHONY: tools-$(1)
tools-$(1): $(B)/tests/witness-$(1) $(B)/host-$(1)/purgatorio-static
	$$(Q)mk/foreign $(1)
endef
$(foreach arch,$(filter $(ARCHS),$(FOREIGN)),\
	$(eval $(call foreign_tools,$(arch))))
FOREIGN_TOOLS := $(patsubst %,tools-%,$(filter $(ARCHS),$(FOREIGN)))
# A plugin that counts guest instructions, for QEMU 6 to 8 and for later ones.
$(B)/tests/counter-%.so: $(VM)/counter/counter.c $(VM)/counter/plugin.h
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -O2 -shared -fPIC -DPLUGIN_VERSION=$* -I. $(WARNINGS) \
		$< -o $@
# One that notes which instructions ran, for `make coverage`.
$(B)/tests/ran-%.so: $(VM)/counter/ran.c $(VM)/counter/plugin.h
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -O2 -shared -fPIC -DPLUGIN_VERSION=$* -I. $(WARNINGS) \
		$< -o $@
VM_TOOLS := $(B)/tests/witness $(B)/tests/counter-1.so $(B)/tests/counter-2.so

# Python's compiled modules stay out of the source tree.
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(B)/pycache

# Each of these three works as the first command in a fresh clone: set-up runs
# before make is asked again, for the rules that look at what is installed.
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
.PHONY: demo demo-run check check-run check-quick check-quick-run
demo:
	$(Q)mk/setup build demo
	$(Q)$(if $(filter $(HOST),$(ARCH)),,mk/setup foreign && mk/foreign $(ARCH))
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) demo-run
demo-run: all $(VM_TOOLS) $(if $(filter $(HOST),$(ARCH)),,tools-$(ARCH))
	$(Q)$(VM)/demo.py --arch $(ARCH)

check:
	$(Q)mk/setup build demo foreign proof check
	$(Q)mk/foreign $(ARCHS)
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) check-run
check-run: all unit fdt images baremetal fuzz-targets $(VM_TOOLS) \
	$(FOREIGN_TOOLS) kernels
	$(Q)SHA256_CASES=1000000 tests/run all

.PHONY: kernels
kernels: $(B)/x86_64/linux.ro
	$(Q)$(VM)/kernels.py

## make check-pages        arm64 kernels with pages of 16 and 64 KiB, built here
.PHONY: check-pages check-pages-run
check-pages:
	$(Q)mk/setup build demo foreign check
	$(Q)mk/foreign arm64
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) check-pages-run
check-pages-run: all $(VM_TOOLS) tools-arm64
	$(Q)tests/run tests/vm/pages_arm64.py

## make check-image-large  a capture image with an initrd of 300 MB
.PHONY: check-image-large check-image-large-run
check-image-large:
	$(Q)mk/setup build demo foreign check
	$(Q)mk/foreign arm64
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) check-image-large-run
check-image-large-run: all $(VM_TOOLS) tools-arm64
	$(Q)LARGE=1 tests/run tests/vm/test_image_loaders.py \
		tests/vm/test_image_arm64.py

check-quick:
	$(Q)mk/setup build demo check
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) check-quick-run
check-quick-run: all unit
	$(Q)tests/run unit artifact cli

# Brings the bare-metal door in under Bochs (tests/vm/bochs.py).
$(B)/baremetal/x86_64/bootsect.bin: tests/baremetal/x86_64/bootsect.S
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC_x86_64) -m64 -c $< -o $@.o
	$(Q)$(LD_x86_64) -m elf_x86_64 --oformat binary -e start \
		-Ttext 0x7c00 $@.o -o $@
baremetal: $(B)/baremetal/x86_64/bootsect.bin
