# SPDX-License-Identifier: BSD-2-Clause
## make compilers          GCC and Clang, -O0 to -O3 and -Os, and flags of users:
##                         what is linked, and bare metal; half an hour
.PHONY: compilers
compilers:
	$(Q)mk/setup build demo foreign check
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) host targets images baremetal
	$(Q)tests/compilers/run
