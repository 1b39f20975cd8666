# SPDX-License-Identifier: BSD-2-Clause
#
# purgatorio's one entry. `make help` lists the targets; everything that is
# built lies under build/.
#
#   make [LLVM=1] [CROSS_COMPILE_<arch>=prefix-] [V=1]

MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.DELETE_ON_ERROR:
.SECONDEXPANSION:
.SUFFIXES:

B       := build
VERSION := $(shell sed -n 's/.*PURGATORIO_VERSION "\(.*\)"/\1/p' \
	   include/purgatorio/purgatorio.h)
PREFIX  := /usr
DESTDIR :=
ARCH    := x86_64
HOST    := $(patsubst aarch64,arm64,$(patsubst ppc64le,ppc64,$(shell uname -m)))

# The architectures that have a purgatory.
ARCHS := $(patsubst arch/%/flags.mk,%,$(wildcard arch/*/flags.mk))

# V=1 shows the commands.
Q   := $(if $(V),,@)
say  = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)')

.PHONY: all
all: host targets

include mk/warnings.mk
include mk/newlib.mk
include mk/target.mk
include mk/fdt.mk
include mk/efi.mk
include mk/host.mk
include mk/dropin.mk
include mk/examples.mk
include mk/baremetal.mk
include mk/tests.mk
include mk/bench.mk
include mk/fuzz.mk
include mk/faults.mk
include mk/mutants.mk
include mk/compilers.mk
include mk/coverage.mk
include mk/ppc64be.mk
include mk/proof.mk
include mk/tidy.mk
include mk/lint.mk
include mk/install.mk

.PHONY: help
help:
	@sed -n 's/^## //p' Makefile $(wildcard mk/*.mk)

## make                    everything, for the host and all targets
## make clean              removes build/, except for what was downloaded
## make distclean          removes build/
.PHONY: clean distclean
clean:
	$(Q)[ ! -d $(B) ] || find $(B) -mindepth 1 -maxdepth 1 \
		! -name cache -exec rm -rf {} +
distclean:
	$(Q)rm -rf $(B)
