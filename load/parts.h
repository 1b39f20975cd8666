/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `load` puts together: from a kernel or an image, and from the machine,
 * to a sealed plan, to kexec_load(2). Every function returns PG_OK or what
 * pg_load() documents.
 */
#ifndef PURGATORIO_LOAD_PARTS_H
#define PURGATORIO_LOAD_PARTS_H

#include "fdt/flatten.h"
#include "load/elfcorehdr.h"
#include "load/machine.h"
#include "pack/formats/uki.h"

/* ------------------------------------------ the files (load/source.c) --- */

struct pg_source_initrd {
	char name[24];
	struct pg_bytes content;
};

/* Those of an EFI program with its microcode, and those of the options. */
#define PG_SOURCE_INITRDS_MAX (PG_UKI_INITRDS_MAX + 2)

/* The kernel, initrds and command line to load, from a kernel file, from an
 * image of pg_pack() or from an EFI program with a kernel inside. */
struct pg_source {
	struct pg_kernel kernel;
	/* The kernel reads them one behind the other. */
	struct pg_source_initrd initrds[PG_SOURCE_INITRDS_MAX];
	size_t initrd_count;
	struct pg_bytes dtb;	/* of an EFI program; size 0: none */
	char *command_line;	/* of the files and options alone; owned */
	struct pg_image *image; /* of pg_pack() or a capture image, or NULL */
	size_t kernel_part;	/* of pg_pack()'s image; else SIZE_MAX */
	uint8_t *kernel_copy, *initrd_copy; /* owned */
};

/* An image is verified first: PG_E_DIGEST, PG_E_SELF become PG_E_MISMATCH. */
enum pg_status pg_source_read(const struct pg_load_options *options,
			      const char *root, struct pg_source *out,
			      struct pg_error *error);
/* Hands the build host's digests to those of the plan's parts that have the
 * same content: the kernel, and the initrds, which begin with @initrd_index.
 * (load/source_digests.c) */
enum pg_status pg_source_digests(const struct pg_source *source,
				 struct pg_plan *plan, size_t kernel_index,
				 size_t initrd_index, struct pg_error *error);
/* When the plan is sealed: are the bytes that were hashed anew still those that
 * the image has digests of? PG_E_MISMATCH. */
enum pg_status pg_source_unchanged(const struct pg_source *source,
				   struct pg_error *error);
void pg_source_free(struct pg_source *source);

/* Adds one; nothing when it is empty. There is room. */
void pg_source_initrd(struct pg_source *source, const char *name,
		      struct pg_bytes content);

/* The parts of an EFI program. (load/source_uki.c) */
enum pg_status pg_source_uki(const struct pg_load_options *options,
			     struct pg_source *source, struct pg_error *error);

/* s390x: the kernel and its command line from the two parts of an image.
 * (load/source_s390x.c) */
enum pg_status pg_source_s390x(struct pg_source *source, struct pg_bytes head,
			       struct pg_bytes rest, struct pg_error *error);

/* ----------------------------------- command lines (load/cmdline.c) ----- */

/* @line without what a first kernel's line must not pass on; owned. */
char *pg_cmdline_reuse(const char *line);

/* Joins the words with one space each, leaving out NULL and empty ones. NULL:
 * no memory. Owned. */
char *pg_cmdline_join(const char *first, const char *second);

