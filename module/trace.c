// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the code of the tracepoints is made; mpagex_trace.h has them.
 */
#include <linux/blkdev.h>

#include "internal.h"

/* Last: it makes code of what the others have declared. */
#define CREATE_TRACE_POINTS
#include "mpagex_trace.h"
