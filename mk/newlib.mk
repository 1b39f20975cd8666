# SPDX-License-Identifier: BSD-2-Clause
# The freestanding C library: newlib's portable string functions, compiled for
# each target from Debian's newlib-source. Nothing of it is kept in the tree.
NEWLIB_TAR := $(firstword $(wildcard /usr/src/newlib/newlib-*.tar.xz))
NEWLIB     := $(B)/newlib
NEWLIB_C   := memchr memcpy memmove memset memcmp strlen
NEWLIB_INCLUDES := $(NEWLIB)/newlib/libc/include

$(NEWLIB)/.unpacked: $(NEWLIB_TAR)
	$(if $(NEWLIB_TAR),,$(error newlib is missing: apt-get install newlib-source))
	$(call say,UNPACK,$(NEWLIB_TAR))
	$(Q)rm -rf $(NEWLIB) && mkdir -p $(NEWLIB)
	$(Q)tar -xf $(NEWLIB_TAR) -C $(NEWLIB) --strip-components=1 \
		--wildcards 'newlib-*/newlib/libc/*.h' \
		'newlib-*/newlib/libc/string/*.c' 'newlib-*/COPYING.NEWLIB'
	$(Q)mkdir -p $(NEWLIB_INCLUDES) && : > $(NEWLIB_INCLUDES)/newlib.h \
		&& : > $(NEWLIB_INCLUDES)/_newlib_version.h
	$(Q)touch $@

$(addprefix $(NEWLIB)/newlib/libc/string/,$(NEWLIB_C:=.c)): $(NEWLIB)/.unpacked ;
