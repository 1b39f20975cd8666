/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The service-call logical processor, and the events that a console is made
 * of. IBM does not publish it; names and numbers are Linux's (drivers/s390/
 * char/sclp.h, sclp_rw.h) and QEMU's (hw/s390x/sclp.h).
 */
#ifndef ARCH_S390X_SCLP_H
#define ARCH_S390X_SCLP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Commands, and the response to one that was done. */
#define SCLP_WRITE_EVENT_DATA 0x00760005u
#define SCLP_WRITE_EVENT_MASK 0x00780005u
#define SCLP_NO_SUCH_COMMAND  0x00000000u
#define SCLP_DONE	      0x0020u

/* Types of events; in masks, type n is bit n, the leftmost being 1. */
#define SCLP_EVENT_MESSAGE   0x02u /* to the line-mode console */
#define SCLP_EVENT_VT220     0x1au
#define SCLP_EVENT_BIT(type) (0x80000000u >> ((type)-1))

#define SCLP_BLOCK_BYTES 1024
#define SCLP_LINE_MOST	 256

struct sclp_header {
	uint16_t bytes;
	uint8_t function;
	uint8_t control[3];
	uint16_t response;
};

struct sclp_event {
	uint16_t bytes;
	uint8_t type;
	uint8_t flags;
	uint16_t reserved;
};

/* A "message data block" with one "general object" and one line of text. */
struct sclp_message {
	uint16_t bytes;
	uint16_t type; /* 1 */
	uint32_t tag;  /* "MDB " in EBCDIC */
	uint32_t revision;
	struct {
		uint16_t bytes;
		uint16_t type; /* 1 */
		uint32_t domain;
		uint8_t time_and_date[20];
		uint16_t flags;
		uint8_t reserved[10];
		uint8_t system[8], job[8];
	} general;
	struct {
		uint16_t bytes;
		uint16_t type; /* 4 */
		uint16_t flags;
		uint8_t alarm;
		uint8_t reserved[3];
		uint8_t text[];
	} line;
};
#define SCLP_MESSAGE_TAG 0xd4c4c240u
#define SCLP_LINE_END	 0x1000u /* line.flags: the last line of the text */

_Static_assert(sizeof(struct sclp_header) == 8, "SCCB header");
_Static_assert(sizeof(struct sclp_event) == 6, "event buffer header");
_Static_assert(offsetof(struct sclp_message, general) == 12, "MDB header");
_Static_assert(offsetof(struct sclp_message, line.text) == 12 + 56 + 10, "MTO");

/* sclp.c: readies the block for a command and returns it zeroed; NULL when
 * there is no storage that an SCLP can reach. */
struct sclp_header *pg_sclp_block(size_t bytes);

/* Has the SCLP do @command with that block. False when it did not, did not
 * answer in time, or is not there. */
bool pg_sclp_do(uint32_t command);

/* ebcdic.c */
uint8_t pg_s390x_ebcdic(char c);

#endif
