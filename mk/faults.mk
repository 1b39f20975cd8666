# SPDX-License-Identifier: BSD-2-Clause
## make faults [ARCH=] [N=10000] what was loaded is corrupted N times on bare
##                         metal, on each architecture: nothing may be silent
.PHONY: faults
faults:
	$(Q)mk/setup build demo check
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) host targets baremetal
	$(Q)tests/faults/run --count $(or $(N),10000) \
		$(if $(filter command% environment%,$(origin ARCH)),$(ARCH))
