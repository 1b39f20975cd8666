/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux bzImage for x86_64. The payload (gzip, xz, zstd, ...) stays packed:
 * the kernel unpacks itself. Rules from Documentation/arch/x86/boot.rst.
 */
#include <string.h>

#include "pack/formats/bzimage.h"
#include "pack/formats/kernel_formats.h"
#include "purgatorio/byteorder.h"

#define SECTOR_BYTES	512
#define HEADER_BYTES	HDR_END_2_12
#define ONE_MIB		0x100000
#define ALIGNMENT_MAX	(1u << 30)
#define PROTOCOL_LOWEST 0x0206
#define PROTOCOL_64BIT	0x020c
/* Without 5-level paging, Linux maps 46 bits of physical address
 * (arch/x86/include/asm/sparsemem.h), with it 52. */
#define HIGHEST_4LEVEL ((1ull << 46) - 1)
#define HIGHEST_5LEVEL ((1ull << 52) - 1)

bool pg_bzimage_recognise(struct pg_bytes file)
{
	return file.size >= HDR_MAGIC + 4 &&
	       memcmp(file.data + HDR_MAGIC, "HdrS", 4) == 0;
}

/* The fields that every protocol has, and the two parts of the file. */
static enum pg_status read_layout(struct pg_bytes file, struct pg_kernel *out,
				  struct pg_error *error)
{
	const uint8_t *data = file.data;
	uint64_t sectors, setup_bytes, image_bytes;

	if (pg_load_le16(data + HDR_BOOT_FLAG) != 0xaa55)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: boot_flag at 0x1fe is 0x%04x and not "
			       "0xaa55; copy or build the bzImage again",
			       pg_load_le16(data + HDR_BOOT_FLAG));
	sectors = data[HDR_SETUP_SECTS] == 0 ? 4 : data[HDR_SETUP_SECTS];
	setup_bytes = (sectors + 1) * SECTOR_BYTES;
	image_bytes = (uint64_t)pg_load_le32(data + HDR_SYSSIZE) * 16;
	if (image_bytes <= ENTRY64_OFFSET)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: syssize at 0x1f4 gives %llu bytes, too "
			       "few for an entry at 0x200; build it again",
			       (unsigned long long)image_bytes);
	if (setup_bytes + image_bytes > file.size)
		return pg_fail(
			error, PG_E_TRUNCATED,
			"kernel: the bzImage has %zu bytes and announces "
			"%llu; copy or download it again",
			file.size,
			(unsigned long long)(setup_bytes + image_bytes));
	if (!(data[HDR_LOADFLAGS] & LOADED_HIGH))
		return pg_fail(error, PG_E_FORMAT,
			       "kernel: a zImage, which loads below 1 MiB; "
			       "build and give a bzImage");
	/* What may follow is a signature for Secure Boot. */
	out->image.data = data + setup_bytes;
	out->image.size = (size_t)image_bytes;
	return PG_OK;
}

static enum pg_status read_protocol(struct pg_bytes file, struct pg_kernel *out,
				    struct pg_error *error)
{
	const uint8_t *data = file.data;
	uint32_t version = pg_load_le16(data + HDR_VERSION);
	uint32_t flags = version >= PROTOCOL_64BIT
				 ? pg_load_le16(data + HDR_XLOADFLAGS)
				 : 0;
	size_t end = HDR_MAGIC + (size_t)data[HDR_JUMP + 1];

	if (version < PROTOCOL_LOWEST)
		return pg_fail(error, PG_E_OLD_KERNEL,
			       "kernel: boot protocol %u.%02u is older than "
			       "2.06; use a newer kernel",
			       version >> 8, version & 0xff);
	if (!(flags & XLF_KERNEL_64))
		return pg_fail(
			error, PG_E_FORMAT,
			"kernel: declares no 64-bit entry (boot protocol "
			"%u.%02u, xloadflags 0x%04x); give an x86_64 "
			"kernel of Linux 3.8 or later",
			version >> 8, version & 0xff, flags);
	if (data[HDR_JUMP] != 0xeb || end < HDR_END_2_12 || end > HDR_END_MAX)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: the jump at 0x200 (%02x %02x) does not "
			       "lead behind a setup header; build it again",
			       data[HDR_JUMP], data[HDR_JUMP + 1]);
	out->protocol = version;
	out->setup_header.data = data + HDR_START;
	out->setup_header.size = end - HDR_START;
	return PG_OK;
}

