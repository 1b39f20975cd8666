/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments of options. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* The number of @length characters at @text; strtoull(3) alone would take
 * signs and blanks too. */
static bool parse_number(const char *text, size_t length, uint64_t *out)
{
	char copy[32], *end;
	unsigned long long value;

	if (length == 0 || length >= sizeof(copy) || text[0] < '0' ||
	    text[0] > '9')
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	errno = 0;
	/* Base 0 would read 010 as eight. */
	if (copy[0] == '0' && (copy[1] == 'x' || copy[1] == 'X'))
		value = strtoull(copy, &end, 16);
	else
		value = strtoull(copy, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	*out = value;
	return true;
}

static bool parse_bytes(const char *text, size_t length, uint64_t *out)
{
	static const char units[] = "KMGT";
	const char *unit = NULL;
	unsigned shift = 0;
	uint64_t value;

	if (length > 1)
		unit = memchr(units, text[length - 1] & ~0x20, 4);
	if (unit != NULL) {
		shift = 10 * (unsigned)(unit - units + 1);
		length--;
	}
	if (!parse_number(text, length, &value))
		return false;
	if (value > UINT64_MAX >> shift)
		return false;
	*out = value << shift;
	return true;
}

bool cli_parse_bytes(const char *text, uint64_t *out)
{
	return parse_bytes(text, strlen(text), out);
}

enum pg_status cli_parse_window(const char *text, uint64_t *start,
				uint64_t *bytes, struct pg_error *error)
{
	const char *sign = strpbrk(text, "-+");
	uint64_t first, second;

	if (sign == NULL || !parse_bytes(text, (size_t)(sign - text), &first) ||
	    !cli_parse_bytes(sign + 1, &second))
		return pg_fail(error, PG_E_USAGE,
			       "memory window '%s': give START-END or "
			       "START+SIZE, as in 0x30000000+256M",
			       text);
	if (*sign == '-') {
		if (second < first || second - first == UINT64_MAX)
			return pg_fail(error, PG_E_USAGE,
				       "memory window '%s': ends before it "
				       "begins",
				       text);
		second = second - first + 1;
	}
	*start = first;
	*bytes = second;
	return PG_OK;
}

/* Cuts @text at its commas; at most @max fields, else 0. */
#define FIELDS_MAX 5
struct fields {
	struct {
		const char *text;
		size_t length;
	} field[FIELDS_MAX];
	size_t count;
};

static bool split(const char *text, struct fields *out)
{
	out->count = 0;
	for (;;) {
		size_t length = strcspn(text, ",");

		if (out->count == FIELDS_MAX)
			return false;
		out->field[out->count].text = text;
		out->field[out->count].length = length;
		out->count++;
		if (text[length] == '\0')
			return true;
		text += length + 1;
	}
}

static bool field_is(const struct fields *fields, size_t index,
		     const char *word)
{
	return index < fields->count &&
	       fields->field[index].length == strlen(word) &&
	       memcmp(fields->field[index].text, word, strlen(word)) == 0;
}

static bool field_number(const struct fields *fields, size_t index,
			 uint64_t max, uint64_t *out)
{
	return index < fields->count &&
	       parse_number(fields->field[index].text,
			    fields->field[index].length, out) &&
	       *out <= max;
}

#define BAUD_MAX 4000000

/* ttyS0 to ttyS3 where the PC has always had them. */
static bool parse_tty(const struct fields *fields, struct pg_console *out)
{
	static const uint16_t ports[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
	static const char *const names[] = {"ttyS0", "ttyS1", "ttyS2", "ttyS3"};
	uint64_t baud = 0;

	if (fields->count > 2 ||
	    (fields->count == 2 && !field_number(fields, 1, BAUD_MAX, &baud)))
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (!field_is(fields, 0, names[i]))
			continue;
		*out = (struct pg_console){.kind = PG_CONSOLE_8250_PORT,
					   .baud = (uint32_t)baud,
					   .address = ports[i],
					   .stride = 1};
		return true;
	}
	return false;
}

static bool parse_8250(const struct fields *fields, struct pg_console *out)
{
	bool mmio = field_is(fields, 1, "mmio");
	uint64_t address, baud = 0, stride = 1;

	if (!field_is(fields, 0, "8250") ||
	    (!mmio && !field_is(fields, 1, "port")))
		return false;
	/* Eight registers: the last port is 0xffff. */
	if (!field_number(fields, 2, mmio ? UINT64_MAX - 32 : 0xfff8, &address))
		return false;
	if (fields->count > 3 && !field_number(fields, 3, BAUD_MAX, &baud))
		return false;
	if (fields->count > 4 &&
	    (!mmio || !field_number(fields, 4, 4, &stride) ||
	     (stride != 1 && stride != 2 && stride != 4)))
		return false;
	*out = (struct pg_console){.kind = mmio ? PG_CONSOLE_8250_MMIO
						: PG_CONSOLE_8250_PORT,
				   .baud = (uint32_t)baud,
				   .address = address,
				   .stride = (uint32_t)stride};
	return true;
}

/* pl011,ADDRESS[,BAUD] and sbsa,ADDRESS, whose rate is not ours to set. */
static bool parse_arm(const struct fields *fields, struct pg_console *out)
{
	bool pl011 = field_is(fields, 0, "pl011");
	uint64_t address, baud = 0;

	if ((!pl011 && !field_is(fields, 0, "sbsa")) ||
	    fields->count > (pl011 ? 3 : 2) ||
	    !field_number(fields, 1, UINT64_MAX - 4096, &address) ||
	    (fields->count == 3 && !field_number(fields, 2, BAUD_MAX, &baud)))
		return false;
	*out = (struct pg_console){.kind = pl011 ? PG_CONSOLE_PL011
						 : PG_CONSOLE_SBSA,
				   .baud = (uint32_t)baud,
				   .address = address,
				   .stride = 4};
	return true;
}

enum pg_status cli_parse_console(const char *text, struct pg_console *out,
				 struct pg_error *error)
{
	struct fields fields;

	if (strcmp(text, "none") == 0) {
		*out = (struct pg_console){.kind = PG_CONSOLE_NONE};
		return PG_OK;
	}
	if (split(text, &fields) &&
	    (parse_tty(&fields, out) || parse_8250(&fields, out) ||
	     parse_arm(&fields, out)))
		return PG_OK;
	return pg_fail(error, PG_E_USAGE,
		       "console '%s': give none, ttyS0 to ttyS3 "
		       "(ttyS0,115200), 8250,port,0x3f8[,BAUD], "
		       "8250,mmio,ADDRESS[,BAUD[,STRIDE]], "
		       "pl011,ADDRESS[,BAUD] or sbsa,ADDRESS",
		       text);
}

enum pg_status cli_parse_reset(const char *text, struct pg_reset *out,
			       struct pg_error *error)
{
	uint64_t address, value;
	struct fields fields;
	bool mmio;

	if (strcmp(text, "arch") == 0) {
		*out = (struct pg_reset){.kind = PG_RESET_ARCH};
		return PG_OK;
	}
	if (strcmp(text, "psci,hvc") == 0 || strcmp(text, "psci,smc") == 0) {
		*out = (struct pg_reset){.kind = text[5] == 'h'
							 ? PG_RESET_PSCI_HVC
							 : PG_RESET_PSCI_SMC};
		return PG_OK;
	}
	if (split(text, &fields)) {
		mmio = field_is(&fields, 0, "mmio");
		if (fields.count == 3 &&
		    (mmio || field_is(&fields, 0, "port")) &&
		    field_number(&fields, 1, mmio ? UINT64_MAX - 1 : 0xffff,
				 &address) &&
		    field_number(&fields, 2, 0xff, &value)) {
			*out = (struct pg_reset){.kind = mmio ? PG_RESET_MMIO
							      : PG_RESET_PORT,
						 .value = (uint32_t)value,
						 .address = address};
			return PG_OK;
		}
	}
	return pg_fail(error, PG_E_USAGE,
		       "reset '%s': give arch, port,0xcf9,6, "
		       "mmio,ADDRESS,VALUE, psci,hvc or psci,smc",
		       text);
}

enum pg_status cli_parse_policy(const char *text, uint32_t *out,
				struct pg_error *error)
{
	static const struct {
		const char *name;
		uint32_t policy;
	} policies[] = {{"stop", PG_POLICY_STOP},
			{"reset", PG_POLICY_RESET},
			{"boot", PG_POLICY_BOOT}};

	for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
		if (strcmp(text, policies[i].name) != 0)
			continue;
		*out = policies[i].policy;
		return PG_OK;
	}
	return pg_fail(error, PG_E_USAGE,
		       "on mismatch '%s': give stop, reset or boot", text);
}
