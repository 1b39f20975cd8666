# SPDX-License-Identifier: BSD-2-Clause
# The worked example of a loader that links libpurgatorio; static, for an
# initramfs. It includes the headers as they are installed.
ifeq ($(HOST),x86_64)
$(H)/example-loader: examples/loader.c $(H)/libpurgatorio.a
	$(call say,HOSTCC,$@)
	$(Q)$(HOSTCC) $(HOSTFLAGS) $(WARNINGS) -static -s $(LDFLAGS) $^ \
		$(HOSTLIBS) -o $@
host: $(H)/example-loader
endif
