/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libpurgatorio: reads kernels, plans where everything goes, seals the plan
 * with digests, and writes it as an image or loads it into the running kernel.
 *
 *	read     struct pg_kernel      what does this kernel need?
 *	plan     struct pg_plan        where does everything go?
 *	seal     the manifest          what must every byte be?
 *	emit     an ELF64 image, or    segments for kexec_load(2)
 *
 * Reading, planning and emitting are pure functions over buffers. Nothing
 * prints and nothing exits: every function that can fail returns an enum
 * pg_status and, through `struct pg_error *`, one line that says what, where
 * and what to do. On error, outputs are untouched. @error may not be NULL.
 *
 * Ownership: a struct pg_bytes points into memory of the caller, which must
 * live as long as what was made from it, unless a function says that it
 * copies. Nothing here is shared between threads.
 */
#ifndef PURGATORIO_PURGATORIO_H
#define PURGATORIO_PURGATORIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "purgatorio/bytes.h"
#include "purgatorio/log.h"
#include "purgatorio/manifest.h"
#include "purgatorio/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The shared library exports what this header declares, and nothing else. */
#pragma GCC visibility push(default)

#define PURGATORIO_VERSION "0.1.0"

/* ------------------------------------------------------------- errors -- */

struct pg_error {
	enum pg_status status;
	char text[400]; /* one line, no newline, NUL-terminated */
};

