/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arch interface: all that the purgatory's generic code asks of a machine.
 * Each function is defined once per architecture, in arch/<arch>/, chosen by
 * path. They are listed in the order in which purgatory/main.c calls them.
 * Everything runs on one CPU, on purgatory's own stack, with interrupts off.
 */
#ifndef PURGATORIO_ARCH_H
#define PURGATORIO_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "purgatorio/check.h"
#include "purgatorio/manifest.h"
#include "purgatorio/status.h"

/* The PG_ARCH_* of this build. */
uint32_t pg_arch_id(void);

/* Takes over the machine's exceptions, so that a fault prints its registers
 * (through pg_trap(), below). Called first; needs no manifest. */
void pg_arch_early(void);

/* Gives back the memory that pg_arch_early() took for exceptions, as it was
 * found (@ours false), so that a copy saves what the crashed kernel had there;
 * or takes it again. In between, an exception is not ours to print. Defined
 * weakly to do nothing (purgatory/exceptions.c). */
void pg_arch_exceptions(bool ours);

/* Readies @console, whose kind the caller has not checked. PG_E_CONSOLE when
 * the kind is unknown here or nothing answers there; nothing hangs. May be
 * called again for another console, which then is the one in use. */
enum pg_status pg_arch_console_open(const struct pg_console *console);

/* The console to try when the manifest cannot be trusted to name one: the
 * machine's customary one, or PG_CONSOLE_NONE. */
struct pg_console pg_arch_console_default(void);

/* Writes one byte to the open console; drops it when none is open or when the
 * device does not get ready within a bounded number of polls. */
void pg_arch_putc(char c);

/* Counts up; the unit is ticks_per_second of the manifest. */
uint64_t pg_arch_ticks(void);

/* Makes everything that @manifest names reachable, at full speed: caches,
 * address translation, vector units. What it changes, it keeps, for
 * pg_arch_close(). Returns the PG_FEATURE_* (sha256.h) that may be used from
 * now on. */
uint32_t pg_arch_open(const struct pg_manifest *manifest);

/* Can [@start, @start + @bytes) be read and written in this CPU mode? */
bool pg_arch_reachable(uint64_t start, uint64_t bytes);

/* Puts back what pg_arch_open() changed and makes what was written visible to
 * instruction fetch, and to a CPU whose caches are off. */
void pg_arch_close(void);

/* Checks that the protocol of @handoff is one that this architecture can do
 * and that its arguments are sane. PG_OK or PG_E_HANDOFF. Changes nothing. */
enum pg_status pg_arch_handoff_check(const struct pg_handoff *handoff);

/* For a capture image at @base, whose loader left its own word (image.h): can
 * that be used, and is there memory where the image needs it? Looks at nothing
 * that has to be verified first. PG_OK, PG_E_LOADER or PG_E_MEMORY, and then
 * *@place says where. Defined weakly to be content (purgatory/loader.c). */
enum pg_status pg_arch_loader_check(const struct pg_manifest *manifest,
				    uint64_t base,
				    struct pg_check_place *place);

/* Joins what the loader said and what the image has, and puts it into
 * @handoff. Everything has been verified. As above; with PG_OK, place->what
 * may say what of the loader's was left out. Defined weakly to do nothing. */
enum pg_status pg_arch_loader_merge(const struct pg_manifest *manifest,
				    uint64_t base, struct pg_handoff *handoff,
				    struct pg_check_place *place);

/* Enters the next kernel as its protocol demands, after exchanging what
 * purgatory/swap.c left alone. @handoff has been checked and holds absolute
 * addresses. */
noreturn void pg_arch_enter(const struct pg_handoff *handoff);

/* Resets the machine, by @reset first and then by every means that the
 * architecture knows, until one works. Returns when none did. */
void pg_arch_reset(const struct pg_reset *reset);

/* Stops this CPU for good, in a way that a machine can detect too, with
 * @status where a debugger or a service processor sees it. Where a living
 * kernel asked (pg_ask()), it gets @status, and goes on. */
noreturn void pg_arch_stop(enum pg_status status);

/*
 * The other direction: what arch code calls.
 */

/* C entry, called by entry.S with zeroed .bss. @image is the load address. */
noreturn void pg_main(const struct pg_image_header *image);

/* Another, for a machine whose kernel asks before it goes (s390x): returns
 * when all is well, or ends in pg_arch_stop(). When pg_main() is called later
 * with the .bss that this left, it takes over what was proved. */
void pg_ask(const struct pg_image_header *image);

/* One named register of a fault. */
struct pg_trap_register {
	char name[8]; /* NUL-terminated */
	uint64_t value;
};

/* An exception: prints @what (NUL-terminated, such as "#PF page fault") and
 * the @count @registers, then does what the policy says. */
noreturn void pg_trap(const char *what,
		      const struct pg_trap_register *registers, size_t count);

/* The one place where a physical address becomes a pointer. */
static inline void *pg_pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static inline uint64_t pg_address(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

#endif
