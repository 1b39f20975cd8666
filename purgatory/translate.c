/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own loader has written the manifest; dropin/translate.c, which takes the
 * place of this file in a drop-in, makes one. */
#include "purgatory/purgatory.h"

void pg_translate(const struct pg_context *context)
{
	(void)context;
}
