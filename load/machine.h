/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the running machine says of itself in /proc and /sys. Every reader
 * takes the prefix of these two (@root, "" on a live machine), so that it can
 * be tried on a machine that was recorded; and none trusts what it reads.
 *
 * Unless a function says otherwise it returns PG_OK, PG_E_NO_MEMORY,
 * PG_E_PRIVILEGE when the kernel hides what was asked for, or PG_E_MACHINE
 * with the file and the line at fault.
 */
#ifndef PURGATORIO_LOAD_MACHINE_H
#define PURGATORIO_LOAD_MACHINE_H

#include <stdarg.h>

#include "pack/formats/boot_params.h"
#include "purgatorio/purgatorio.h"
#include "purgatorio/range.h"

/* ------------------------------------------------- files (load/sysfs.c) -- */

/* A whole file; a NUL stands behind its last byte. Owned: pg_text_free(). */
struct pg_text {
	char *data;
	size_t bytes; /* without that NUL */
};

/* Reads @root and the printf-like path. A file that is not there is
 * PG_E_MACHINE; one over 16 MiB is, too. */
enum pg_status pg_sys_read(struct pg_text *out, struct pg_error *error,
			   const char *root, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void pg_text_free(struct pg_text *text);

/* Can this file be opened? */
bool pg_sys_exists(const char *root, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The number in a file of one line: @base 10 or 16, or 0 for either as "0x"
 * says. Nothing but white space may follow it. */
enum pg_status pg_sys_number(uint64_t *out, struct pg_error *error, int base,
			     const char *root, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* strtoull() without its traps: no sign, no leading space, no overflow.
 * Moves *@text behind the number. */
bool pg_parse_u64(const char **text, int base, uint64_t *out);

/* ------------------------------------------- /proc/iomem (load/iomem.c) -- */

enum pg_iomem_type {
	PG_IOMEM_OTHER = 0,
	PG_IOMEM_RAM,	   /* "System RAM" */
	PG_IOMEM_CRASH,	   /* "Crash kernel" */
	PG_IOMEM_RESERVED, /* "Reserved" */
	PG_IOMEM_SOFT,	   /* "Soft Reserved": EFI's specific purpose memory */
	PG_IOMEM_ACPI,	   /* "ACPI Tables" */
	PG_IOMEM_NVS,	   /* "ACPI Non-volatile Storage" */
	PG_IOMEM_UNUSABLE, /* "Unusable memory" */
	PG_IOMEM_PERSISTENT,
	PG_IOMEM_PERSISTENT_LEGACY,
	PG_IOMEM_KERNEL, /* "Kernel code", "rodata", "data", "bss" */
};

struct pg_iomem_entry {
	struct pg_span span;
	enum pg_iomem_type type;
	unsigned depth; /* 0: outermost */
};

struct pg_iomem {
	struct pg_iomem_entry *entries; /* in the file's order */
	size_t count;
};

/* A NUL stands behind the @bytes of @text, as pg_sys_read() leaves it.
 * PG_E_PRIVILEGE when all addresses are zero, as for whom the kernel does not
 * trust (kernel/resource.c, r_show()). */
enum pg_status pg_iomem_parse(const char *text, size_t bytes,
			      struct pg_iomem *out, struct pg_error *error);
enum pg_status pg_iomem_read(const char *root, struct pg_iomem *out,
			     struct pg_error *error);
void pg_iomem_free(struct pg_iomem *iomem);

/* --------------------------------- memory maps (load/memory_map.c, ...) -- */

/* A memory map: sorted and disjoint, whatever is put into it. */
struct pg_map {
	struct pg_e820 *entries;
	size_t count, room;
};

/* Linux's own types, beside those of pack/formats/boot_params.h
 * (arch/x86/include/asm/e820/types.h). */
#define PG_E820_PERSISTENT_LEGACY 12
#define PG_E820_SOFT_RESERVED	  0xefffffffu

/* Puts @span into @map; what was there before makes way. @type 0 only makes
 * room. Neighbours of one type become one. PG_E_NO_MEMORY. */
enum pg_status pg_map_put(struct pg_map *map, struct pg_span span,
			  uint32_t type, struct pg_error *error);
void pg_map_free(struct pg_map *map);

/* What the firmware said at boot: /sys/firmware/memmap, or @iomem where the
 * kernel has none. */
enum pg_status pg_firmware_map(const char *root, const struct pg_iomem *iomem,
			       struct pg_map *out, struct pg_error *error);

/* All of @iomem's System RAM without its crash kernel regions, as
 * PG_E820_RAM. */
enum pg_status pg_ram_map(const struct pg_iomem *iomem, struct pg_map *out,
			  struct pg_error *error);

/* The crash kernel region that takes segments: the kernel's crashk_res. Where
 * crashkernel=...,high made a second one below 4 GiB, that is not it.
 * PG_E_NO_CRASH_REGION. */
enum pg_status pg_crash_region(const struct pg_iomem *iomem,
			       struct pg_span *out, struct pg_error *error);

/* The first kernel's RAM below 640 KiB, which every x86 kernel needs for
 * itself: entries of @ram, at most @max; returns how many. */
#define PG_LOW_END 0xa0000u
size_t pg_low_ram(const struct pg_map *ram, struct pg_span *out, size_t max);

/* -------------------------------------------- notes (load/notes.c) ------ */

struct pg_notes {
	struct pg_span *cpus; /* where each CPU leaves its registers */
	size_t cpu_count;
	struct pg_span vmcoreinfo; /* bytes 0: the kernel has none */
};
enum pg_status pg_notes_read(const char *root, struct pg_notes *out,
			     struct pg_error *error);
void pg_notes_free(struct pg_notes *notes);

/* ------------------------------- the kernel itself (load/kernel_map.c) -- */

/* Where the running kernel lies. Both halves may be unknown (0), as when
 * lockdown closes /proc/kcore; then the core header goes without them. */
struct pg_kernel_map {
	struct pg_span image;	/* physical, from code to bss */
	uint64_t image_virtual; /* where it is linked (KASLR) */
	uint64_t direct_map;	/* virtual address of physical 0 */
};
void pg_kernel_map_read(const char *root, const struct pg_iomem *iomem,
			struct pg_kernel_map *out);
/* The same from the first bytes of /proc/kcore. */
void pg_kernel_map_parse(struct pg_bytes kcore, const struct pg_iomem *iomem,
			 struct pg_kernel_map *out);

/* ----------------------------------- its byte order (load/byte_order.c) -- */

/* By /proc/kcore; where that cannot be read, this program's own. */
bool pg_machine_big_endian(const char *root);

/* ------------------------------------------------ ACPI (load/acpi.c) ---- */

/* The physical address of the RSDP: from EFI, from the boot_params @live
 * (or empty), or acpi_rsdp= of the command line. 0: the next kernel finds it
 * where a BIOS leaves it. */
uint64_t pg_acpi_rsdp(const char *root, struct pg_bytes live);

/* The reset register of the FADT; PG_RESET_ARCH when there is none that a
 * purgatory can write to. */
struct pg_reset pg_acpi_reset(const char *root);
struct pg_reset pg_acpi_reset_parse(struct pg_bytes fadt);

/* arm64 (load/acpi_arm64.c): the conduit of PSCI by the FADT, or
 * PG_RESET_ARCH; the UART of the SPCR table, or PG_CONSOLE_NONE. */
struct pg_reset pg_acpi_psci(const char *root);
struct pg_reset pg_acpi_psci_parse(struct pg_bytes fadt);
struct pg_console pg_acpi_console(const char *root);
struct pg_console pg_acpi_console_parse(struct pg_bytes spcr);

/* -------------------------------------------------- EFI (load/efi.c) ---- */

/* What the next kernel needs to go on using EFI's runtime services. */
struct pg_efi {
	bool booted;  /* by EFI */
	bool runtime; /* and all that follows is there */
	uint64_t systab;
	uint64_t fw_vendor, runtime_table, config_table, smbios;
	uint32_t descriptor_bytes;
	uint8_t *map; /* efi_memory_desc_t[], ready to be placed */
	size_t map_bytes;
};
#define PG_SETUP_EFI_BYTES 112 /* a setup_data node of type SETUP_EFI */

enum pg_status pg_efi_read(const char *root, struct pg_bytes live,
			   struct pg_efi *out, struct pg_error *error);
void pg_efi_free(struct pg_efi *efi);
/* struct efi_info for boot_params, with the map at @map_address. */
void pg_efi_info(const struct pg_efi *efi, uint64_t map_address,
		 uint8_t out[PG_EFI_INFO_BYTES]);
void pg_efi_setup_data(const struct pg_efi *efi, uint64_t next,
		       uint8_t out[PG_SETUP_EFI_BYTES]);

/* ------------------------------------------- console (load/console.c) --- */

/* The serial port that @command_line speaks on (the last console=, else
 * earlycon= or earlyprintk=), as the running machine describes it.
 * PG_CONSOLE_NONE when there is none that a purgatory can drive. */
struct pg_console pg_console_find(const char *root, const char *command_line);

/* --------------------------------------------------------------- ticks -- */

/* How fast pg_arch_ticks() of this machine counts, per second; 0: it cannot
 * be relied on. Takes 20 ms. (arch/<arch>/host_ticks.c) */
uint64_t pg_host_ticks_per_second(const char *root);

#endif
