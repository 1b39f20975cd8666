/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the test guests need beyond busybox: a process that leaves a mark in
 * the memory of a machine that is about to crash, and a reader of physical
 * memory through an ELF core: /proc/kcore before the crash (whose program
 * headers carry physical addresses for RAM), /proc/vmcore after it.
 *
 *	witness mark TEXT          fill a page with TEXT, print its physical
 *	                           address, stay in memory
 *	witness read CORE AT LEN   [AT, AT + LEN) of physical memory to stdout
 *	witness headers CORE       a line per program header, then a summary
 *	witness hex FILE           its first bytes, in hexadecimal
 *	witness no-boot COMMAND... runs it as root without CAP_SYS_BOOT
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE	  4096
#define PHDRS_MAX 4096

static Elf64_Phdr headers[PHDRS_MAX];

static int fail(const char *what, const char *where)
{
	fprintf(stderr, "witness: %s: %s: %s\n", where, what,
		errno ? strerror(errno) : "unexpected content");
	return 1;
}

/* Opens the core and fills headers[]; the count, or -1. */
static int open_core(const char *path, int *fd)
{
	Elf64_Ehdr elf;
	size_t bytes;

	errno = 0;
	*fd = open(path, O_RDONLY);
	if (*fd < 0)
		return -1;
	if (pread(*fd, &elf, sizeof(elf), 0) != (ssize_t)sizeof(elf))
		return -1;
	if (memcmp(elf.e_ident, ELFMAG, SELFMAG) ||
	    elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_type != ET_CORE ||
	    elf.e_phentsize != sizeof(Elf64_Phdr) || elf.e_phnum > PHDRS_MAX)
		return -1;
	bytes = elf.e_phnum * sizeof(Elf64_Phdr);
	if (pread(*fd, headers, bytes, (off_t)elf.e_phoff) != (ssize_t)bytes)
		return -1;
	return elf.e_phnum;
}

/* The RAM header that holds @at, not one of the kernel's text, whose
 * physical address older kernels leave unset in /proc/kcore. */
static const Elf64_Phdr *find(int count, uint64_t at)
{
	for (int i = 0; i < count; i++) {
		const Elf64_Phdr *h = &headers[i];

		if (h->p_type == PT_LOAD && h->p_paddr != (Elf64_Addr)-1 &&
		    at >= h->p_paddr && at - h->p_paddr < h->p_memsz)
			return h;
	}
	return NULL;
}

static int read_physical(const char *path, uint64_t at, uint64_t length)
{
	static char page[PAGE];
	int fd, count = open_core(path, &fd);

	if (count < 0)
		return fail("not an ELF core", path);
	while (length > 0) {
		const Elf64_Phdr *h = find(count, at);
		uint64_t offset = h ? at - h->p_paddr : 0;
		size_t n = length < PAGE ? (size_t)length : PAGE;

		if (!h) {
			fprintf(stderr,
				"witness: %s has no address %#" PRIx64 "\n",
				path, at);
			return 1;
		}
		if (n > h->p_memsz - offset)
			n = (size_t)(h->p_memsz - offset);
		if (pread(fd, page, n, (off_t)(h->p_offset + offset)) !=
		    (ssize_t)n)
			return fail("cannot read", path);
		if (fwrite(page, 1, n, stdout) != n)
			return fail("cannot write", "stdout");
		at += n;
		length -= n;
	}
	return fflush(stdout) ? fail("cannot write", "stdout") : 0;
}

static int print_headers(const char *path)
{
	int fd, count = open_core(path, &fd);
	uint64_t end = 0, ram = 0;
	struct stat info;
	int notes = 0;

	if (count < 0)
		return fail("not an ELF core", path);
	for (int i = 0; i < count; i++) {
		const Elf64_Phdr *h = &headers[i];

		printf("%-4s offset %#" PRIx64 " virtual %#" PRIx64
		       " physical %#" PRIx64 " bytes %#" PRIx64 "\n",
		       h->p_type == PT_NOTE ? "NOTE" : "LOAD", h->p_offset,
		       h->p_vaddr, h->p_paddr, h->p_memsz);
		if (h->p_offset + h->p_filesz > end)
			end = h->p_offset + h->p_filesz;
		if (h->p_type == PT_LOAD)
			ram += h->p_memsz;
		notes += h->p_type == PT_NOTE;
	}
	if (fstat(fd, &info))
		return fail("cannot stat", path);
	printf("notes=%d loads=%d ram=%" PRIu64 " end=%" PRIu64 " size=%" PRIu64
	       "\n",
	       notes, count - notes, ram, end, (uint64_t)info.st_size);
	return 0;
}

static int mark(const char *text)
{
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int map = open("/proc/self/pagemap", O_RDONLY);
	const uint64_t kernel_page = (uint64_t)sysconf(_SC_PAGESIZE);
	size_t length = strlen(text);
	uint64_t entry;

	if (page == MAP_FAILED || mlock(page, PAGE) || map < 0)
		return fail("cannot map a page", "mark");
	if (length == 0 || length > PAGE)
		return fail("empty or too long", "mark");
	for (size_t i = 0; i < PAGE; i++)
		page[i] = text[i % length];
	if (pread(map, &entry, sizeof(entry),
		  (off_t)((uintptr_t)page / kernel_page * sizeof(entry))) !=
	    (ssize_t)sizeof(entry))
		return fail("cannot read", "/proc/self/pagemap");
	/* Documentation/admin-guide/mm/pagemap.rst: bits 0 to 54, bit 63. */
	if (!(entry >> 63))
		return fail("page is not present", "/proc/self/pagemap");
	printf("%#" PRIx64 "\n",
	       (entry & ((UINT64_C(1) << 55) - 1)) * kernel_page);
	fflush(stdout);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	for (;;)
		pause();
}

static int print_hex(const char *path)
{
	unsigned char bytes[64];
	int fd = open(path, O_RDONLY);
	ssize_t got = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

	if (got < 0)
		return fail("cannot read", path);
	for (ssize_t i = 0; i < got; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
	return 0;
}

static int without_boot(char **command)
{
	if (prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT, 0, 0, 0))
		return fail("cannot drop CAP_SYS_BOOT", "no-boot");
	execvp(command[0], command);
	return fail("cannot run", command[0]);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "mark"))
		return mark(argv[2]);
	if (argc == 5 && !strcmp(argv[1], "read"))
		return read_physical(argv[2], strtoull(argv[3], NULL, 0),
				     strtoull(argv[4], NULL, 0));
	if (argc == 3 && !strcmp(argv[1], "headers"))
		return print_headers(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "hex"))
		return print_hex(argv[2]);
	if (argc >= 3 && !strcmp(argv[1], "no-boot"))
		return without_boot(argv + 2);
	fprintf(stderr, "witness: mark TEXT | read CORE AT LEN | "
			"headers CORE | hex FILE | no-boot COMMAND...\n");
	return 2;
}
