# SPDX-License-Identifier: BSD-2-Clause
## make coverage           lines of host code that its tests run, and of the
##                         purgatory's C that bare-metal tests run
VC := $(B)/coverage

# Everything is built again with gcov's counters, by the rules of the unit
# tests; beside those tests, the command, the tool that wraps, and the fuzz
# targets with a main() that gives them their seeds.
$(VC)/purgatorio: $(CLI_SOURCES:%=$(VC)/lib/%.o) $(VC)/libpurgatorio.a
	$(call say,LD,$@)
	$(Q)$(HOSTCC) $(UNITFLAGS) $^ $(HOSTLIBS) -o $@
$(VC)/pg-wrap: $(VC)/lib/wrap/main/wrap.c.o $(VC)/libpurgatorio.a
	$(call say,LD,$@)
	$(Q)$(HOSTCC) $(UNITFLAGS) $^ $(HOSTLIBS) -o $@
$(VC)/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c \
		$(wildcard tests/fuzz/*.h) $(VC)/libpurgatorio.a
	$(call say,FUZZ,$@)
	$(Q)$(HOSTCC) $(UNITFLAGS) $(WARNINGS) $(filter-out %.h,$^) \
		$(FUZZLINK_$(@F)) $(HOSTLIBS) -o $@
$(VC)/make-seeds: $(wildcard tests/fuzz/seeds*.c) $(VC)/libpurgatorio.a
	$(call say,FUZZ,$@)
	$(Q)$(HOSTCC) $(UNITFLAGS) $(WARNINGS) $^ -lcmocka $(HOSTLIBS) -o $@

.PHONY: coverage coverage-host
coverage-host: unit $(VC)/purgatorio $(VC)/pg-wrap $(VC)/make-seeds \
	$(FUZZ_SOURCES:tests/fuzz/%.c=$(VC)/%)
coverage:
	$(Q)mk/setup build demo foreign check
	$(Q)mk/foreign $(ARCHS)
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) all images baremetal \
		$(B)/tests/ran-1.so
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) U=$(VC) \
		UNITFLAGS="-O0 -g --coverage -D_GNU_SOURCE \
		-D_FILE_OFFSET_BITS=64 -Iinclude -I." coverage-host
	$(Q)tests/coverage/host
	$(Q)tests/coverage/target
