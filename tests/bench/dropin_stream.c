/* SPDX-License-Identifier: BSD-2-Clause */
/* One stream as the drop-ins hash it on x86_64 (dropin/x86_64/sha256_one.S). */
#include "dropin/x86_64/sha256_one.h"
#include "sha256/message.h"
#include "tests/bench/contenders.h"

void dropin_stream(struct pg_sha256_job *jobs, size_t count, uint32_t features)
{
	(void)features;
	for (size_t i = 0; i < count; i++) {
		const uint64_t blocks = jobs[i].bytes / PG_SHA256_BLOCK_BYTES;
		uint8_t last[PG_SHA256_BLOCK_BYTES];
		struct pg_sha256_lane lane = {.data = jobs[i].data};
		bool closed;

		pg_sha256_begin(lane.state);
		if (blocks != 0)
			pg_sha256_shani_one(&lane, blocks);
		closed = pg_sha256_pad(last, lane.data, jobs[i].bytes);
		lane.data = last;
		pg_sha256_shani_one(&lane, 1);
		if (!closed) {
			pg_sha256_pad_length(last, jobs[i].bytes);
			lane.data = last;
			pg_sha256_shani_one(&lane, 1);
		}
		pg_sha256_end(lane.state, jobs[i].digest);
	}
}
