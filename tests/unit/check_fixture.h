/* SPDX-License-Identifier: BSD-2-Clause */
/* A manifest that passes the structural check, to be broken field by field. */
#ifndef TESTS_UNIT_CHECK_FIXTURE_H
#define TESTS_UNIT_CHECK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "purgatorio/check.h"

#define IMAGE  UINT64_C(0x30000000)
#define KERNEL UINT64_C(0x31000000)
#define PARAMS UINT64_C(0x34000000)
#define LOG    UINT64_C(0x35000000)
#define BACKUP UINT64_C(0x36000000)

/* A manifest with two parts, three ranges, a fill and two copies. */
struct sample {
	struct pg_manifest m;
	struct pg_part parts[2];
	struct pg_range ranges[3];
	struct pg_fill fills[1];
	struct pg_copy copies[2];
};

static const struct pg_span image = {IMAGE, 0x10000};
static struct pg_check_place place;

static struct pg_table table(size_t offset, uint32_t count)
{
	return (struct pg_table){(uint32_t)offset, count};
}

static struct sample good(void)
{
	struct sample s;

	memset(&s, 0, sizeof(s));
	memcpy(s.m.magic, PG_MANIFEST_MAGIC, sizeof(s.m.magic));
	s.m.version = PG_MANIFEST_VERSION;
	s.m.arch = PG_ARCH_X86_64;
	s.m.bytes = sizeof(s);
	s.m.parts = table(offsetof(struct sample, parts), 2);
	s.m.ranges = table(offsetof(struct sample, ranges), 3);
	s.m.fills = table(offsetof(struct sample, fills), 1);
	s.m.copies = table(offsetof(struct sample, copies), 2);
	strcpy(s.parts[0].name, "kernel");
	strcpy(s.parts[1].name, "boot_params");
	s.ranges[0] = (struct pg_range){KERNEL, 0x100000, {0}, 0, 0};
	s.ranges[1] = (struct pg_range){KERNEL + 0x100000, 5, {0}, 0, 0};
	s.ranges[2] =
		(struct pg_range){PARAMS - IMAGE, 4096, {0}, 1, PG_RELATIVE};
	s.fills[0] = (struct pg_fill){KERNEL + 0x100005, 0xffb, 0, 0};
	s.copies[0] = (struct pg_copy){0, BACKUP, 0x9f000, 0, 0};
	s.copies[1] = (struct pg_copy){0x9f000, BACKUP + 0x9f000 - IMAGE,
				       0x1000, PG_RELATIVE, 0};
	s.m.handoff.protocol = PG_HANDOFF_LINUX_X86_64;
	s.m.handoff.entry = KERNEL + 0x200;
	s.m.handoff.args[0] = PARAMS;
	s.m.log = (struct pg_log_area){LOG, 65536, 0};
	s.m.policy = s.m.policy_twin = PG_POLICY_STOP;
	return s;
}

static enum pg_status check(const struct sample *s)
{
	memset(&place, 0, sizeof(place));
	return pg_manifest_check(&s->m, PG_ARCH_X86_64, image, &place);
}

/* Breaks one field of a good manifest and says what must come out. */
#define BROKEN(status, where, statement)                \
	do {                                            \
		struct sample s = good();               \
		statement;                              \
		assert_int_equal(check(&s), status);    \
		assert_string_equal(place.what, where); \
	} while (0)

#endif
