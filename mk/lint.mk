# SPDX-License-Identifier: BSD-2-Clause
## make lint               clang-format, static analysis, rules of the tree
LINT_C := $(shell git ls-files '*.c' '*.h' 2>/dev/null)

.PHONY: lint
lint: $(NEWLIB)/.unpacked
	$(call say,FORMAT,$(words $(LINT_C)) files)
	$(Q)clang-format --dry-run -Werror $(LINT_C)
	$(Q)mk/lint
