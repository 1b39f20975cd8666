# SPDX-License-Identifier: BSD-2-Clause
## make fuzz [TIME=60] [READER=name...] every reader of foreign bytes under
##                         libFuzzer, TIME seconds each; JOBS=1 at a time
FZ        := $(B)/fuzz
FUZZFLAGS := -O2 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	     -fno-omit-frame-pointer -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	     -Iinclude -I.
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_TARGETS := $(FUZZ_SOURCES:tests/fuzz/%.c=$(FZ)/%)
FUZZ_OBJECTS := $(LIB_SOURCES:%=$(FZ)/lib/%.o)

$(FZ)/lib/%.c.o: %.c mk/fuzz.mk
	$(call say,FUZZCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(FUZZFLAGS) -fsanitize=fuzzer-no-link $(WARNINGS) \
		$(FLAGS_$<) -MMD -MP -c $< -o $@
$(FZ)/lib/%.S.o: %.S
	$(Q)mkdir -p $(@D)
	$(Q)clang $(FUZZFLAGS) -MMD -MP -c $< -o $@
$(FZ)/libpurgatorio.a: $(FUZZ_OBJECTS)
	$(Q)rm -f $@ && llvm-ar rcsD $@ $^
# A target that keeps what would be written to a file.
FUZZLINK_fuzz_retrofit := -Wl,--wrap=pg_file_write
$(FZ)/fuzz_%: tests/fuzz/fuzz_%.c $(wildcard tests/fuzz/*.h) \
		$(FZ)/libpurgatorio.a
	$(call say,FUZZ,$@)
	$(Q)clang $(FUZZFLAGS) -fsanitize=fuzzer $(WARNINGS) \
		$< $(filter %.a,$^) $(FUZZLINK_$(@F)) $(HOSTLIBS) -o $@
$(FZ)/fuzz_selftest: tests/fuzz/selftest.c $(FZ)/libpurgatorio.a
	$(call say,FUZZ,$@)
	$(Q)clang $(FUZZFLAGS) -fsanitize=fuzzer $(WARNINGS) $< \
		$(filter %.a,$^) -o $@
$(FZ)/make-seeds: $(wildcard tests/fuzz/seeds*.[ch]) $(FZ)/libpurgatorio.a
	$(call say,FUZZ,$@)
	$(Q)clang $(FUZZFLAGS) $(WARNINGS) $(filter-out %.h,$^) -lcmocka \
		$(HOSTLIBS) -o $@

# What seeds are made of.
FUZZ_BUILT := $(addprefix $(B)/,$(DROPINS) $(foreach arch,x86_64 arm64,\
	$(arch)/stub.efi) ppc64/door.bin s390x/purgatory.elf)

.PHONY: fuzz fuzz-targets
fuzz-targets: $(FUZZ_TARGETS) $(FZ)/fuzz_selftest $(FZ)/make-seeds \
	$(FUZZ_BUILT)
fuzz:
	$(Q)mk/setup build check
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) fuzz-targets
	$(Q)tests/fuzz/run --seconds $(or $(TIME),60) $(READER)
-include $(FUZZ_OBJECTS:.o=.d)
