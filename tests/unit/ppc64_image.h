/* SPDX-License-Identifier: BSD-2-Clause */
/* A ppc64 capture image in memory, as its loader left it. */
#ifndef PURGATORIO_TESTS_PPC64_IMAGE_H
#define PURGATORIO_TESTS_PPC64_IMAGE_H

#include "tests/unit/trees.h"

#include "arch/ppc64/image/image.c"
#include "arch/ppc64/image/of.c"
#include "purgatory/cmdline.c"

#define KERNEL_BYTES 0x4000u
#define WORK_AT	     PG_IMAGE_WORK
#define KERNEL_AT    (PG_IMAGE_PURGATORY + PG_PAGE_BYTES)
#define ROOM_AT	     (KERNEL_AT + KERNEL_BYTES)
#define LOG_AT	     (ROOM_AT + PG_IMAGE_TREE_BYTES)
#define INITRD_AT    (LOG_AT + PG_PAGE_BYTES)
#define ALL_BYTES    (INITRD_AT + PG_PAGE_BYTES)

/* The image, as it lies in memory. */
static uint8_t image[ALL_BYTES] __attribute__((aligned(4096)));
static struct {
	struct pg_manifest m;
	struct pg_part parts[3];
	struct pg_range ranges[3];
} sealed;
static struct pg_check_place place;
static uint64_t base;
static uint64_t limit; /* where memory ends */
static bool ours;
uint64_t pg_ppc64_boot_cpu;
static char own_line[] = "quiet";

bool pg_arch_reachable(uint64_t start, uint64_t bytes)
{
	return start <= limit && bytes <= limit - start;
}

void pg_arch_exceptions(bool take)
{
	ours = take;
}

static inline void set_range(unsigned index, uint32_t kind, const void *at,
			     size_t bytes)
{
	sealed.parts[index].kind = kind;
	sealed.ranges[index] = (struct pg_range){
		.start = pg_address(at), .bytes = bytes, .part = index};
}

static inline void give(size_t which, uint64_t value)
{
	pg_store_le64(image + WORK_AT + PG_IMAGE_WORK_GIVEN + which, value);
}

static inline int set_up_image(void **state)
{
	(void)state;
	memset(image, 0, sizeof(image));
	memset(&sealed, 0, sizeof(sealed));
	base = pg_address(image) + PG_IMAGE_PURGATORY;
	memcpy(image + KERNEL_AT + LOW_RUN, "0nur", 4);
	sealed.m.parts.offset =
		(uint32_t)((uint8_t *)sealed.parts - (uint8_t *)&sealed);
	sealed.m.parts.count = 3;
	sealed.m.ranges.offset =
		(uint32_t)((uint8_t *)sealed.ranges - (uint8_t *)&sealed);
	sealed.m.ranges.count = 3;
	sealed.m.handoff = (struct pg_handoff){
		.protocol = PG_HANDOFF_IMAGE_PPC64,
		.entry = pg_address(image + KERNEL_AT),
		.args = {pg_address(image + KERNEL_AT),
			 pg_address(image + WORK_AT), PG_IMAGE_WORK_BYTES}};
	sealed.m.log = (struct pg_log_area){pg_address(image + LOG_AT),
					    PG_PAGE_BYTES, 0};
	set_range(0, PG_PART_KERNEL, image + KERNEL_AT, KERNEL_BYTES);
	set_range(1, PG_PART_CMDLINE, own_line, sizeof(own_line) - 1);
	set_range(2, PG_PART_INITRD, image + INITRD_AT, 100);
	/* Which lies elsewhere, so that the image's end is the initrd's. */
	sealed.ranges[1].start = pg_address(image + PG_IMAGE_PURGATORY);
	memcpy(image + PG_IMAGE_PURGATORY, own_line, sizeof(own_line));
	limit = UINT64_MAX;
	ours = true;
	pg_ppc64_boot_cpu = 99;
	memset(&place, 0, sizeof(place));
	place.what = "";
	return 0;
}

static inline void expect_refused(enum pg_status expected, const char *word)
{
	assert_int_equal(pg_arch_loader_check(&sealed.m, base, &place),
			 expected);
	assert_non_null(strstr(place.what, word));
}

static inline struct pg_handoff merge(enum pg_status expected)
{
	struct pg_handoff handoff = sealed.m.handoff;

	assert_int_equal(
		pg_arch_loader_merge(&sealed.m, base, &handoff, &place),
		expected);
	return handoff;
}

#endif
