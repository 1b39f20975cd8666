# SPDX-License-Identifier: BSD-2-Clause
# libpurgatorio and the command: for the machine that builds, and the command
# alone, linked statically, for the initramfs of another (build/host-<arch>/).
HOSTCC     := $(if $(LLVM),clang,gcc)
HOSTAR     := $(if $(LLVM),llvm-ar,ar)
H          := $(B)/host$(if $(LLVM),-llvm)
HOSTFLAGS  := -O2 -g -fPIC -fvisibility=hidden -fstack-protector-strong \
	      -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	      -ffile-prefix-map=$(CURDIR)=. -Iinclude -I.
HOSTFLAGS  += $(CPPFLAGS) $(CFLAGS)
# Device trees, and compressed kernels.
HOSTLIBS   := -lfdt -lz -llzma -lzstd -pthread

# $(call lib_sources,<arch>): of a library for that machine. MACHINE_SOURCES
# says what a machine has that is no architecture of the tree.
lib_sources = $(SHA256_C) \
	$(or $(MACHINE_SOURCES_$(1)),\
	     $(wildcard arch/$(1)/sha256_*.[cS] arch/$(1)/host_*.c),\
	     sha256/backend_none.c) \
	$(wildcard purgatory/check*.c) purgatory/status.c \
	$(filter-out pack/formats/compressed.c pack/formats/unpack_none.c,\
		$(wildcard fdt/*.c fdt/core/*.c pack/*.c pack/*/*.c load/*.c wrap/*.c)) \
	$(or $(UNPACK_SOURCES_$(1)),pack/formats/compressed.c)
LIB_SOURCES := $(call lib_sources,$(HOST))
CLI_SOURCES := $(wildcard cli/*.c)

# $(call host,<arch>,<folder>,<compiler>,<ar>,<compiler's flags>,<needs>)
define host
$(2)/%.c.o: %.c $(6)
	$$(call say,HOSTCC,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(3) $$(HOSTFLAGS) $(5) $$(WARNINGS) $$(FLAGS_$$<) -MMD -MP \
		-c $$< -o $$@
$(2)/%.S.o: %.S $(6)
	$$(call say,HOSTAS,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(3) $$(HOSTFLAGS) $(5) $$(FLAGS_$$<) -MMD -MP -c $$< -o $$@
LIB_OBJECTS_$(2) := $$(patsubst %,$(2)/%.o,$$(call lib_sources,$(1)))
CLI_OBJECTS_$(2) := $$(CLI_SOURCES:%=$(2)/%.o)

$(2)/libpurgatorio.a: $$(LIB_OBJECTS_$(2))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $(4) rcsD $$@ $$^
# For an initramfs, which has no libraries.
$(2)/purgatorio-static: $$(CLI_OBJECTS_$(2)) $(2)/libpurgatorio.a
	$$(call say,LD,$$@)
	$$(Q)$(3) $(5) -static -s -Wl,--build-id=none $$(LDFLAGS) $$^ \
		$$(or $$(HOSTLIBS_$(1)),$$(HOSTLIBS)) -o $$@
-include $$(patsubst %.o,%.d,$$(LIB_OBJECTS_$(2)) $$(CLI_OBJECTS_$(2)))
endef
$(eval $(call host,$(HOST),$(H),$(HOSTCC),$(HOSTAR),,))

$(H)/libpurgatorio.so.0: $(LIB_OBJECTS_$(H)) mk/libpurgatorio.map
	$(call say,LD,$@)
	$(Q)$(HOSTCC) -shared -Wl,-soname,libpurgatorio.so.0 -Wl,-z,defs \
		-Wl,-z,relro,-z,now -Wl,--build-id=none \
		-Wl,--version-script=mk/libpurgatorio.map $(LDFLAGS) \
		$(LIB_OBJECTS_$(H)) $(HOSTLIBS) -o $@
$(H)/purgatorio: $(CLI_OBJECTS_$(H)) $(H)/libpurgatorio.a
	$(call say,LD,$@)
	$(Q)$(HOSTCC) -Wl,--build-id=none -Wl,-z,relro,-z,now $(LDFLAGS) $^ \
		$(HOSTLIBS) -o $@

.PHONY: host
host: $(H)/purgatorio $(H)/purgatorio-static $(H)/libpurgatorio.so.0

# The libraries of another architecture come from Debian's packages for it,
# unpacked beside; the C library is the cross compiler's.
FOREIGN := $(filter-out $(HOST),$(patsubst arch/%/host_arch.c,%,\
	$(wildcard arch/*/host_arch.c)))
sysroot = $(B)/cache/sysroot-$(1)
.PRECIOUS: $(B)/cache/sysroot-%/.complete
$(B)/cache/sysroot-%/.complete: mk/sysroot
	$(call say,SYSROOT,$(@D))
	$(Q)mk/sysroot $* $(@D)
foreign_flags = -isystem $(call sysroot,$(1))/include -L$(call sysroot,$(1))/lib

# $(call foreign,<arch>)
foreign = $(call host,$(1),$(B)/host-$(1),$(CROSS_COMPILE_$(1))gcc,$\
	$(CROSS_COMPILE_$(1))ar,$(call foreign_flags,$(1)),$\
	| $(call sysroot,$(1))/.complete)
$(foreach arch,$(filter $(ARCHS),$(FOREIGN)),\
	$(eval $(call foreign,$(arch))))
