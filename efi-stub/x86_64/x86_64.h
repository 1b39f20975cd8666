/* SPDX-License-Identifier: BSD-2-Clause */
/* What capture mode takes from the firmware, for boot_params and page tables.
 */
#ifndef EFI_STUB_X86_64_H
#define EFI_STUB_X86_64_H

#include "efi-stub/stub.h"

/* e820.c: the map as Linux wants it. Ranges of one kind that touch become one;
 * of what does not fit, RAM is not told. */
void stub_put_e820(const struct stub_memory *memory, uint8_t *params);

/* screen.c: the frame buffer; ACPI's root pointer. */
void stub_put_screen(const struct stub *stub, uint8_t *params);
void stub_put_rsdp(const struct stub *stub, uint8_t *params);

/* tables.c: how many pages an identity map of all memory, and of the first
 * 4 GiB, takes; and the map, in as many zeroed pages at @tables, which is what
 * CR3 wants. For four and five levels, as the CPU is in now. */
UINTN stub_tables_pages(const struct stub_memory *memory);
void stub_tables_fill(const struct stub_memory *memory, uint8_t *tables);

#endif
