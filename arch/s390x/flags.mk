# SPDX-License-Identifier: BSD-2-Clause
# The C code runs on everything since z10, and leaves the floating-point and
# vector registers alone: in the first call they are a living kernel's. Only
# the vector code, which is entered when the CPU has them, knows of them. A
# register for the frame pointer, which no back chain makes use of, and GCC's
# scheduling before register allocation would cost portable SHA-256 a fifth. All
# but the hash is small, not fast: kexec-tools has little room (below), and what
# is not there need not be hashed.
TRIPLET_s390x       := s390x-linux-gnu
TARGET_CFLAGS_s390x  = -m64 -march=z10 -msoft-float -D__IEEE_BIG_ENDIAN \
	-fomit-frame-pointer $(if $(LLVM),,-fno-schedule-insns) \
	$(if $(findstring sha256,$<),,$(if $(LLVM),-Oz,-Os)) \
	-include arch/s390x/hidden.h
TARGET_LDFLAGS_s390x := -m elf64_s390 -z max-page-size=4096 \
	--defsym=pg_limit=0x20000
FLAGS_arch/s390x/sha256_vx.S := -march=z13
FLAGS_arch/s390x/vectors.S := -march=z13
# memory.S has them.
NEWLIB_OMIT_s390x := memcpy memset
# kexec-tools has 56 KiB in all for its own, with the manifest's page: no gaps
# in front of pages. One message needs no
# lanes, and nothing is merged for a capture image.
DROPIN_LDFLAGS_s390x := --defsym=pg_limit=0xd000 --defsym=pg_align=16
DROPIN_OMIT_s390x    := arch/s390x/sha256_vx.S arch/s390x/vectors.S \
	arch/s390x/image.c purgatory/cmdline.c
# LLD 14 does not know this architecture.
LLVM_LD_s390x = $(CROSS_COMPILE_s390x)ld
