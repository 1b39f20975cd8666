/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manifest: everything that a loader tells the purgatory. PROTOCOL.md
 * describes it; this header is its one definition, for C and assembler, host
 * and target. All integers are in the byte order of the target. All addresses
 * are physical. No field is a pointer.
 *
 * The image announces itself by struct pg_image_header at its offset 0; the
 * manifest begins where the image's memory ends (memory_bytes of that header,
 * a multiple of PG_PAGE_BYTES), so no address has to be patched into anything.
 */
#ifndef PURGATORIO_MANIFEST_H
#define PURGATORIO_MANIFEST_H

#define PG_MANIFEST_VERSION 1

/* Bytes of the magic numbers, the same in either byte order. */
#define PG_MANIFEST_MAGIC "PURGATOR"
#define PG_IMAGE_MAGIC	  "PGIMAGE1"
#define PG_LOG_MAGIC	  "PGLOG\r\n\032"
#define PG_LOG_BYTES_MIN  4096

/* The image, the manifest and all parts are placed at multiples of this, the
 * smallest page that a supported kernel has. Where the running kernel's is
 * larger (arm64 and ppc64: up to 64 KiB), kexec_load(2) wants multiples of
 * that, and its loader has to see to it. */
#define PG_PAGE_BYTES 4096

/* enum pg_arch */
#define PG_ARCH_X86_64 1
#define PG_ARCH_ARM64  2
#define PG_ARCH_PPC64  3
#define PG_ARCH_S390X  4

/* Upper bounds that the purgatory enforces before it reads a table. */
#define PG_MANIFEST_BYTES_MAX (4 * 1024 * 1024)
#define PG_PARTS_MAX	      64
#define PG_RANGES_MAX	      65536
#define PG_FILLS_MAX	      64
#define PG_COPIES_MAX	      16

/* A part is cut into ranges of this many bytes, counted from its start: short
 * enough that the last ranges, too few for all lanes, cost little; long enough
 * that their table is a thousandth of what it describes. */
#define PG_RANGE_BYTES (64 * 1024)

/* With a swap, the first bytes of both halves are the lowcore before or after
 * it: the purgatory is not placed there, and exchanges them last. */
#define PG_SWAP_LOWCORE_BYTES 8192

/* Offsets in struct pg_image_header, for assembler. */
#define PG_IMAGE_MAGIC_OFFSET  16
#define PG_IMAGE_ARCH_OFFSET   24
#define PG_IMAGE_CONST_OFFSET  32
#define PG_IMAGE_MEMORY_OFFSET 40

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

/* At offset 0 of the linked image, and so at its load address. The first 16
 * bytes are code: the entry. */
struct pg_image_header {
	uint8_t entry[16];
	uint8_t magic[8];      /* PG_IMAGE_MAGIC */
	uint32_t arch;	       /* PG_ARCH_* */
	uint32_t version;      /* PG_MANIFEST_VERSION that it understands */
	uint64_t const_bytes;  /* code and constants: what the digest covers */
	uint64_t memory_bytes; /* with stack and zeroed data; page multiple */
};

/* Addresses in entries with this flag count from the image's load address. */
#define PG_RELATIVE 0x1u

/* A run of bytes that must still be what it was, or is known to change. */
struct pg_range {
	uint64_t start; /* physical address, or relative */
	uint64_t bytes; /* > 0 */
	uint8_t sha256[32];
	uint32_t part;	/* index into the parts */
	uint32_t flags; /* PG_RELATIVE, PG_RANGE_SKIP */
};
/* The running kernel may rewrite this range after loading (a core header with
 * memory hot-plug): do not verify it. */
#define PG_RANGE_SKIP 0x2u

/* What users know by a name: kernel, initrd, ... Its ranges stand together. */
struct pg_part {
	char name[24];	    /* NUL-terminated */
	uint64_t bytes;	    /* of content, not counting padding or zeros */
	uint8_t sha256[32]; /* of the whole content, as sha256sum prints it */
	uint32_t kind;	    /* PG_PART_* */
	uint32_t flags;	    /* 0 */
};

