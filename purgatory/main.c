/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of the boot. A kernel has crashed; a loader's purgatory was
 * jumped to; arch/<arch>/entry.S has given us a stack and zeroed .bss.
 *
 *	translate make the manifest of what another loader says (drop-ins)
 *	check     is this manifest one I know?
 *	self      am I still what I was?
 *	verify    is every byte of the next kernel still right?
 *	fill      zero what it expects to be zero
 *	copy      save what it will overwrite
 *	swap      put it where it runs (s390x)
 *	merge     what the loader said into what the kernel is told (images)
 *	handoff   set up the machine and jump
 *
 * On s390x the crashed kernel asks first: pg_ask() does what does not change
 * memory, and returns.
 *
 * A step that fails says why and ends in pg_failed(), which stops, resets, or
 * lets us go on, as the manifest's policy says.
 */
#include "purgatory/purgatory.h"

#include "purgatorio/arch.h"
#include "purgatorio/sha256.h"

static struct pg_context context;

typedef enum pg_status step_function(const struct pg_context *context,
				     uint64_t *bytes);

static enum pg_status run(enum pg_step step, const char *name,
			  step_function *function)
{
	enum pg_status status;
	uint64_t bytes = 0;
	uint64_t begin, end;

	begin = pg_step_begin(step);
	status = function(&context, &bytes);
	end = pg_step_end(status, bytes);
	if (status != PG_OK)
		pg_failed(&context, status);
	/* A kernel that asks owns the console: nothing but bad news. */
	if (bytes == 0 || context.asking)
		return status;
	pg_put(name);
	pg_put(": ");
	pg_put_size(bytes);
	pg_put_duration(end - begin, context.manifest->ticks_per_second);
	pg_put("\n");
	return status;
}

static void check(void)
{
	struct pg_check_place place;
	enum pg_status status;
	bool known;

	(void)pg_step_begin(PG_STEP_CHECK);
	known = pg_manifest_check_header(context.manifest, pg_arch_id(),
					 &place) == PG_OK;
	pg_console_begin(&context, known);
	status = pg_check(&context);
	if (status != PG_OK)
		pg_failed(&context, status);
	(void)pg_step_end(PG_OK, context.manifest->bytes);
}

static void greet(void)
{
	pg_log_features(context.features);
	pg_put("at ");
	pg_put_hex(context.base);
	pg_put(", ");
	pg_put_dec(context.manifest->parts.count);
	pg_put(" parts in ");
	pg_put_dec(context.manifest->ranges.count);
	pg_put(" ranges, CPU features ");
	pg_put_hex(context.features);
	pg_put("\n");
	if (context.features & PG_FEATURE_UNCACHED)
		pg_put("caches stay off: what the manifest names cannot be "
		       "mapped; this will be slow\n");
}

/* Was every range right when the kernel asked, and is that enough? */
static bool proved(void)
{
	if (!context.proved)
		return false;
	if (context.manifest->flags & PG_MANIFEST_VERIFY_AGAIN)
		return false;
	pg_put("verify: done when the kernel asked\n");
	return true;
}

/* Only what was sealed may say where the log is. */
static void self_check(void)
{
	if (run(PG_STEP_SELF, "self-check", pg_self_check) == PG_OK)
		pg_log_open(&context);
}

static void begin(const struct pg_image_header *image)
{
	context.image = image;
	context.base = pg_address(image);
	context.manifest = pg_pointer(context.base + image->memory_bytes);

	pg_arch_early();
	pg_log_start();
	pg_translate(&context);
	check();
	context.features = pg_arch_open(context.manifest);
}

noreturn void pg_main(const struct pg_image_header *image)
{
	context.asking = false;
	begin(image);
	greet();
	self_check();
	if (!proved())
		(void)run(PG_STEP_VERIFY, "verify", pg_verify);
	(void)run(PG_STEP_FILL, "fill", pg_fill_memory);
	(void)run(PG_STEP_COPY, "copy", pg_copy_memory);
	if (context.manifest->swap_bytes)
		(void)run(PG_STEP_SWAP, "swap", pg_swap_memory);
	pg_handoff(&context);
}

void pg_ask(const struct pg_image_header *image)
{
	context.asking = true;
	begin(image);
	self_check();
	context.proved = run(PG_STEP_VERIFY, "verify", pg_verify) == PG_OK;
	pg_arch_close();
}

noreturn void pg_handoff(const struct pg_context *at)
{
	struct pg_handoff handoff = at->manifest->handoff;
	unsigned i;

	/* Nothing was found, or nothing was looked for? */
	if (!pg_failed_before() && !pg_self_proved(at))
		pg_failed(at, PG_E_SELF);
	handoff.entry =
		pg_manifest_resolve(handoff.entry, handoff.flags, at->base);
	for (i = 0; i < 4; i++)
		if (handoff.flags & PG_HANDOFF_ARG_RELATIVE(i))
			handoff.args[i] += at->base;
	pg_step_begin(PG_STEP_HANDOFF);
	pg_merge_loader(at, &handoff);
	pg_put("entering the next kernel at ");
	pg_put_hex(handoff.entry);
	pg_put("\n");
	pg_step_end(PG_OK, 0);
	pg_arch_close();
	pg_arch_enter(&handoff);
}

const struct pg_context *pg_current(void)
{
	return context.image ? &context : NULL;
}
