/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatorio/range.h: its contracts follow from its code, for every caller. */
#include "purgatorio/range.h"
