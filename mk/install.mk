# SPDX-License-Identifier: BSD-2-Clause
## make install DESTDIR= PREFIX=/usr
##                         with what `make images` made, where it did
LIBDIR := $(PREFIX)/lib

.PHONY: install
install: all
	$(Q)install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBDIR)/pkgconfig \
		$(DESTDIR)$(PREFIX)/include/purgatorio \
		$(DESTDIR)$(PREFIX)/share/man/man8
	$(Q)install -m 755 $(H)/purgatorio $(DESTDIR)$(PREFIX)/bin/
	$(Q)install -m 644 $(H)/libpurgatorio.a $(DESTDIR)$(LIBDIR)/
	$(Q)install -m 755 $(H)/libpurgatorio.so.0 $(DESTDIR)$(LIBDIR)/
	$(Q)ln -sf libpurgatorio.so.0 $(DESTDIR)$(LIBDIR)/libpurgatorio.so
	$(Q)install -m 644 include/purgatorio/*.h \
		$(DESTDIR)$(PREFIX)/include/purgatorio/
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' \
		mk/purgatorio.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/purgatorio.pc
	$(Q)chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/purgatorio.pc
	$(Q)for page in man/*.8; do install -m 644 $$page \
		$(DESTDIR)$(PREFIX)/share/man/man8/; done
	$(Q)for arch in $(ARCHS); do install -D -m 644 \
		$(B)/$$arch/purgatory.elf \
		$(DESTDIR)$(LIBDIR)/purgatorio/$$arch/purgatory.elf; done
	$(Q)for dropin in $(DROPINS); do install -D -m 644 $(B)/$$dropin \
		$(DESTDIR)$(LIBDIR)/purgatorio/$$dropin; done
	$(Q)for file in $(EFI_ARCHS:=/stub.efi) \
		$(IMAGE_ARCHS:=/purgatory-image.elf) \
		$(IMAGE_ARCHS:=/door.bin); do \
		[ ! -e $(B)/$$file ] || install -m 644 $(B)/$$file \
		$(DESTDIR)$(LIBDIR)/purgatorio/$$file || exit 1; done
