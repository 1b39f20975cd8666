/* SPDX-License-Identifier: BSD-2-Clause */
/* Capture images: with this build's stubs and doors, small kernels, and a
 * purgatory of one page, or this build's. */
#include "tests/unit/arm64_image.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/fuzz/seeds.h"
#include "tests/fuzz/sparse.h"
#include "tests/unit/s390_fixture.h"

static const uint8_t initrd[300] = "initrd";

/* As fuzz_capture.c takes it. */
static void put_sparse(const char *name, struct pg_bytes file)
{
	uint8_t *out = malloc(sparse_shrink(file.data, file.size, NULL));
	struct pg_bytes made = {out, 0};

	assert_non_null(out);
	made.size = sparse_shrink(file.data, file.size, out);
	assert_int_equal(sparse_expand(made.data, made.size, NULL), file.size);
	put("capture", name, made);
	free(out);
}

static void put_capture(const char *name, struct pg_bytes kernel,
			struct pg_bytes purgatory, const char *stub, bool elf)
{
	struct pg_bytes initrds[1] = {{initrd, sizeof(initrd)}};
	struct pg_capture_options options = {
		.pack = {.kernel = kernel,
			 .purgatory_elf = purgatory,
			 .initrds = initrds,
			 .initrd_count = 1,
			 .command_line = "console=ttyS0"},
		.elf = elf};
	struct pg_error error;
	struct pg_bytes file;

	if (stub != NULL)
		options.stub = must_map(stub);
	expect_ok(pg_pack_capture(&options, scratch(), &error), &error);
	if (stub != NULL)
		pg_file_unmap(&options.stub);
	file = must_map(scratch());
	put_sparse(name, file);
	pg_file_unmap(&file);
	unlink(scratch());
}

/* With a small purgatory. */
static void put_small(const char *name, uint32_t arch, struct pg_bytes kernel,
		      const char *stub, bool elf)
{
	uint8_t *purgatory = make_purgatory(arch);

	put_capture(name, kernel, purgatory_bytes(purgatory), stub, elf);
	free(purgatory);
}

/* With that of this build. */
static void put_built(const char *name, const char *purgatory,
		      struct pg_bytes kernel, const char *stub, bool elf)
{
	struct pg_bytes built = must_map(purgatory);

	put_capture(name, kernel, built, stub, elf);
	pg_file_unmap(&built);
}

void seed_captures(void)
{
	uint8_t *bz = make_bzimage(), *image = make_image();
	uint8_t *s390 = make_s390(4096);
	const struct pg_bytes s390_bytes = {s390, S390_BYTES};

	/* But for its entry and its parameters, it may be anything. */
	memset(s390 + 0x1000, 0, PG_S390_START - 0x1000);
	put_small("x86_64", PG_ARCH_X86_64, bzimage_bytes(bz),
		  "build/x86_64/stub.efi", false);
	put_small("x86_64-elf", PG_ARCH_X86_64, bzimage_bytes(bz),
		  "build/x86_64/stub.efi", true);
	put_small("arm64", PG_ARCH_ARM64, bytes_of(image),
		  "build/arm64/stub.efi", false);
	put_small("s390x", PG_ARCH_S390X, s390_bytes, NULL, false);
	put_built("s390x-built", "build/s390x/purgatory.elf", s390_bytes, NULL,
		  false);
	free(bz);
	free(image);
	free(s390);
}
