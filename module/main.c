// SPDX-License-Identifier: GPL-2.0-only
/*
 * Identity of the module. mpagex keeps no state of its own, so that nothing
 * has to be set up when it is loaded or waited for when it goes: a filesystem
 * that uses it holds a reference on it, and unmounting waits for its I/O.
 */
#include <linux/module.h>

#include "mpagex.h"

MODULE_DESCRIPTION("Multipage buffered I/O from get_block, out of tree");
MODULE_AUTHOR("the mpagex authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(MPAGEX_VERSION);
