/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing: every byte that the next kernel will read gets a digest, and the
 * manifest that holds them gets one too. Here for contents in memory;
 * stream.c does it while it writes them to a file.
 */
#include <stdlib.h>
#include <string.h>

#include "pack/formats/elf64.h"
#include "pack/manifest/manifest_codec.h"
#include "pack/plan/plan.h"
#include "purgatorio/sha256.h"

/* One job per range and one per part, but none for what a build host hashed,
 * nor for a part that is one range. Jobs and digests go in the same order
 * twice: once to ask, once to fetch. */
static size_t hash_jobs(const struct pg_plan_order *order,
			struct pg_manifest *manifest,
			struct pg_sha256_job *jobs, bool fetch)
{
	struct pg_part *entry =
		(void *)((uint8_t *)manifest + manifest->parts.offset);
	struct pg_range *range =
		(void *)((uint8_t *)manifest + manifest->ranges.offset);
	size_t used = 0;

	for (size_t i = 0; i < order->count; i++, entry++) {
		const struct pg_plan_part *part = order->part[i];
		const struct pg_bytes content = part->spec.content;
		size_t count = (size_t)pg_part_ranges(&part->spec);

		for (size_t k = 0; k < count; k++, range++) {
			if (part->digests != NULL)
				memcpy(range->sha256, part->digests[k], 32);
			else if (fetch)
				memcpy(range->sha256, jobs[used++].digest, 32);
			else
				jobs[used++] = (struct pg_sha256_job){
					.data = content.data +
						k * PG_RANGE_BYTES,
					.bytes = range->bytes};
		}
		if (part->digests != NULL)
			memcpy(entry->sha256, part->whole, 32);
		else if (count == 1)
			memcpy(entry->sha256, range[-1].sha256, 32);
		else if (fetch)
			memcpy(entry->sha256, jobs[used++].digest, 32);
		else
			jobs[used++] = (struct pg_sha256_job){
				.data = content.data, .bytes = content.size};
	}
	return used;
}

static enum pg_status hash(const struct pg_plan_order *order,
			   struct pg_manifest *manifest, struct pg_error *error)
{
	size_t most = manifest->ranges.count + order->count;
	struct pg_sha256_job *jobs = calloc(most + 1, sizeof(*jobs));

	if (jobs == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "plan: no memory to hash %zu ranges", most);
	pg_sha256_many(jobs, hash_jobs(order, manifest, jobs, false),
		       pg_host_features());
	hash_jobs(order, manifest, jobs, true);
	free(jobs);
	return PG_OK;
}

enum pg_status pg_plan_assemble(struct pg_plan *plan,
				const struct pg_manifest *manifest,
				struct pg_error *error)
{
	const struct pg_purgatory *purgatory = &plan->purgatory;
	size_t bytes = (size_t)purgatory->memory_bytes + manifest->bytes;
	uint8_t *sealed, *target;

	sealed = calloc(1, bytes);
	if (sealed == NULL)
		return pg_fail(error, PG_E_NO_MEMORY,
			       "plan: no memory for %zu bytes", bytes);
	memcpy(sealed, purgatory->content, (size_t)purgatory->const_bytes);
	target = sealed + purgatory->memory_bytes;
	pg_manifest_write(manifest, pg_arch_big_endian(plan->arch), target);
	pg_manifest_self_digest(
		(struct pg_bytes){sealed, (size_t)purgatory->const_bytes},
		(struct pg_bytes){target, manifest->bytes},
		target + offsetof(struct pg_manifest, self_sha256));
	plan->sealed = sealed;
	plan->sealed_bytes = bytes;
	plan->state = PG_PLAN_SEALED;
	return PG_OK;
}

enum pg_status pg_plan_seal(struct pg_plan *plan, struct pg_error *error)
{
	struct pg_manifest *manifest;
	struct pg_plan_order order;
	enum pg_status status =
		pg_plan_manifest(plan, &order, &manifest, error);

	if (status != PG_OK)
		return status;
	status = hash(&order, manifest, error);
	if (status == PG_OK)
		status = pg_plan_assemble(plan, manifest, error);
	free(manifest);
	return status;
}
