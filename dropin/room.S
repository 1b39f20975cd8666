/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory behind the image for the manifest that translate.c makes. */
#include "dropin/dropin.h"

	.section .manifest, "aw", %nobits
	.balign	4096
	.skip	DROPIN_MANIFEST_BYTES
	.section .note.GNU-stack, "", %progbits
