# SPDX-License-Identifier: BSD-2-Clause
## make mutants            each fault of tests/mutants/list must break a test
.PHONY: mutants
mutants:
	$(Q)mk/setup build demo proof check
	$(Q)tests/mutants/run
