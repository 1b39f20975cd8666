/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack/formats/initrd.h"

#include <stdlib.h>
#include <string.h>

enum pg_status pg_initrds_measure(const struct pg_bytes *initrds, size_t count,
				  size_t *bytes, struct pg_error *error)
{
	*bytes = 0;
	for (size_t i = 0; i < count; i++) {
		if (initrds[i].size == 0)
			return pg_fail(error, PG_E_TRUNCATED,
				       "initrd: number %zu is empty; make it "
				       "again",
				       i + 1);
		if (initrds[i].size > SIZE_MAX - 3 - *bytes)
			return pg_fail(error, PG_E_LIMIT,
				       "initrd: all together are too large; "
				       "use fewer");
		*bytes = (size_t)pg_initrd_boundary(*bytes) + initrds[i].size;
	}
	return PG_OK;
}

enum pg_status pg_initrds_join(const struct pg_bytes *initrds, size_t count,
			       struct pg_bytes *out, uint8_t **owned,
			       struct pg_error *error)
{
	const struct pg_bytes none = {NULL, 0};
	size_t bytes, at = 0;
	uint8_t *joined = NULL;
	enum pg_status status =
		pg_initrds_measure(initrds, count, &bytes, error);

	if (status != PG_OK)
		return status;
	if (count > 1) {
		joined = calloc(1, bytes);
		if (joined == NULL)
			return pg_fail(error, PG_E_NO_MEMORY,
				       "initrd: no memory for %zu bytes",
				       bytes);
		for (size_t i = 0; i < count; i++) {
			at = (size_t)pg_initrd_boundary(at);
			memcpy(joined + at, initrds[i].data, initrds[i].size);
			at += initrds[i].size;
		}
		*out = (struct pg_bytes){joined, bytes};
	} else {
		*out = count == 1 ? initrds[0] : none;
	}
	*owned = joined;
	return PG_OK;
}