/* Sets *@error to @status and the printf-like text; returns @status. */
enum pg_status pg_fail(struct pg_error *error, enum pg_status status,
		       const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* So that whoever reads the caller alone, such as a compiler that looks for
 * what is not initialised, sees which status that is. Evaluates it twice. */
static inline enum pg_status pg_same_status(enum pg_status status)
{
	return status;
}
#define pg_fail(error, status, ...)                       \
	((void)(pg_fail)((error), (status), __VA_ARGS__), \
	 pg_same_status(status))

/* -------------------------------------------------------------- bytes -- */

/* struct pg_bytes: purgatorio/bytes.h */

/* Maps the whole regular file at @path for reading. Unmap with
 * pg_file_unmap(). PG_E_IO. While it is mapped, nobody may make it shorter: who
 * reads what is gone gets SIGBUS. */
enum pg_status pg_file_map(const char *path, struct pg_bytes *out,
			   struct pg_error *error);
void pg_file_unmap(struct pg_bytes *bytes);

/* The same with its descriptor, for who reads it again (pg_pack()). Close with
 * pg_file_close(). PG_E_IO. */
struct pg_file {
	struct pg_bytes bytes; /* the map */
	int fd;
};
enum pg_status pg_file_open(const char *path, struct pg_file *out,
			    struct pg_error *error);
void pg_file_close(struct pg_file *file);

/* Writes @bytes to a new file in @path's folder, syncs it and gives it the
 * name, so that @path is whole or untouched. @mode as in open(2). PG_E_IO. */
enum pg_status pg_file_write(const char *path, struct pg_bytes bytes,
			     unsigned mode, struct pg_error *error);

/* ------------------------------------------------------------- kernel -- */

enum pg_kernel_format {
	PG_KERNEL_BZIMAGE = 1, /* Linux x86, boot protocol >= 2.06 */
	PG_KERNEL_ARM64_IMAGE, /* Linux arm64, 3.17 and later */
	PG_KERNEL_PPC64_ELF,   /* Linux ppc64: vmlinux, of either byte order */
	PG_KERNEL_S390_IMAGE,  /* Linux s390x: bzImage or image, raw or ELF */
};

/* What a kernel file says of itself. All pointers lead into the file, or into
 * what was unpacked from it. */
#define PG_KERNEL_RELEASE_BYTES 128
struct pg_kernel {
	uint32_t arch; /* PG_ARCH_* */
	enum pg_kernel_format format;
	struct pg_bytes file;	 /* the whole file */
	struct pg_bytes image;	 /* what is loaded at the kernel's address */
	uint64_t memory_bytes;	 /* room needed from its load address */
	uint64_t alignment;	 /* of the load address; a power of two */
	uint64_t lowest;	 /* lowest load address */
	uint64_t highest;	 /* its last byte's address may not exceed */
	uint64_t entry_offset;	 /* of the entry from the load address */
	uint64_t initrd_highest; /* last byte of an initrd may not exceed */
	uint32_t cmdline_max;	 /* bytes without the NUL */
	uint32_t protocol;	 /* x86: boot protocol, 0x020f */
	/* what its header says of it: ask pg_kernel_release() */
	char release[PG_KERNEL_RELEASE_BYTES];
	/* x86: the setup header, from offset 0x1f1 of the file */
	struct pg_bytes setup_header;
	uint64_t alignment_offset; /* the load address is this much above a
				      multiple of alignment */
	bool lowest_only;	   /* it cannot use memory below its own */
	bool big_endian;	   /* arm64, ppc64 */
	uint32_t page_bytes;	   /* arm64: of its page tables; 0: not told */
	bool relocatable;	   /* ppc64: can be told to run anywhere */
	uint64_t linked;	   /* ppc64: else it moves to this address;
				      s390x: where its image has to be */
	struct pg_bytes head;	   /* s390x: from 0x10000 up to the image, with
				      what it is told */
	void *owned;		   /* by pg_kernel_free() */
};

/* Recognises and checks the kernel in @file, or in what is packed inside of
 * it: gzip, xz, zstd, EFI zboot, the section .linux of an EFI program, the
 * vmlinux of a zImage. Free with pg_kernel_free(). PG_E_TRUNCATED,
 * PG_E_FORMAT, PG_E_CORRUPT, PG_E_OVERLAP, PG_E_OLD_KERNEL, PG_E_KERNEL_ARCH,
 * PG_E_LIMIT, PG_E_NO_MEMORY. */
enum pg_status pg_kernel_read(struct pg_bytes file, struct pg_kernel *out,
			      struct pg_error *error);
void pg_kernel_free(struct pg_kernel *kernel);

/* "6.1.0-…" to @out, or "". Some headers say it; for other kernels the whole
 * image is searched. */
void pg_kernel_release(const struct pg_kernel *kernel,
		       char out[PG_KERNEL_RELEASE_BYTES]);

/* --------------------------------------------------------------- plan -- */

/* A part to place. After pg_plan_place() its address is known; its content
 * may be given or changed until pg_plan_seal(). */
struct pg_part_spec {
	char name[24];
	uint32_t kind;		   /* PG_PART_* */
	struct pg_bytes content;   /* not copied; size 0: memory only */
	uint64_t memory_bytes;	   /* >= content.size; 0: content.size */
	uint64_t alignment;	   /* power of two; 0: PG_PAGE_BYTES */
	uint64_t lowest;	   /* lowest address of its first byte */
	uint64_t highest;	   /* of its last byte; 0: no limit */
	uint64_t fixed;		   /* with PG_SPEC_FIXED: exactly here */
	uint32_t flags;		   /* PG_SPEC_* */
	uint64_t alignment_offset; /* it begins this much above a multiple of
				      alignment; whole pages, less than it */
};
#define PG_SPEC_FIXED	  0x1u	/* place at .fixed */
#define PG_SPEC_TOP_DOWN  0x2u	/* as high as possible instead of low */
#define PG_SPEC_FILL	  0x4u	/* zero memory_bytes behind the content */
#define PG_SPEC_NO_VERIFY 0x8u	/* the kernel may rewrite it after loading */
#define PG_SPEC_RESERVED  0x10u /* not for the next kernel's free use */
#define PG_SPEC_BEHIND                                      \
	0x20u /* on the pages behind the part added before, \
		 whose limits hold for both */

#define PG_PLAN_WINDOWS_MAX 16

struct pg_plan; /* opaque */

/* A new plan for PG_ARCH_* @arch around the purgatory in @purgatory_elf, the
 * purgatory.elf of that architecture (checked and copied). NULL with *@error
 * set: PG_E_NO_MEMORY, or what is wrong with the ELF. */
struct pg_plan *pg_plan_new(uint32_t arch, struct pg_bytes purgatory_elf,
			    struct pg_error *error);
void pg_plan_free(struct pg_plan *plan); /* NULL is fine */

/* Memory in which parts may be placed, [@start, @start + @bytes). */
enum pg_status pg_plan_window(struct pg_plan *plan, uint64_t start,
			      uint64_t bytes, struct pg_error *error);

/* The pages of the kernel that loads: a power of two, PG_PAGE_BYTES (as it is
 * without this call) to PG_PLAN_PAGES_MAX. Before the first part. */
#define PG_PLAN_PAGES_MAX 65536
void pg_plan_pages(struct pg_plan *plan, uint32_t page_bytes);

/* Adds a part (copying *@spec, not its content) and sets *@index. */
enum pg_status pg_plan_part(struct pg_plan *plan,
			    const struct pg_part_spec *spec, size_t *index,
			    struct pg_error *error);

/* Places all parts, the purgatory and its manifest: sorted, disjoint, each
 * aligned and inside one window. PG_E_NO_SPACE names the part and says how
 * many bytes are missing; PG_E_OVERLAP. Must be called once, after the last
 * pg_plan_part(). */
enum pg_status pg_plan_place(struct pg_plan *plan, struct pg_error *error);

/* After placing. */
uint64_t pg_plan_address(const struct pg_plan *plan, size_t index);
uint64_t pg_plan_purgatory(const struct pg_plan *plan); /* its entry */

/* Gives part @index its content (not copied), at most its memory_bytes. */
enum pg_status pg_plan_content(struct pg_plan *plan, size_t index,
			       struct pg_bytes content, struct pg_error *error);

/* What the manifest shall say; absolute addresses. May be called at any time
 * before sealing. */
void pg_plan_handoff(struct pg_plan *plan, const struct pg_handoff *handoff);
void pg_plan_console(struct pg_plan *plan, const struct pg_console *console);
void pg_plan_reset(struct pg_plan *plan, const struct pg_reset *reset);
void pg_plan_policy(struct pg_plan *plan, uint32_t policy);
void pg_plan_ticks(struct pg_plan *plan, uint64_t ticks_per_second);
void pg_plan_log(struct pg_plan *plan, size_t part_index);
void pg_plan_flags(struct pg_plan *plan, uint32_t flags); /* PG_MANIFEST_* */
/* s390x: @bytes of crash region at @start change places with the start of
 * memory before the handoff, whose entry is an address after that. The parts
 * and the purgatory lie in the crash region, the latter and its manifest not
 * in the first PG_SWAP_LOWCORE_BYTES. Checked when sealing (PG_E_SWAP). */
void pg_plan_swap(struct pg_plan *plan, uint64_t start, uint64_t bytes);
enum pg_status pg_plan_copy(struct pg_plan *plan, const struct pg_copy *copy,
			    struct pg_error *error);

/* Digests that were made earlier, on a build host, for part @index: @count
 * range digests (PG_RANGE_BYTES each, the last one shorter) and the whole
 * part's. Sealing then uses them instead of computing its own, so that the
 * part is verified against the build host's bytes. Copied. */
enum pg_status pg_plan_digests(struct pg_plan *plan, size_t index,
			       const uint8_t (*digests)[32], size_t count,
			       const uint8_t whole[32], struct pg_error *error);

/* Hashes everything and writes the manifest. The plan is final afterwards. */
enum pg_status pg_plan_seal(struct pg_plan *plan, struct pg_error *error);

/* The sealed plan as segments, sorted by address: at most @max of them are
 * written to @out and *@count is set. The bytes belong to the plan. PG_E_LIMIT
 * when there are more. */
struct pg_segment {
	const char *name; /* "purgatory", or the part's */
	struct pg_bytes content;
	uint64_t address;
	uint64_t memory_bytes; /* page multiple, >= content.size */
};
enum pg_status pg_plan_segments(const struct pg_plan *plan,
				struct pg_segment *out, size_t max,
				size_t *count, struct pg_error *error);

/* The sealed plan as one ELF64 file with a PT_LOAD per segment, whose e_entry
 * is the purgatory's and whose PT_NOTE says where the manifest is (PROTOCOL.md,
 * "The image file"). Written as by pg_file_write(). */
enum pg_status pg_plan_write_elf(const struct pg_plan *plan, const char *path,
				 struct pg_error *error);

/* -------------------------------------------------------------- image -- */

/* A read and structurally checked image. Pointers lead into the file. */
struct pg_image;

/* PG_E_TRUNCATED, PG_E_FORMAT, PG_E_CORRUPT, or the manifest's own PG_E_*. */
struct pg_image *pg_image_read(struct pg_bytes file, struct pg_error *error);
void pg_image_free(struct pg_image *image);

/* Its manifest in host byte order (tables by the functions below). */
const struct pg_manifest *pg_image_manifest(const struct pg_image *image);
uint64_t pg_image_purgatory(const struct pg_image *image); /* load address */
uint64_t pg_image_manifest_address(const struct pg_image *image);

size_t pg_image_segment_count(const struct pg_image *image);
struct pg_segment pg_image_segment(const struct pg_image *image, size_t index);

struct pg_part_view {
	const char *name;
	uint32_t kind; /* PG_PART_* */
	uint64_t address;
	struct pg_bytes content;
	const uint8_t *sha256; /* of the whole content; 32 bytes */
	size_t first_range, range_count;
};
size_t pg_image_part_count(const struct pg_image *image);
struct pg_part_view pg_image_part(const struct pg_image *image, size_t index);
size_t pg_image_range_count(const struct pg_image *image);
struct pg_range pg_image_range(const struct pg_image *image, size_t index);
size_t pg_image_fill_count(const struct pg_image *image);
struct pg_fill pg_image_fill(const struct pg_image *image, size_t index);
size_t pg_image_copy_count(const struct pg_image *image);
struct pg_copy pg_image_copy(const struct pg_image *image, size_t index);

/* Computes every digest of the image, as the purgatory will. PG_E_SELF or
 * PG_E_DIGEST with the part, the range and both digests in *@error. */
enum pg_status pg_image_verify(const struct pg_image *image,
			       struct pg_error *error);

/* For people, and as one JSON object. */
enum pg_status pg_image_print(const struct pg_image *image, FILE *to,
			      struct pg_error *error);
enum pg_status pg_image_print_json(const struct pg_image *image, FILE *to,
				   struct pg_error *error);

/* --------------------------------------------------------------- pack -- */

/* What `purgatorio pack` does, for one memory window. */
struct pg_pack_options {
	struct pg_bytes kernel;
	struct pg_bytes purgatory_elf;
	const struct pg_bytes *initrds; /* concatenated, 4-byte padded */
	size_t initrd_count;
	const char *command_line; /* NULL: "" */
	uint64_t window_start, window_bytes;
	struct pg_console console;
	struct pg_reset reset;
	struct pg_bytes dtb;   /* arm64: the machine's device tree */
	bool console_of_dtb;   /* take the console that dtb names */
	uint32_t policy;       /* PG_POLICY_*; 0: PG_POLICY_STOP */
	uint64_t backup_bytes; /* first bytes of memory to save; 0: none */
	/* What pg_kernel_read() made of @kernel; NULL: not read yet. */
	const struct pg_kernel *kernel_read;
	/* Kernel and initrds lie in the maps of these files, or in memory. A
	 * file is then read through a buffer of fixed size and not through its
	 * map, so that what is needed of memory does not grow with it. */
	const struct pg_file *files;
	size_t file_count;
	/* Called every few MiB, with how many bytes of content have been
	 * written of how many; or NULL. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *progress_context;
};

/* Reads, hashes and writes in one pass: the image holds the very bytes that
 * were hashed, even where a file changes meanwhile. Large ones take a thread,
 * for the digests of whole parts. PG_E_IO, and what reading and planning
 * report; @output_path is then untouched. */
enum pg_status pg_pack(const struct pg_pack_options *options,
		       const char *output_path, struct pg_error *error);

/* What `purgatorio pack --format=image` does: a capture image (doc/image.md),
 * which every loader of Linux kernels can load. The window and the backup of
 * @options->pack are not looked at. */
struct pg_capture_options {
	struct pg_pack_options pack;
	struct pg_bytes stub;	    /* stub.efi of the architecture, or door.bin
				       where it has no UEFI */
	struct pg_bytes os_release; /* may be empty, like the next two */
	struct pg_bytes microcode;  /* an initrd that comes before the others */
	struct pg_bytes sbat;	    /* instead of the stub's */
	const char *uname;	    /* NULL: the kernel's release */
	uint64_t flags;		    /* PG_IMAGE_* of purgatorio/image.h */
	bool elf; /* an ELF file where the architecture has another, too */
};
enum pg_status pg_pack_capture(const struct pg_capture_options *options,
			       const char *output_path, struct pg_error *error);

/* --------------------------------------------------------------- load -- */

enum pg_load_action {
	PG_LOAD_CRASH = 1, /* -p: enter on panic */
	PG_LOAD_NORMAL,	   /* -l: enter on reboot(LINUX_REBOOT_CMD_KEXEC) */
	PG_LOAD_UNLOAD_CRASH,
	PG_LOAD_UNLOAD,
	PG_LOAD_EXECUTE, /* -e: enter what was loaded by -l, now */
};

struct pg_load_options {
	enum pg_load_action action;
	struct pg_bytes kernel; /* a kernel, or an image made by pg_pack() */
	struct pg_bytes purgatory_elf;
	const struct pg_bytes *initrds;
	size_t initrd_count;
	const char *command_line; /* without what load adds; NULL: "" */
	bool reuse_command_line;  /* start from /proc/cmdline, minus what must
				     not be passed on */
	const struct pg_console *console; /* NULL: find it on the command line
					     and in the machine */
	uint32_t policy;		  /* PG_POLICY_*; 0: PG_POLICY_STOP */
	bool dry_run;			  /* plan and seal, do not load */
	bool drop_privileges; /* the calling thread gives up all capabilities
				 but CAP_SYS_BOOT, for good, before it reads a
				 byte of the files that the options name */
	FILE *debug;	      /* the layout and the core header go here; or
				 NULL */
	const char *root;     /* prefix of /proc and /sys; NULL: "" */
	struct pg_bytes dtb;  /* arm64: instead of the running kernel's tree */
	uint32_t arch; /* PG_ARCH_*, for a dry run with another root; 0: this
			  machine's */
};

/* PG_E_PRIVILEGE, PG_E_LOCKDOWN, PG_E_NO_CRASH_REGION, PG_E_REFUSED,
 * PG_E_BUSY, PG_E_MACHINE, or what reading and planning report. What was
 * loaded before stays loaded, but for one case: kexec_load(2) frees the old
 * capture kernel before it takes the new one, so where the kernel itself fails
 * after that (PG_E_REFUSED), it is gone, and the message says so. */
enum pg_status pg_load(const struct pg_load_options *options,
		       struct pg_error *error);

/* The PG_ARCH_* of this machine. (arch/<arch>/host_arch.c) */
uint32_t pg_host_arch(void);

/* What is loaded in the running kernel. */
struct pg_load_state {
	bool normal_loaded;
	bool crash_loaded;
	uint64_t crash_bytes; /* reserved for the crash kernel */
};
enum pg_status pg_load_query(const char *root, struct pg_load_state *out,
			     struct pg_error *error);

/* ----------------------------------------------------------- drop-ins -- */

/* Loaders that bring a purgatory of their own, which ours can take the place
 * of. */
enum pg_loader {
	PG_LOADER_KEXEC_TOOLS = 1,
	PG_LOADER_LINUX, /* kexec_file_load(2) */
};

/* Would @loader load the purgatory @object (ET_REL), of whatever origin? Each
 * reason why not goes to @to as one line, and *@findings is how many there
 * were. PG_E_TRUNCATED, PG_E_FORMAT and PG_E_CORRUPT where it cannot be read
 * far enough to ask. */
enum pg_status pg_lint(struct pg_bytes object, enum pg_loader loader, FILE *to,
		       size_t *findings, struct pg_error *error);

/* Makes of @linked (build/<arch>/<loader>.elf) the object that @loader takes:
 * no relocations, and just the symbols that it looks up. Sealed with the digest
 * over code and constants. @big_endian: on ppc64, that loader runs so, and our
 * code all the same little-endian. Written as by pg_file_write(). */
enum pg_status pg_wrap(struct pg_bytes linked, enum pg_loader loader,
		       bool big_endian, const char *output_path,
		       struct pg_error *error);

/* The PG_ARCH_* and the byte order of an ELF64 file. PG_E_TRUNCATED,
 * PG_E_FORMAT, PG_E_CORRUPT. */
enum pg_status pg_program_arch(struct pg_bytes program, uint32_t *arch,
			       bool *big_endian, struct pg_error *error);

/* What pg_lint() reads of @file: the file itself, or, where that is a program,
 * the purgatory in it, in memory to be freed with free(3). PG_E_FORMAT,
 * PG_E_LIMIT, PG_E_CORRUPT, PG_E_NO_MEMORY. */
enum pg_status pg_object_in(struct pg_bytes file, struct pg_bytes *out,
			    struct pg_error *error);

/* The purgatory inside of an executable that embeds it, such as kexec: where
 * it begins in the file, and how many bytes its own length variable says.
 * PG_E_FORMAT: none found; PG_E_LIMIT: more than one. */
struct pg_embedded {
	uint64_t offset, bytes;
	uint64_t length_offset; /* of the variable with that length */
	uint64_t address;	/* at which @offset is mapped */
	bool ours;		/* put there by pg_retrofit() */
};
enum pg_status pg_embedded_find(struct pg_bytes program,
				struct pg_embedded *out,
				struct pg_error *error);

/* A copy of @program (an installed kexec) at @output_path, with @object for a
 * purgatory. The original's bytes are kept in it, for pg_restore(). PG_E_LIMIT
 * where the program has no room for another segment. */
enum pg_status pg_retrofit(struct pg_bytes program, struct pg_bytes object,
			   const char *output_path, struct pg_error *error);

/* The original of @program, which pg_retrofit() made, byte for byte. */
enum pg_status pg_restore(struct pg_bytes program, const char *output_path,
			  struct pg_error *error);

/* ---------------------------------------------------------------- log -- */

/* Finds the purgatory's log in an ELF vmcore (/proc/vmcore or saved) at @path
 * and copies the whole area into @out, allocated with malloc(3), *@bytes long
 * (validated; integers in this program's byte order). PG_E_NO_LOG. */
enum pg_status pg_log_read(const char *path, struct pg_log **out, size_t *bytes,
			   struct pg_error *error);
enum pg_status pg_log_print(const struct pg_log *log, size_t bytes, FILE *to,
			    struct pg_error *error);
enum pg_status pg_log_print_json(const struct pg_log *log, size_t bytes,
				 FILE *to, struct pg_error *error);
const char *pg_step_name(enum pg_step step);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