/* struct pg_part.kind */
#define PG_PART_OTHER	   0
#define PG_PART_KERNEL	   1
#define PG_PART_INITRD	   2
#define PG_PART_CMDLINE	   3
#define PG_PART_BOOTPARAMS 4 /* x86 boot_params with its setup_data */
#define PG_PART_FDT	   5
#define PG_PART_ELFCOREHDR 6
#define PG_PART_FILE	   7 /* lies in the file only: it has no ranges */

/* Memory to zero after verification, before the copies. */
struct pg_fill {
	uint64_t start;
	uint64_t bytes; /* > 0 */
	uint32_t flags; /* PG_RELATIVE */
	uint32_t reserved;
};

/* Memory to save elsewhere, such as the first 640 KB of an x86 machine; each
 * copy is compared with its source after it was made. Source and destination
 * do not overlap. */
struct pg_copy {
	uint64_t source;
	uint64_t destination;
	uint64_t bytes; /* > 0 */
	uint32_t flags; /* PG_RELATIVE: the destination; the source never is */
	uint32_t reserved;
};

/* How the next kernel is entered. */
struct pg_handoff {
	uint32_t protocol; /* PG_HANDOFF_* */
	uint32_t flags;	   /* PG_RELATIVE: entry; PG_HANDOFF_ARG_RELATIVE(i) */
	uint64_t entry;	   /* physical address of the first instruction */
	uint64_t args[4];  /* by protocol, below */
};
#define PG_HANDOFF_ARG_RELATIVE(i) (0x10u << (i))

/* Linux's 64-bit x86 boot protocol (Documentation/arch/x86/boot.rst, "64-bit
 * Boot Protocol"): args[0] is the address of boot_params. */
#define PG_HANDOFF_LINUX_X86_64 1
/* Documentation/arch/arm64/booting.rst: args[0] is the device tree. */
#define PG_HANDOFF_LINUX_ARM64 2
/* Documentation/powerpc/booting.rst, entry by kexec: args[0] device tree,
 * args[1] kernel base, args[2] OPAL base, args[3] OPAL entry. */
#define PG_HANDOFF_LINUX_PPC64 3
/* PSW 0x0000000180000000, entry: no arguments. */
#define PG_HANDOFF_LINUX_S390X 4
/* Drop-ins (dropin/): registers as another loader has set them; no arguments.
 * Never written by a loader of ours. */
#define PG_HANDOFF_REGISTERS 5
/* A capture image (image.h) that some loader of x86 kernels has loaded:
 * args[0] is the embedded bzImage, from its first byte on; args[1] the work
 * area, args[2] its bytes, args[3] PG_IMAGE_*. The loader's boot_params, whose
 * address the door left in the work area, is merged with what the image has. */
#define PG_HANDOFF_IMAGE_X86_64 6
/* The same that some loader of arm64 kernels has loaded: args[0] is the
 * embedded Image; args[1] to args[3] as above. The loader's device tree, whose
 * address the door left in the work area, is edited into the memory behind the
 * Image's image_size, PG_IMAGE_TREE_BYTES from the next page on. */
#define PG_HANDOFF_IMAGE_ARM64 7
/* The same that Open Firmware, skiboot or kexec has loaded as a ppc64 kernel:
 * args[0] is the embedded kernel, and its entry; args[1] to args[3] as above.
 * Behind its memory, PG_IMAGE_TREE_BYTES are room for the device tree; the log
 * follows. */
#define PG_HANDOFF_IMAGE_PPC64 8
/* The same that some loader of s390x kernels has loaded, at address 0: args[0]
 * is a copy of the memory in front of the kernel's part, from 0 on, with the
 * kernel's own first pages; args[1] to args[3] as above. `entry` is the
 * kernel's in that copy. Where those pages belong, they were changed so that
 * they enter the purgatory, and by the loader, whose words in the parameter
 * area (pack/formats/s390_parameters.h) are merged when they are put back. */