/* Appends the printf-like words to *@line, which is reallocated. */
enum pg_status pg_cmdline_add(char **line, struct pg_error *error,
			      const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* PG_E_LIMIT when @line is longer than @kernel takes. */
enum pg_status pg_cmdline_check(const char *line,
				const struct pg_kernel *kernel,
				struct pg_error *error);

/* ------------------------------------------------- e820_crash.c --------- */

/* The capture kernel's memory map: @low and the crash kernel regions as RAM
 * without @ours, and what the machine itself uses as it is. */
enum pg_status pg_e820_crash(const struct pg_iomem *iomem,
			     const struct pg_span *low, size_t low_count,
			     const struct pg_span *ours, size_t ours_count,
			     struct pg_map *out, struct pg_error *error);

/* ---------------------- what one architecture does (load/<arch>.c) ------ */

struct pg_job;

/* The steps of a load that differ, in the order in which they are called. A
 * NULL is a step that this architecture does not have. */
struct pg_load_arch {
	uint32_t arch;	     /* PG_ARCH_* */
	uint16_t machine;    /* EM_* */
	uint32_t page_bytes; /* of its kernels; 0: PG_PAGE_BYTES */
	/* Reads what else the machine says of itself. */
	enum pg_status (*begin)(struct pg_job *job, struct pg_error *error);
	/* The console of the command line, or the machine's. */
	struct pg_console (*console)(const struct pg_job *job,
				     struct pg_console named);
	struct pg_reset (*reset)(const struct pg_job *job);
	/* Crash: what a capture kernel will overwrite (job->low). */
	enum pg_status (*low)(struct pg_job *job, struct pg_error *error);
	/* Crash: takes out of @map, the region, what parts must keep clear
	 * of. */
	enum pg_status (*clear)(struct pg_job *job, struct pg_map *map,
				struct pg_error *error);
	/* The capture kernel makes the core header itself; its memory begins
	 * at 0, once the crash kernel region was exchanged with that. */
	bool makes_core, swaps;
	/* Where a normal load enters the purgatory: behind its first byte. */
	uint64_t normal_entry;
	/* Says where the kernel has to lie. */
	void (*place_kernel)(const struct pg_job *job,
			     struct pg_part_spec *spec);
	/* Crash: adds the log, where it may not lie just anywhere. */
	enum pg_status (*place_log)(struct pg_job *job, struct pg_error *error);
	/* Normal: takes out of job->ram what parts must keep clear of. */
	enum pg_status (*trim)(struct pg_job *job, struct pg_error *error);
	/* Adds the parts besides kernel, initrd, core header and log. */
	enum pg_status (*parts)(struct pg_job *job, struct pg_error *error);
	/* Everything is placed: the memory of the next kernel, and the words
	 * that its command line needs. */
	enum pg_status (*crash)(struct pg_job *job, struct pg_error *error);
	enum pg_status (*normal)(struct pg_job *job, struct pg_error *error);
	/* The command line is complete: gives the parts their content and
	 * sets the handoff. */
	enum pg_status (*finish)(struct pg_job *job, struct pg_error *error);
};
extern const struct pg_load_arch pg_load_x86_64;
extern const struct pg_load_arch pg_load_arm64;
extern const struct pg_load_arch pg_load_ppc64;
extern const struct pg_load_arch pg_load_s390x;

/* That of @options: its own, or this machine's. PG_E_USAGE: load cannot do
 * it, or it is not this machine's and a real load was asked for. */
enum pg_status pg_load_arch_of(const struct pg_load_options *options,
			       const struct pg_load_arch **out,
			       struct pg_error *error);

/* -------------------------------------------- the plan (load/job.c) ----- */

#define PG_LOG_AREA_BYTES 65536
#define PG_LOW_RUNS_MAX	  8 /* runs of RAM below 640 KiB */

/* Everything between the options and the system call. */
struct pg_job {
	const struct pg_load_options *options;
	const struct pg_load_arch *arch;
	const char *root;
	struct pg_source source;
	struct pg_iomem iomem;
	struct pg_text live; /* boot_params of the running kernel */
	struct pg_efi efi;
	struct pg_plan *plan;
	struct pg_map e820;
	/* parts of the plan; SIZE_MAX: not there */
	size_t kernel, initrd, cmdline, params, efi_map; /* the first initrd */
	size_t initrd_last;
	char *command_line;
	uint8_t *params_content;
	/* arm64: this kernel's device tree, and the next one's */
	struct pg_text fdt;
	struct pg_bytes dtb; /* in fdt, or what the options gave */
	size_t dtb_part;
	uint8_t *dtb_content;
	bool big_endian; /* ppc64: the running kernel */
	struct pg_ppc64_machine ppc64;
	struct pg_span reserved[PG_PPC64_RESERVED_MAX]; /* by firmware */
	size_t reserved_count;
	/* crash only */
	struct pg_span region; /* the crash kernel's */
	uint64_t log_bytes;
	struct pg_map ram;
	struct pg_notes notes;
	struct pg_kernel_map kernel_map;
	struct pg_span low[PG_LOW_RUNS_MAX];
	size_t low_count;
	uint64_t low_end; /* a run of memory is cut there */
	struct pg_core_run *runs;
	size_t run_count;
	uint8_t *core;
	size_t core_part, backup, log, control;
};

/* What both kinds of load begin and end with. */
enum pg_status pg_job_begin(struct pg_job *job,
			    const struct pg_load_options *options,
			    struct pg_error *error);
enum pg_status pg_job_parts(struct pg_job *job, struct pg_error *error);
enum pg_status pg_job_finish(struct pg_job *job, struct pg_error *error);
void pg_job_free(struct pg_job *job);

/* Leaves this thread, and those that it starts, CAP_SYS_BOOT where it has that,
 * and no way to more. PG_E_PRIVILEGE. (load/privileges.c) */
enum pg_status pg_privileges_drop(struct pg_error *error);

/* Adds one part of @bytes (memory only) or @content, anywhere in the windows.
 */
enum pg_status pg_job_part(struct pg_job *job, const char *name, uint32_t kind,
			   struct pg_bytes content, uint64_t bytes,
			   uint32_t flags, size_t *index,
			   struct pg_error *error);

/* Room for what load itself adds to the command line. */
#define PG_CMDLINE_ROOM 128

/* The pages of part @index, of which @bytes are used: Linux maps what it reads
 * of the dead kernel by pages, and x86 refuses to where a page is RAM of its
 * own. */
struct pg_span pg_job_pages(const struct pg_job *job, size_t index,
			    uint64_t bytes);

/* From the first byte of the first initrd to the last of the last one; bytes
 * 0: there is none. */
struct pg_span pg_job_initrds(const struct pg_job *job);

/* Where the low memory at @address will be saved. (load/x86_64.c) */
uint64_t pg_job_backup(const struct pg_job *job, uint64_t address);

/* The size of the job's core header. */
uint64_t pg_job_core_bytes(const struct pg_job *job);

/* A begun job planned and sealed: load/crash.c, load/normal.c. */
enum pg_status pg_plan_crash(struct pg_job *job, struct pg_error *error);
enum pg_status pg_plan_normal(struct pg_job *job, struct pg_error *error);

/* ------------------------------------- the system call (load/kexec.c) --- */

/* Would the kernel let us? PG_E_PRIVILEGE, PG_E_LOCKDOWN, with the reason. */
enum pg_status pg_kexec_allowed(const char *root, struct pg_error *error);

/* Loads @count segments to be entered at @entry; 0 segments unload. */
enum pg_status pg_kexec_load(const char *root, uint64_t entry,
			     const struct pg_segment *segments, size_t count,
			     bool crash, struct pg_error *error);

/* What errno @reason of kexec_load(2) means here. */
enum pg_status pg_kexec_fail(const char *root, int reason, bool crash,
			     struct pg_error *error);

enum pg_status pg_kexec_execute(const char *root, struct pg_error *error);

#endif
