/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints, as `name=value` lines on COM1, all that a kernel is given; then
 * ends the machine by its diagnostic port. tests/baremetal/ judges. */
#include <stddef.h>
#include <stdint.h>

#include "purgatorio/byteorder.h"
#include "tests/baremetal/payload.h"

#define COM1	   0x3f8
#define COM1_LSR   0x3fd
#define LSR_THRE   0x20
#define DIAGNOSTIC 0x80 /* isa-debug-exit of the test machine */
#define DONE	   0x7f /* QEMU exits with 2 * 0x7f + 1 */

struct table_register {
	uint16_t limit;
	uint16_t base[4];
};

extern uint64_t payload_state[25];
extern struct table_register payload_gdtr, payload_idtr;
extern uint64_t payload_xmm[6], payload_wide[17];
_Noreturn void payload_main(void);

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void put(const char *text)
{
	unsigned polls;

	for (; *text; text++) {
		for (polls = 0; polls < 100000; polls++)
			if (in8(COM1_LSR) & LSR_THRE)
				break;
		out8(COM1, (uint8_t)*text);
	}
}

static uint64_t base_of(const struct table_register *r)
{
	return pg_load_le64(r->base);
}

/* Finds `@name=0x…` in the command line; 0 when it is not there. */
static uint64_t option(const char *line, const char *name)
{
	uint64_t value = 0;
	size_t i;

	for (; *line; line++) {
		for (i = 0; name[i] && line[i] == name[i]; i++)
			;
		if (name[i])
			continue;
		for (line += i + 3;; line++) {
			if (*line >= '0' && *line <= '9')
				value = value << 4 | (uint64_t)(*line - '0');
			else if (*line >= 'a' && *line <= 'f')
				value = value << 4 |
					(uint64_t)(*line - 'a' + 10);
			else
				return value;
		}
	}
	return 0;
}

/* What boot_params says: boot.rst's offsets. */
static void show_boot_params(uint64_t address)
{
	const uint8_t *params = (const uint8_t *)address;
	const uint64_t line = pg_load_le32(params + 0x228) |
			      (uint64_t)pg_load_le32(params + 0xc8) << 32;
	uint64_t initrd, bytes;
	const uint8_t *entry = params + 0x2d0;
	unsigned i;

	put_value("bp.header", pg_load_le32(params + 0x202));
	put_value("bp.loader", params[0x210]);
	initrd = pg_load_le32(params + 0x218) |
		 (uint64_t)pg_load_le32(params + 0xc0) << 32;
	bytes = pg_load_le32(params + 0x21c) |
		(uint64_t)pg_load_le32(params + 0xc4) << 32;
	put_value("bp.initrd", initrd);
	put_value("bp.initrd_bytes", bytes);
	put_value("bp.initrd_hash", hash(initrd, bytes));
	for (i = 0; i < params[0x1e8]; i++, entry += 20) {
		put_value("e820.start", pg_load_le64(entry));
		put_value("e820.bytes", pg_load_le64(entry + 8));
		put_value("e820.type", pg_load_le32(entry + 16));
	}
	put("bp.cmdline=");
	put((const char *)line);
	put("\n");
	bytes = option((const char *)line, "hash-bytes");
	if (bytes) {
		put_value("hash.low", hash(0, bytes));
		put_value("hash.backup",
			  hash(option((const char *)line, "hash-at"), bytes));
	}
}

/* One name a call: a table of names would need relocations. */
static void show_state(void)
{
	const uint64_t *s = payload_state;

	put_value("rax", s[0]), put_value("rbx", s[1]);
	put_value("rcx", s[2]), put_value("rdx", s[3]);
	put_value("rsi", s[4]), put_value("rdi", s[5]);
	put_value("rbp", s[6]), put_value("rsp", s[7]);
	put_value("r8", s[8]), put_value("r9", s[9]);
	put_value("r10", s[10]), put_value("r11", s[11]);
	put_value("r12", s[12]), put_value("r13", s[13]);
	put_value("r14", s[14]), put_value("r15", s[15]);
	put_value("rflags", s[16]), put_value("cr0", s[17]);
	put_value("cr3", s[18]), put_value("cr4", s[19]);
	put_value("dr7", s[20]), put_value("cs", s[21]);
	put_value("ds", s[22]), put_value("es", s[23]);
	put_value("ss", s[24]);
	put_value("gdt.limit", payload_gdtr.limit);
	put_value("gdt.code",
		  pg_load_le64((const void *)(base_of(&payload_gdtr) + 0x10)));
	put_value("gdt.data",
		  pg_load_le64((const void *)(base_of(&payload_gdtr) + 0x18)));
	put_value("idt.limit", payload_idtr.limit);
	put_value("xmm0.low", payload_xmm[0]);
	put_value("xmm0.high", payload_xmm[1]);
	put_value("xmm1.low", payload_xmm[2]);
	put_value("xmm7.low", payload_xmm[4]);
	put_value("vectors", payload_wide[0]);
	put_value("xcr0", payload_wide[1]);
	put_value("ymm1.high", payload_wide[2]);
	put_value("zmm1.high", payload_wide[4]);
	put_value("zmm17.low", payload_wide[8]);
	put_value("zmm17.high", payload_wide[15]);
	put_value("k1", payload_wide[16]);
}

_Noreturn void payload_main(void)
{
	put("\npayload: entered\n");
	show_state();
	show_boot_params(payload_state[4]);
	put("payload: done\n");
	out8(DIAGNOSTIC, DONE);
	for (;;)
		__asm__ volatile("cli; hlt");
}
