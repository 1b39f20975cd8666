# SPDX-License-Identifier: BSD-2-Clause
## make faults [ARCH=] [N=10000] what was loaded is corrupted N times on bare
##                         metal, on each architecture: nothing may be silent;
##                         and an exception in each function
## make faults-cycles [N=25] the same, N times in crashes of real kernels
.PHONY: faults faults-cycles faults-cycles-run
faults:
	$(Q)mk/setup build demo check
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) host targets baremetal
	$(Q)tests/faults/run --count $(or $(N),10000) \
		$(if $(filter command% environment%,$(origin ARCH)),$(ARCH))
	$(Q)EVERY=1 tests/faults/test_moments \
		$(if $(filter command% environment%,$(origin ARCH)),$(ARCH))

faults-cycles:
	$(Q)mk/setup build demo foreign check
	$(Q)mk/foreign $(ARCHS)
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) faults-cycles-run
faults-cycles-run: export FLIPS := $(or $(N),25)
faults-cycles-run: all $(VM_TOOLS) $(FOREIGN_TOOLS)
	$(Q)tests/vm/test_corruption.py
	$(Q)tests/vm/test_s390x_corruption.py
