/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a capture image is to UEFI: its PE sections, whether it is signed, and
 * what PCR 11 of a TPM will hold once the stub has measured it
 * (efi-stub/measure.c): for each section the digest of its name, then that of
 * its content.
 */
#include <inttypes.h>
#include <string.h>

#include "pack/capture.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/sha256.h"

#define SECTION_BYTES	 40
#define PE_AT		 0x3c
#define PE_ENTRY	 40
#define PE_IMAGE_BYTES	 80
#define PE_CERTIFICATE_N 172

static void digest_of(struct pg_bytes data, uint8_t out[32])
{
	struct pg_sha256 sha;

	pg_sha256_init(&sha, pg_host_features());
	pg_sha256_update(&sha, data.data, data.size);
	pg_sha256_final(&sha, out);
}

static void extend(uint8_t pcr[32], struct pg_bytes data)
{
	uint8_t both[64];

	memcpy(both, pcr, 32);
	digest_of(data, both + 32);
	digest_of((struct pg_bytes){both, sizeof(both)}, pcr);
}

static void predict(const struct pg_pe *pe, uint8_t pcr[32])
{
	static const char *const measured[] = {".linux",  ".osrel", ".cmdline",
					       ".initrd", ".ucode", ".dtb",
					       ".uname",  ".sbat"};
	struct pg_bytes content;

	memset(pcr, 0, 32);
	for (size_t i = 0; i < sizeof(measured) / sizeof(*measured); i++) {
		if (!pg_pe_section(pe, measured[i], &content))
			continue;
		extend(pcr, (struct pg_bytes){(const uint8_t *)measured[i],
					      strlen(measured[i]) + 1});
		extend(pcr, content);
	}
}

struct section {
	char name[9];
	uint32_t offset, bytes, flags;
};

static struct section section_at(const struct pg_pe *pe, size_t index)
{
	const uint8_t *at =
		pe->file.data + pe->sections + index * SECTION_BYTES;
	struct section section = {.bytes = pg_load_le32(at + 8),
				  .offset = pg_load_le32(at + 12),
				  .flags = pg_load_le32(at + 36)};

	memcpy(section.name, at, 8);
	for (char *c = section.name; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || *c == '"' || *c == '\\')
			*c = '?';
	return section;
}

/* "rwx", with a dash for what is not allowed. */
static void access_of(const struct section *section, char out[4])
{
	out[0] = section->flags & 0x40000000u ? 'r' : '-';
	out[1] = section->flags & 0x80000000u ? 'w' : '-';
	out[2] = section->flags & 0x20000000u ? 'x' : '-';
	out[3] = '\0';
}

/* pg_image_read() has read the same headers. */
static const uint8_t *open_again(const struct pg_image *image, struct pg_pe *pe)
{
	struct pg_error ignored;

	if (image->head.size == 0 ||
	    pg_pe_open(image->file, pe, &ignored) != PG_OK ||
	    pe->sections < PE_CERTIFICATE_N + 4)
		return NULL;
	return image->file.data + pg_load_le32(image->file.data + PE_AT);
}

void pg_capture_print(const struct pg_image *image, FILE *to)
{
	const uint8_t *header;
	uint8_t pcr[32];
	char hex[65], access[4];
	struct pg_pe pe;

	header = open_again(image, &pe);
	if (header == NULL)
		return;
	predict(&pe, pcr);
	pg_hex(pcr, hex);
	fprintf(to, "\nPE32+\n");
	fprintf(to, "machine    %s, entry 0x%x, 0x%x bytes of memory\n",
		pg_pe_machine_name(pe.machine), pg_load_le32(header + PE_ENTRY),
		pg_load_le32(header + PE_IMAGE_BYTES));
	fprintf(to, "signature  %u bytes of certificates\n",
		pg_load_le32(header + PE_CERTIFICATE_N));
	fprintf(to, "pcr 11     sha256 %s\n", hex);
	for (size_t i = 0; i < pe.section_count; i++) {
		const struct section section = section_at(&pe, i);

		access_of(&section, access);
		fprintf(to, "%-8s  %s  0x%08x %10u bytes\n", section.name,
			access, section.offset, section.bytes);
	}
}

void pg_capture_print_json(const struct pg_image *image, FILE *to)
{
	const uint8_t *header;
	uint8_t pcr[32];
	char hex[65], access[4];
	struct pg_pe pe;

	header = open_again(image, &pe);
	if (header == NULL)
		return;
	predict(&pe, pcr);
	pg_hex(pcr, hex);
	fprintf(to,
		",\n  \"pe\": {\"machine\": \"%s\", \"entry\": \"0x%x\", "
		"\"memory_bytes\": %u, \"certificate_bytes\": %u,\n"
		"    \"pcr11_sha256\": \"%s\", \"sections\": [\n",
		pg_pe_machine_name(pe.machine), pg_load_le32(header + PE_ENTRY),
		pg_load_le32(header + PE_IMAGE_BYTES),
		pg_load_le32(header + PE_CERTIFICATE_N), hex);
	for (size_t i = 0; i < pe.section_count; i++) {
		const struct section section = section_at(&pe, i);

		access_of(&section, access);
		fprintf(to,
			"    %s{\"name\": \"%s\", \"access\": \"%s\", "
			"\"offset\": \"0x%x\", \"bytes\": %u}\n",
			i == 0 ? "" : ",", section.name, access, section.offset,
			section.bytes);
	}
	fprintf(to, "  ]}");
}
