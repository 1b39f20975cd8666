# SPDX-License-Identifier: BSD-2-Clause
## make bench              speed, size and memory against the peers: a table,
##                         build/bench/bench.json and build/bench/bench.svg
## make bench-quick        the same in a minute, without the guests
## make bench-sha256       the hash alone, against OpenSSL and two purgatories

# Ours, against a static libcrypto, of which more can be reached than of the
# shared one, and the C of two purgatories, compiled as their makefiles do.
BN     := $(B)/bench
PEERS  := $(B)/cache/peers
BENCH_SHA256 := $(patsubst %,$(H)/%.o,\
	$(filter sha256/% %/host_features.c arch/$(HOST)/sha256_%,\
	$(LIB_SOURCES)))
BENCH_C := $(addprefix $(BN)/,sha256.o contenders.o cycles.o openssl_lanes.o)
BENCH_DROPIN_x86_64 := $(H)/tests/bench/dropin_stream.c.o \
	$(H)/dropin/x86_64/sha256_one.S.o
# One stream of SHA-NI against kexec-tools' C.
BENCH_ONE_x86_64 := $(BN)/one_stream
BENCH_O := $(BENCH_C) $(BN)/peer_kexec_tools.o $(BN)/peer_linux.o
# In Linux's, the kernel's headers are played by linux_shim.h.
SHIM    := $(addprefix $(BN)/shim/,linux/bitops.h linux/export.h \
	   linux/module.h linux/string.h linux/types.h asm/unaligned.h)

$(PEERS)/%/.complete: tests/bench/peers.py
	$(call say,FETCH,$(@D))
	$(Q)tests/bench/peers.py $* $(@D) && touch $@
.PRECIOUS: $(PEERS)/%/.complete
$(SHIM):
	$(Q)mkdir -p $(@D)
	$(Q)echo '#include "tests/bench/linux_shim.h"' > $@

$(BENCH_C) $(BN)/one_stream.o: $(BN)/%.o: tests/bench/%.c
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOSTFLAGS) $(WARNINGS) -DPEERS -MMD -MP -c $< -o $@
# Not our code: no warnings.
$(BN)/peer_kexec_tools.o: tests/bench/peer_kexec_tools.c \
		$(PEERS)/kexec-tools/.complete
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -O2 -fno-builtin -ffreestanding -fno-stack-protector \
		-fno-tree-vectorize -w -MMD -MP -Iinclude -I. \
		-I$(PEERS)/kexec-tools/util_lib/include \
		-DPEER='"$(PEERS)/kexec-tools/util_lib/sha256.c"' -c $< -o $@
$(BN)/peer_linux.o: tests/bench/peer_linux.c $(PEERS)/linux/.complete $(SHIM)
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -O2 -fno-strict-aliasing -ffreestanding -fpic \
		-fvisibility=hidden -fno-stack-protector -D__DISABLE_EXPORTS \
		-w -MMD -MP -Iinclude -I. -I$(BN)/shim \
		-I$(PEERS)/linux/include \
		-DPEER='"$(PEERS)/linux/lib/crypto/sha256.c"' -c $< -o $@
$(BN)/sha256: $(BENCH_O) $(BENCH_DROPIN_$(HOST)) $(BENCH_SHA256)
	$(call say,BENCH,$@)
	$(Q)$(HOSTCC) $(LDFLAGS) $^ -l:libcrypto.a -ldl -pthread -o $@
$(BN)/one_stream: $(BN)/one_stream.o $(BN)/peer_kexec_tools.o \
		$(BENCH_DROPIN_$(HOST)) $(BENCH_SHA256)
	$(call say,BENCH,$@)
	$(Q)$(HOSTCC) $(LDFLAGS) $^ -o $@
$(BN)/run: tests/bench/run.c
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOSTFLAGS) $(WARNINGS) -static $< -o $@
-include $(BENCH_O:.o=.d) $(BN)/one_stream.d

.PHONY: bench bench-run bench-quick bench-quick-run bench-sha256
bench:
	$(Q)mk/setup build demo foreign bench
	$(Q)mk/foreign $(ARCHS)
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) bench-run
bench-run: all baremetal $(BN)/sha256 $(BN)/run $(VM_TOOLS) $(FOREIGN_TOOLS)
	$(Q)tests/bench/bench.py

bench-quick:
	$(Q)mk/setup build demo bench
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) bench-quick-run
bench-quick-run: all $(BN)/sha256 $(BN)/run
	$(Q)tests/bench/bench.py --quick

bench-sha256:
	$(Q)mk/setup build bench
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) $(BN)/sha256
	$(Q)$(BN)/sha256

# tests/vm/test_bench.py
check-run: $(BN)/sha256 $(BN)/run $(BENCH_ONE_$(HOST))
