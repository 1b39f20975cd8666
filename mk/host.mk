# SPDX-License-Identifier: BSD-2-Clause
# libpurgatorio and the command, for the machine that builds.
HOSTCC     := $(if $(LLVM),clang,gcc)
HOSTAR     := $(if $(LLVM),llvm-ar,ar)
H          := $(B)/host$(if $(LLVM),-llvm)
HOSTFLAGS  := -O2 -g -fPIC -fvisibility=hidden -fstack-protector-strong \
	      -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	      -ffile-prefix-map=$(CURDIR)=. -Iinclude -I.
HOSTFLAGS  += $(CPPFLAGS) $(CFLAGS)

SHA256_SOURCES := $(SHA256_C) \
	$(or $(wildcard arch/$(HOST)/sha256_*.[cS] arch/$(HOST)/host_*.c),\
	     sha256/backend_none.c)
LIB_SOURCES := $(SHA256_SOURCES) $(wildcard purgatory/check*.c) purgatory/status.c \
	$(wildcard fdt/*.c pack/*.c load/*.c)
# Device trees, and compressed kernels.
HOSTLIBS    := -lfdt -lz -llzma -lzstd
CLI_SOURCES := $(wildcard cli/*.c)
LIB_OBJECTS := $(LIB_SOURCES:%=$(H)/%.o)
CLI_OBJECTS := $(CLI_SOURCES:%=$(H)/%.o)

$(H)/%.c.o: %.c
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOSTFLAGS) $(WARNINGS) $(FLAGS_$<) -MMD -MP -c $< -o $@
$(H)/%.S.o: %.S
	$(call say,HOSTAS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOSTFLAGS) -MMD -MP -c $< -o $@

$(H)/libpurgatorio.a: $(LIB_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(HOSTAR) rcsD $@ $^
$(H)/libpurgatorio.so.0: $(LIB_OBJECTS) mk/libpurgatorio.map
	$(call say,LD,$@)
	$(Q)$(HOSTCC) -shared -Wl,-soname,libpurgatorio.so.0 -Wl,-z,defs \
		-Wl,-z,relro,-z,now -Wl,--build-id=none \
		-Wl,--version-script=mk/libpurgatorio.map $(LDFLAGS) \
		$(LIB_OBJECTS) $(HOSTLIBS) -o $@
$(H)/purgatorio: $(CLI_OBJECTS) $(H)/libpurgatorio.a
	$(call say,LD,$@)
	$(Q)$(HOSTCC) -Wl,--build-id=none -Wl,-z,relro,-z,now $(LDFLAGS) $^ \
		$(HOSTLIBS) -o $@
# For an initramfs, which has no libraries.
$(H)/purgatorio-static: $(CLI_OBJECTS) $(H)/libpurgatorio.a
	$(call say,LD,$@)
	$(Q)$(HOSTCC) -static -Wl,--build-id=none $(LDFLAGS) $^ \
		$(HOSTLIBS) -pthread -o $@

.PHONY: host
host: $(H)/purgatorio $(H)/purgatorio-static $(H)/libpurgatorio.so.0
-include $(LIB_OBJECTS:.o=.d) $(CLI_OBJECTS:.o=.d)