#define PG_HANDOFF_IMAGE_S390X 9

/* Where to say what happens. */
struct pg_console {
	uint32_t kind;	      /* PG_CONSOLE_* */
	uint32_t baud;	      /* bit/s to program; 0: leave as it is */
	uint64_t address;     /* I/O port or physical address of register 0 */
	uint32_t stride;      /* bytes from a register to the next: 1, 2, 4 */
	uint32_t clock_hertz; /* of the UART; 0: 1843200 (16550 family) */
};
#define PG_CONSOLE_NONE	     0
#define PG_CONSOLE_8250_PORT 1
#define PG_CONSOLE_8250_MMIO 2
#define PG_CONSOLE_PL011     3
#define PG_CONSOLE_SBSA	     4
#define PG_CONSOLE_HVTERM    5 /* PAPR H_PUT_TERM_CHAR; address: unit */
#define PG_CONSOLE_OPAL	     6
#define PG_CONSOLE_SCLP	     7
#define PG_CONSOLE_VGA_TEXT  8 /* x86: 80 by 25 characters at 0xb8000 */
#define PG_CONSOLE_FIRMWARE  9 /* ppc64: HVTERM or OPAL, what there is */

/* How to reset the machine; tried before what the architecture knows. */
struct pg_reset {
	uint32_t kind;	/* PG_RESET_* */
	uint32_t value; /* what to write: one byte */
	uint64_t address;
};
#define PG_RESET_ARCH	  0 /* only what the architecture knows */
#define PG_RESET_PORT	  1 /* ACPI FADT reset register in I/O space */
#define PG_RESET_MMIO	  2 /* the same in memory */
#define PG_RESET_PSCI_HVC 3
#define PG_RESET_PSCI_SMC 4
/* PAPR: value is the token of RTAS's system-reboot; address has RTAS's entry in
 * its lower and RTAS's base in its upper 32 bits. */
#define PG_RESET_RTAS 5

/* The log area (log.h); bytes 0: none. */
struct pg_log_area {
	uint64_t start;
	uint32_t bytes;
	uint32_t flags; /* PG_RELATIVE */
};

/* What to do when something is wrong. */
#define PG_POLICY_STOP	1 /* say so and stop for good */
#define PG_POLICY_RESET 2 /* say so and reset the machine */
#define PG_POLICY_BOOT	3 /* say so and enter the next kernel all the same */

struct pg_table {
	uint32_t offset; /* bytes from the start of the manifest, 8-aligned */
	uint32_t count;
};

struct pg_manifest {
	uint8_t magic[8]; /* PG_MANIFEST_MAGIC */
	uint32_t version; /* PG_MANIFEST_VERSION */
	uint32_t arch;	  /* PG_ARCH_* */
	uint32_t bytes;	  /* of header and tables */
	uint32_t flags;	  /* PG_MANIFEST_* */
	/* SHA-256 over the image's const_bytes, then over `bytes` of the
	 * manifest in which this field is zero. */
	uint8_t self_sha256[32];
	struct pg_table parts;
	struct pg_table ranges; /* sorted by address, disjoint */
	struct pg_table fills;
	struct pg_table copies;
	/* s390x: exchange [swap_start, +swap_bytes) with [0, swap_bytes).
	 * Handoff addresses are those after it, all others those before. */
	uint64_t swap_start;
	uint64_t swap_bytes; /* 0: no swap */
	struct pg_handoff handoff;
	/* Twice, so that one flipped bit cannot silence the purgatory: where
	 * the two differ, it speaks on both. */
	struct pg_console console;
	struct pg_console console_twin;
	struct pg_reset reset;
	struct pg_log_area log;
	/* Twice, for the same reason: where the two differ, it stops. */
	uint32_t policy;
	uint32_t policy_twin;
	/* What the clock of the log counts in a second; 0: unknown. */
	uint64_t ticks_per_second;
};
/* Never use vector units beyond the baseline hash instructions (AVX-512). */
#define PG_MANIFEST_NO_WIDE_VECTORS 0x1u
/* s390x: verify again what was right when the crashed kernel asked. */
#define PG_MANIFEST_VERIFY_AGAIN 0x2u
#define PG_MANIFEST_FLAGS	 0x3u

