/* SPDX-License-Identifier: BSD-2-Clause */
/* The digest over the purgatory: any code, any manifest whose size the
 * structural check has passed. */
#include "tests/proof/machine.h"

/* sha256/ has drivers of its own: here it reads what it is given. */
void pg_sha256_init(struct pg_sha256 *context, uint32_t features)
{
	ANY(*context);
}

void pg_sha256_update(struct pg_sha256 *context, const void *data,
		      uint64_t bytes)
{
	const uint8_t *first = data;

	if (bytes == 0)
		return;
	(void)first[0];
	(void)first[bytes - 1];
}

void pg_sha256_final(struct pg_sha256 *context, uint8_t digest[PG_SHA256_BYTES])
{
	Frama_C_make_unknown((char *)digest, PG_SHA256_BYTES);
}

#define IMAGE	 0x30000000u
#define MANIFEST 0x40000000u

void main(void)
{
	/* What physical memory holds can be anything. */
	struct pg_image_header *image = pg_pointer(IMAGE);
	struct pg_manifest *manifest = pg_pointer(MANIFEST);
	const struct pg_context context = {
		.image = image,
		.manifest = manifest,
		.base = any_u64(),
		.features = any_u32(),
	};
	uint64_t bytes = 0;

	image->const_bytes = any_up_to(0x20000);
	manifest->bytes =
		(uint32_t)(sizeof(*manifest) + any_up_to(PG_MANIFEST_BYTES_MAX -
							 sizeof(*manifest)));
	(void)pg_self_check(&context, &bytes);
}
