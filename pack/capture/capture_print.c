/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a capture image is to loaders: its sections, and of a PE file whether
 * it is signed, and what PCR 11 of a TPM will hold once the stub has measured
 * it (efi-stub/measure.c): for each section the digest of its name, then that
 * of its content.
 */
#include <inttypes.h>
#include <string.h>

#include "pack/capture/capture.h"
#include "pack/formats/kernel_formats.h"
#include "pack/sections.h"
#include "purgatorio/byteorder.h"
#include "purgatorio/sha256.h"

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

static void predict(const struct pg_sections *sections, uint8_t pcr[32])
{
	static const char *const measured[] = {".linux",  ".osrel", ".cmdline",
					       ".initrd", ".ucode", ".dtb",
					       ".uname",  ".sbat"};
	struct pg_bytes content;

	memset(pcr, 0, 32);
	for (size_t i = 0; i < sizeof(measured) / sizeof(*measured); i++) {
		if (!pg_section_find(sections, measured[i], &content))
			continue;
		extend(pcr, (struct pg_bytes){(const uint8_t *)measured[i],
					      strlen(measured[i]) + 1});
		extend(pcr, content);
	}
}

/* Names are foreign. */
static struct pg_section section_at(const struct pg_sections *sections,
				    size_t index)
{
	struct pg_section section = pg_section_at(sections, index);

	for (char *c = section.name; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || *c == '"' || *c == '\\')
			*c = '?';
	return section;
}

/* "rwx", with a dash for what is not allowed. */
static void access_of(const struct pg_section *section, char out[4])
{
	out[0] = section->read ? 'r' : '-';
	out[1] = section->write ? 'w' : '-';
	out[2] = section->execute ? 'x' : '-';
	out[3] = '\0';
}

/* pg_image_read() has read the same headers. */
static bool open_again(const struct pg_image *image, struct pg_sections *out)
{
	struct pg_error ignored;

	return image->head.size != 0 &&
	       pg_sections_open(image->file, out, &ignored) == PG_OK &&
	       (out->is_elf || out->is_raw ||
		out->pe.sections >= PE_CERTIFICATE_N + 4);
}

static const uint8_t *pe_header(const struct pg_image *image)
{
	return image->file.data + pg_load_le32(image->file.data + PE_AT);
}

static void print_pe(const struct pg_image *image,
		     const struct pg_sections *sections, FILE *to)
{
	const uint8_t *header = pe_header(image);
	uint8_t pcr[32];
	char hex[65];

	predict(sections, pcr);
	pg_hex(pcr, hex);
	fprintf(to, "\nPE32+\n");
	fprintf(to, "machine    %s, entry 0x%x, 0x%x bytes of memory\n",
		pg_pe_machine_name(sections->pe.machine),
		pg_load_le32(header + PE_ENTRY),
		pg_load_le32(header + PE_IMAGE_BYTES));
	fprintf(to, "signature  %u bytes of certificates\n",
		pg_load_le32(header + PE_CERTIFICATE_N));
	fprintf(to, "pcr 11     sha256 %s\n", hex);
}

static void print_elf(const struct pg_sections *sections, FILE *to)
{
	fprintf(to, "\nELF64\n");
	fprintf(to, "machine    %s, entry 0x%" PRIx64 "\n",
		pg_arch_name(sections->arch), sections->elf.entry);
}

void pg_capture_print(const struct pg_image *image, FILE *to)
{
	struct pg_sections sections;
	char access[4];

	if (!open_again(image, &sections))
		return;
	if (sections.is_elf)
		print_elf(&sections, to);
	else if (sections.is_raw)
		fprintf(to, "\nraw\n");
	else
		print_pe(image, &sections, to);
	for (size_t i = 0; i < sections.count; i++) {
		const struct pg_section section = section_at(&sections, i);

		if (section.name[0] == '\0')
			continue;
		access_of(&section, access);
		fprintf(to, "%-8s  %s  0x%08" PRIx64 " %10" PRIu64 " bytes\n",
			section.name, access, section.offset,
			section.memory_bytes);
	}
}

static void begin_json(const struct pg_image *image,
		       const struct pg_sections *sections, FILE *to)
{
	const uint8_t *header = pe_header(image);
	uint8_t pcr[32];
	char hex[65];

	if (sections->is_elf) {
		fprintf(to,
			",\n  \"elf\": {\"machine\": \"%s\", \"entry\": "
			"\"0x%" PRIx64 "\", \"sections\": [\n",
			pg_arch_name(sections->arch), sections->elf.entry);
		return;
	}
	if (sections->is_raw) {
		fprintf(to, ",\n  \"raw\": {\"sections\": [\n");
		return;
	}
	predict(sections, pcr);
	pg_hex(pcr, hex);
	fprintf(to,
		",\n  \"pe\": {\"machine\": \"%s\", \"entry\": \"0x%x\", "
		"\"memory_bytes\": %u, \"certificate_bytes\": %u,\n"
		"    \"pcr11_sha256\": \"%s\", \"sections\": [\n",
		pg_pe_machine_name(sections->pe.machine),
		pg_load_le32(header + PE_ENTRY),
		pg_load_le32(header + PE_IMAGE_BYTES),
		pg_load_le32(header + PE_CERTIFICATE_N), hex);
}

void pg_capture_print_json(const struct pg_image *image, FILE *to)
{
	struct pg_sections sections;
	const char *comma = "";
	char access[4];

	if (!open_again(image, &sections))
		return;
	begin_json(image, &sections, to);
	for (size_t i = 0; i < sections.count; i++) {
		const struct pg_section section = section_at(&sections, i);

		if (section.name[0] == '\0')
			continue;
		access_of(&section, access);
		fprintf(to,
			"    %s{\"name\": \"%s\", \"access\": \"%s\", "
			"\"offset\": \"0x%" PRIx64 "\", \"bytes\": %" PRIu64
			"}\n",
			comma, section.name, access, section.offset,
			section.memory_bytes);
		comma = ",";
	}
	fprintf(to, "  ]}");
}
