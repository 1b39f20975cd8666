# SPDX-License-Identifier: BSD-2-Clause
## make proof              Frama-C on what everything rests on: no alarm
.PHONY: proof
proof: host
	$(Q)mk/setup proof
	$(Q)tests/run proof
