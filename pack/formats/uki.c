/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/formats/uki.h"

#include <stdlib.h>
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/sections.h"

static bool open_ours(struct pg_bytes file, struct pg_sections *sections)
{
	struct pg_error ignored;

	if (file.size < 2 ||
	    (memcmp(file.data, "MZ", 2) != 0 && !pg_capture_recognise(file)))
		return false;
	return pg_sections_open(file, sections, &ignored) == PG_OK &&
	       sections->arch != 0;
}

bool pg_uki_recognise(struct pg_bytes file)
{
	struct pg_sections sections;
	struct pg_bytes unused;

	return open_ours(file, &sections) &&
	       pg_section_find(&sections, ".linux", &unused);
}

/* Which member of @uki the section @name is; NULL: none of them. */
static struct pg_bytes *single(struct pg_uki *uki, const char *name)
{
	if (strcmp(name, ".linux") == 0)
		return &uki->linux_image;
	if (strcmp(name, ".cmdline") == 0)
		return &uki->cmdline;
	if (strcmp(name, ".dtb") == 0)
		return &uki->dtb;
	if (strcmp(name, ".ucode") == 0)
		return &uki->ucode;
	return NULL;
}

/* One section of what all profiles have in common or of the first profile.
 * *@fresh: a profile has begun, whose initrds replace the common ones. */
static enum pg_status take(struct pg_uki *uki, const char *name,
			   struct pg_bytes content, bool *fresh,
			   struct pg_error *error)
{
	struct pg_bytes *member = single(uki, name);
	const bool initrd = strcmp(name, ".initrd") == 0;

	if (member == NULL && !initrd)
		return PG_OK;
	if (content.size == 0 && member != &uki->cmdline)
		return pg_fail(error, PG_E_TRUNCATED,
			       "kernel: its section %s is empty; build the "
			       "image again",
			       name);
	if (member != NULL) {
		*member = content;
		return PG_OK;
	}
	if (*fresh)
		uki->initrd_count = 0;
	*fresh = false;
	if (uki->initrd_count == PG_UKI_INITRDS_MAX)
		return pg_fail(error, PG_E_LIMIT,
			       "kernel: has more than %d sections .initrd; "
			       "join some",
			       PG_UKI_INITRDS_MAX);
	uki->initrds[uki->initrd_count++] = content;
	return PG_OK;
}

enum pg_status pg_uki_read(struct pg_bytes file, struct pg_uki *out,
			   struct pg_error *error)
{
	struct pg_uki uki = {.initrd_count = 0};
	enum pg_status status = PG_OK;
	unsigned profiles = 0;
	bool fresh = false;
	struct pg_sections sections;

	if (!open_ours(file, &sections))
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: not an EFI program for x86_64 or "
			       "arm64");
	for (size_t i = 0; i < sections.count && status == PG_OK; i++) {
		const struct pg_section section = pg_section_at(&sections, i);

		if (strcmp(section.name, ".profile") == 0) {
			profiles++;
			fresh = true;
		}
		if (profiles > 1)
			break;
		status = take(&uki, section.name, section.content, &fresh,
			      error);
	}
	if (status == PG_OK)
		*out = uki;
	return status;
}

char *pg_uki_line(struct pg_bytes section)
{
	char *line = malloc(section.size + 1);
	size_t bytes = 0;

	if (line == NULL)
		return NULL;
	for (; bytes < section.size && section.data[bytes] != '\0'; bytes++) {
		const uint8_t c = section.data[bytes];

		line[bytes] = c >= ' ' && c <= '~' ? (char)c : ' ';
	}
	while (bytes > 0 && line[bytes - 1] == ' ')
		bytes--;
	line[bytes] = '\0';
	return line;
}