static bool is_power_of_two(uint64_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

/* Where it may lie, and how much room it takes from there. */
static enum pg_status read_placement(struct pg_bytes file,
				     struct pg_kernel *out,
				     struct pg_error *error)
{
	const uint8_t *data = file.data;
	uint32_t alignment = pg_load_le32(data + HDR_KERNEL_ALIGNMENT);
	uint8_t least = data[HDR_MIN_ALIGNMENT];
	uint32_t init_size = pg_load_le32(data + HDR_INIT_SIZE);
	uint64_t preferred = pg_load_le64(data + HDR_PREF_ADDRESS);
	uint32_t flags = pg_load_le16(data + HDR_XLOADFLAGS);

	if (!is_power_of_two(alignment) || alignment > ALIGNMENT_MAX)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: kernel_alignment at 0x230 is 0x%x, not "
			       "a power of two up to 1 GiB; build it again",
			       alignment);
	if (least > 30 || (1u << least) > alignment)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: min_alignment at 0x235 is 2^%u, more "
			       "than kernel_alignment 0x%x; build it again",
			       least, alignment);
	if (init_size == 0)
		return pg_fail(
			error, PG_E_CORRUPT,
			"kernel: init_size at 0x260 is 0; build it again");
	out->alignment = alignment;
	out->memory_bytes = init_size;
	if (out->memory_bytes < out->image.size)
		out->memory_bytes = out->image.size;
	if (!(flags & XLF_CAN_BE_LOADED_ABOVE_4G))
		out->highest = UINT32_MAX;
	else
		out->highest =
			flags & XLF_5LEVEL ? HIGHEST_5LEVEL : HIGHEST_4LEVEL;
	out->initrd_highest = out->highest;
	if (!(flags & XLF_CAN_BE_LOADED_ABOVE_4G))
		out->initrd_highest = pg_load_le32(data + HDR_INITRD_ADDR_MAX);
	out->lowest = ONE_MIB;
	if (data[HDR_RELOCATABLE] != 0)
		return PG_OK;
	/* It runs at one address only. */
	if (preferred < ONE_MIB || preferred % alignment != 0 ||
	    preferred > out->highest ||
	    out->memory_bytes - 1 > out->highest - preferred)
		return pg_fail(
			error, PG_E_CORRUPT,
			"kernel: is not relocatable and its pref_address "
			"0x%llx is impossible; build it again",
			(unsigned long long)preferred);
	out->lowest = preferred;
	out->highest = preferred + out->memory_bytes - 1;
	return PG_OK;
}

/* The packed kernel lies in the image; nobody but the kernel reads it. */
static enum pg_status check_payload(struct pg_bytes file,
				    const struct pg_kernel *out,
				    struct pg_error *error)
{
	uint64_t offset = pg_load_le32(file.data + HDR_PAYLOAD_OFFSET);
	uint64_t length = pg_load_le32(file.data + HDR_PAYLOAD_LENGTH);

	if (offset + length > out->image.size)
		return pg_fail(error, PG_E_CORRUPT,
			       "kernel: payload [0x%llx, +0x%llx) leaves the "
			       "image of 0x%zx bytes; copy or build it again",
			       (unsigned long long)offset,
			       (unsigned long long)length, out->image.size);
	return PG_OK;
}

/* "6.1.0-56-amd64 (user@host) #1 SMP ...": the release is the first word. */
static enum pg_status read_release(struct pg_bytes file, struct pg_kernel *out,
				   struct pg_error *error)
{
	size_t setup_bytes = (size_t)(out->image.data - file.data);
	size_t at = pg_load_le16(file.data + HDR_KERNEL_VERSION);
	size_t length = 0;

	out->release[0] = '\0';
	if (at == 0)
		return PG_OK;
	at += HDR_JUMP;
	if (at >= setup_bytes ||
	    memchr(file.data + at, '\0', setup_bytes - at) == NULL)
		return pg_fail(
			error, PG_E_CORRUPT,
			"kernel: kernel_version at 0x20e leads to 0x%zx, "
			"outside of the setup code; build it again",
			at);
	while (file.data[at + length] > ' ' && file.data[at + length] < 0x7f &&
	       length < sizeof(out->release) - 1)
		length++;
	memcpy(out->release, file.data + at, length);
	out->release[length] = '\0';
	return PG_OK;
}

enum pg_status pg_bzimage_read(struct pg_bytes file, struct pg_kernel *out,
			       struct pg_error *error)
{
	struct pg_kernel kernel = {.arch = PG_ARCH_X86_64,
				   .format = PG_KERNEL_BZIMAGE,
				   .file = file,
				   .entry_offset = ENTRY64_OFFSET};
	enum pg_status status;

	if (file.size < HEADER_BYTES)
		return pg_fail(error, PG_E_TRUNCATED,
			       "kernel: the bzImage ends at %zu, inside of its "
			       "setup header; copy or download it again",
			       file.size);
	status = read_protocol(file, &kernel, error);
	if (status == PG_OK)
		status = read_layout(file, &kernel, error);
	if (status == PG_OK)
		status = read_placement(file, &kernel, error);
	if (status == PG_OK)
		status = check_payload(file, &kernel, error);
	if (status == PG_OK)
		status = read_release(file, &kernel, error);
	if (status != PG_OK)
		return status;
	kernel.cmdline_max = pg_load_le32(file.data + HDR_CMDLINE_SIZE);
	*out = kernel;
	return PG_OK;
}