#define PG_ASSERT_OFFSET(type, field, offset)                    \
	_Static_assert(offsetof(struct type, field) == (offset), \
		       #type "." #field)

PG_ASSERT_OFFSET(pg_image_header, magic, PG_IMAGE_MAGIC_OFFSET);
PG_ASSERT_OFFSET(pg_image_header, arch, PG_IMAGE_ARCH_OFFSET);
PG_ASSERT_OFFSET(pg_image_header, const_bytes, PG_IMAGE_CONST_OFFSET);
PG_ASSERT_OFFSET(pg_image_header, memory_bytes, PG_IMAGE_MEMORY_OFFSET);
_Static_assert(sizeof(struct pg_image_header) == 48, "pg_image_header");

PG_ASSERT_OFFSET(pg_range, start, 0);
PG_ASSERT_OFFSET(pg_range, bytes, 8);
PG_ASSERT_OFFSET(pg_range, sha256, 16);
PG_ASSERT_OFFSET(pg_range, part, 48);
PG_ASSERT_OFFSET(pg_range, flags, 52);
_Static_assert(sizeof(struct pg_range) == 56, "pg_range");

PG_ASSERT_OFFSET(pg_part, name, 0);
PG_ASSERT_OFFSET(pg_part, bytes, 24);
PG_ASSERT_OFFSET(pg_part, sha256, 32);
PG_ASSERT_OFFSET(pg_part, kind, 64);
PG_ASSERT_OFFSET(pg_part, flags, 68);
_Static_assert(sizeof(struct pg_part) == 72, "pg_part");

_Static_assert(sizeof(struct pg_fill) == 24, "pg_fill");
PG_ASSERT_OFFSET(pg_fill, flags, 16);
_Static_assert(sizeof(struct pg_copy) == 32, "pg_copy");
PG_ASSERT_OFFSET(pg_copy, flags, 24);
_Static_assert(sizeof(struct pg_handoff) == 48, "pg_handoff");
_Static_assert(sizeof(struct pg_console) == 24, "pg_console");
_Static_assert(sizeof(struct pg_reset) == 16, "pg_reset");
_Static_assert(sizeof(struct pg_log_area) == 16, "pg_log_area");

PG_ASSERT_OFFSET(pg_manifest, version, 8);
PG_ASSERT_OFFSET(pg_manifest, arch, 12);
PG_ASSERT_OFFSET(pg_manifest, bytes, 16);
PG_ASSERT_OFFSET(pg_manifest, flags, 20);
PG_ASSERT_OFFSET(pg_manifest, self_sha256, 24);
PG_ASSERT_OFFSET(pg_manifest, parts, 56);
PG_ASSERT_OFFSET(pg_manifest, ranges, 64);
PG_ASSERT_OFFSET(pg_manifest, fills, 72);
PG_ASSERT_OFFSET(pg_manifest, copies, 80);
PG_ASSERT_OFFSET(pg_manifest, swap_start, 88);
PG_ASSERT_OFFSET(pg_manifest, swap_bytes, 96);
PG_ASSERT_OFFSET(pg_manifest, handoff, 104);
PG_ASSERT_OFFSET(pg_manifest, console, 152);
PG_ASSERT_OFFSET(pg_manifest, console_twin, 176);
PG_ASSERT_OFFSET(pg_manifest, reset, 200);
PG_ASSERT_OFFSET(pg_manifest, log, 216);
PG_ASSERT_OFFSET(pg_manifest, policy, 232);
PG_ASSERT_OFFSET(pg_manifest, policy_twin, 236);
PG_ASSERT_OFFSET(pg_manifest, ticks_per_second, 240);
_Static_assert(sizeof(struct pg_manifest) == 248, "pg_manifest");

#endif /* __ASSEMBLER__ */
#endif
