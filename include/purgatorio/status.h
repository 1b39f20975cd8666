/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every way in which purgatorio can fail, for the purgatory, the library and
 * the command alike. Errors are values of enum pg_status and are never
 * ignored; on error, outputs are untouched.
 *
 * Each line of PG_STATUS_LIST is
 *
 *	X(NAME, number, "cause", "remedy")
 *
 * The number is part of the protocol: it is what the purgatory prints in its
 * closing line (`EXIT: STATUS=number`), writes to its log and to the machine's
 * diagnostic port, and what the capture kernel's tools read back. Numbers are
 * never reused. 1 to 39 belong to the purgatory, 40 to 79 to the host.
 * The purgatory's numbers stay below 64 so that they fit into an exit status.
 */
#ifndef PURGATORIO_STATUS_H
#define PURGATORIO_STATUS_H

#define PG_STATUS_LIST(X)                                                      \
	X(OK, 0, "no error", "none needed")                                    \
	/* The purgatory: the manifest. */                                     \
	X(E_MAGIC, 1, "the manifest has no magic number",                      \
	  "load again: the manifest was overwritten or never loaded")          \
	X(E_VERSION, 2, "the manifest's version is not this purgatory's",      \
	  "use the purgatory and the loader of one purgatorio release")        \
	X(E_ARCH, 3, "the manifest is for another architecture",               \
	  "load the purgatory that was built for this machine")                \
	X(E_SIZE, 4, "a table of the manifest leaves the manifest",            \
	  "load again: the manifest is corrupt")                               \
	X(E_RANGE, 5, "a range is empty, wraps around or names no part",       \
	  "load again: the manifest is corrupt")                               \
	X(E_ORDER, 6, "ranges are not sorted or overlap",                      \
	  "load again: the loader sorted wrongly or the manifest is corrupt")  \
	X(E_FILL, 7, "a fill would overwrite something that is needed",        \
	  "load again: the loader planned wrongly or the manifest is corrupt") \
	X(E_COPY, 8, "a copy would overwrite something that is needed",        \
	  "load again: the loader planned wrongly or the manifest is corrupt") \
	X(E_SWAP, 9, "the swap of the crash region is impossible",             \
	  "load again: the loader planned wrongly or the manifest is corrupt") \
	X(E_HANDOFF, 10, "the entry of the next kernel is in no range",        \
	  "load again: the loader planned wrongly or the manifest is corrupt") \
	X(E_CONSOLE, 11, "the console is of a kind unknown here",              \
	  "name a console that this architecture has")                         \
	X(E_LOG, 12, "the log area overlaps something or is too small",        \
	  "load again: the loader planned wrongly or the manifest is corrupt") \
	X(E_POLICY, 13, "the policy is unknown",                               \
	  "load again: the manifest is corrupt")                               \
	/* The purgatory: what it found. */                                    \
	X(E_SELF, 14, "the purgatory or its manifest was overwritten",         \
	  "find who wrote to the crash kernel's memory; load again")           \
	X(E_DIGEST, 15, "a loaded part was overwritten",                       \
	  "find who wrote to the crash kernel's memory; load again")           \
	X(E_COMPARE, 16, "memory does not hold what was copied into it",       \
	  "test this machine's memory")                                        \
	X(E_TRAP, 17, "the processor raised an exception in purgatory",        \
	  "report the registers printed above")                                \
	X(E_UNREACHABLE, 18, "an address cannot be reached in this CPU mode",  \
	  "place the parts lower in memory")                                   \
	/* The purgatory of a capture image: what its loader gave. */          \
	X(E_MEMORY, 19, "the loader's memory map has no room for the image",   \
	  "give the machine more memory, or the image a smaller initrd")       \
	X(E_LOADER, 20, "what the loader passed on cannot be used",            \
	  "see the line above; change the loader's settings")                  \
	/* The host: what it was given. */                                     \
	X(E_USAGE, 40, "the command line is wrong", "see --help")              \
	X(E_IO, 41, "a file cannot be read or written",                        \
	  "check its path, its permissions and the free space")                \
	X(E_NO_MEMORY, 42, "out of memory", "free some memory")                \
	X(E_TRUNCATED, 43, "a file ends before what it announces",             \
	  "copy or download it again")                                         \
	X(E_FORMAT, 44, "a file is not in a format known here",                \
	  "give a kernel or image of a supported format")                      \
	X(E_CORRUPT, 45, "a field of a file contradicts another",              \
	  "copy or build it again")                                            \
	X(E_OLD_KERNEL, 46, "the kernel is too old for this boot protocol",    \
	  "use a newer kernel")                                                \
	X(E_KERNEL_ARCH, 47, "the kernel is for another architecture",         \
	  "give a kernel that was built for the target machine")               \
	X(E_NO_SPACE, 48, "a part does not fit into the memory given",         \
	  "reserve more: raise crashkernel= or use a smaller initrd")          \
	X(E_OVERLAP, 49, "two things claim the same memory",                   \
	  "move or shrink one of them")                                        \
	X(E_LIMIT, 50, "more of something than the format can hold",           \
	  "use fewer or larger pieces")                                        \
	X(E_MISMATCH, 51, "a digest does not match",                           \
	  "copy or build the file again")                                      \
	/* The host: the running machine. */                                   \
	X(E_PRIVILEGE, 52, "this needs CAP_SYS_BOOT",                          \
	  "run as root, outside of containers")                                \
	X(E_LOCKDOWN, 53, "the kernel is locked down",                         \
	  "load with kexec_file_load, or turn Secure Boot or lockdown off")    \
	X(E_NO_CRASH_REGION, 54, "no memory is reserved for a crash kernel",   \
	  "boot with crashkernel=256M on the kernel's command line")           \
	X(E_REFUSED, 55, "the running kernel refused the segments",            \
	  "see the message; --dry-run --debug shows the layout")               \
	X(E_BUSY, 56, "another program is loading or unloading",               \
	  "try again in a moment")                                             \
	X(E_MACHINE, 57, "the machine's own description is unusable",          \
	  "check that /proc and /sys are mounted and readable")                \
	X(E_NOT_LOADED, 58, "nothing is loaded", "load a kernel first")        \
	X(E_NO_LOG, 59, "there is no purgatory log here",                      \
	  "run it in the capture kernel, or give it a vmcore")

#ifndef __ASSEMBLER__

enum pg_status {
#define PG_STATUS_ENUM(name, number, cause, remedy) PG_##name = number,
	PG_STATUS_LIST(PG_STATUS_ENUM)
#undef PG_STATUS_ENUM
};

/* Exported by the host's library; in the freestanding purgatory, which has no
 * other world to export to, hidden like everything else. */
#if __STDC_HOSTED__
#pragma GCC visibility push(default)
#endif

/* The name ("E_DIGEST"), one-line cause and remedy of @status; never NULL.
 * A number that is not in the list gives "E_UNKNOWN" and says so. */
const char *pg_status_name(enum pg_status status);
const char *pg_status_cause(enum pg_status status);
const char *pg_status_remedy(enum pg_status status);

#if __STDC_HOSTED__
#pragma GCC visibility pop
#endif

#endif /* __ASSEMBLER__ */
#endif
