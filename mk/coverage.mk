# SPDX-License-Identifier: BSD-2-Clause
## make coverage           lines of the library that its unit tests run
.PHONY: coverage
coverage:
	$(Q)mk/setup build check
	$(Q)$(MAKE) --no-print-directory $(PARALLEL) U=$(B)/coverage \
		UNITFLAGS="-O0 -g --coverage -D_GNU_SOURCE \
		-D_FILE_OFFSET_BITS=64 -Iinclude -I." unit
	$(Q)tests/coverage
