/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI stub: the way into a capture image for UEFI firmware. It is the
 * purgatory's core (purgatory/check.c, self.c, verify.c, the same hash) with
 * firmware in the machine's place, and what only firmware can be asked for:
 * measurements, an initrd protocol, another image started.
 *
 * The headers are GNU-EFI's; calls go by the firmware's convention, EFIAPI.
 */
#ifndef EFI_STUB_H
#define EFI_STUB_H

#include <efi.h>

#include "purgatorio/range.h"
#include "purgatory/purgatory.h"

/* What the steps need to know. */
struct stub {
	EFI_HANDLE handle; /* of this image */
	EFI_SYSTEM_TABLE *system;
	EFI_BOOT_SERVICES *boot;
	EFI_LOADED_IMAGE_PROTOCOL *loaded;
	struct pg_span image; /* all of it, from its PE header on */
	struct pg_span door;  /* the section .door */
	struct pg_context context;
	bool secure;	     /* Secure Boot is enforced */
	uint64_t flags;	     /* PG_IMAGE_* */
	CHAR16 *options;     /* the kernel's command line; NULL: empty */
	UINTN own_length;    /* how much of it is the image's */
	UINTN options_bytes; /* with the NUL */
};

/* sections.c: the section @name of the PE image in @image, as loaded; its
 * length without padding. False: there is none. */
bool stub_section(struct pg_span image, const char *name, struct pg_span *out);

/* open.c: who are we, and is there an image around us? Fills in *@stub. Says
 * what is wrong. */
enum pg_status stub_open(EFI_HANDLE handle, EFI_SYSTEM_TABLE *system,
			 struct stub *stub);

/* The parts of one kind, which stand together; empty: there is none. */
struct pg_span stub_part(const struct stub *stub, uint32_t kind);

/* cmdline.c: the command line that the kernel gets, from the image and, where
 * that is allowed, from whoever started us. Under Secure Boot only from the
 * image. */
EFI_STATUS stub_command_line(struct stub *stub);

/* measure.c: what is used, into PCR 11, as systemd-stub(7) does, and a command
 * line that is not the image's into PCR 12. Without a TPM, nothing. */
void stub_measure(const struct stub *stub);

/* initrd.c: offers the image's initrd to whoever asks for the protocol of
 * LINUX_EFI_INITRD_MEDIA_GUID; takes the offer back. */
EFI_STATUS stub_initrd_offer(const struct stub *stub);
void stub_initrd_withdraw(const struct stub *stub);

/* devicetree.c: gives the image's device tree to whoever looks among the
 * firmware's tables, after the firmware has put its own facts into it, where
 * it can; and takes it back. */
EFI_STATUS stub_tree_install(const struct stub *stub);
void stub_tree_remove(const struct stub *stub);

/* The device tree among the firmware's tables, or NULL. */
void *stub_tree(const struct stub *stub);

/* The firmware's memory map. */
struct stub_memory {
	EFI_MEMORY_DESCRIPTOR *map;
	UINTN bytes, room;
	UINTN entry_bytes; /* not sizeof(*map): UEFI 7.2.3 */
};

static inline const EFI_MEMORY_DESCRIPTOR *
stub_descriptor(const struct stub_memory *memory, UINTN offset)
{
	return (const void *)((const uint8_t *)memory->map + offset);
}

/* leave.c: room for the map with all that will be added to it; the map as it
 * is now, and its key; the map, and the firmware's boot services are left. */
EFI_STATUS stub_memory_allocate(const struct stub *stub,
				struct stub_memory *memory);
EFI_STATUS stub_memory_get(const struct stub *stub, struct stub_memory *memory,
			   UINTN *key);
EFI_STATUS stub_leave(const struct stub *stub, struct stub_memory *memory);

/* start.c: starts the kernel by its own EFI entry. Returns when that does. */
EFI_STATUS stub_start(const struct stub *stub);

/* The architecture's: leaves boot services and goes on as a boot loader does,
 * through the door. Returns an error, or not at all. */
EFI_STATUS stub_capture(const struct stub *stub);

/* firmware.c: who speaks, from now on. */
void stub_firmware(EFI_SYSTEM_TABLE *system);
void stub_say_status(const char *what, EFI_STATUS status);

/* The architecture's: switches on what the hash can use, and returns the
 * PG_FEATURE_*; puts everything back. In between, firmware may be called. */
uint32_t stub_vectors_open(void);
void stub_vectors_close(void);

/* main.c, called by entry.S. */
EFI_STATUS stub_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *system);

#endif
