// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading. When mpagex goes there is nothing to be waited for: a
 * filesystem that uses it holds a reference on it, and unmounting waits for its
 * I/O.
 */
#include <linux/module.h>

#include "internal.h"

static int __init mpagex_init(void)
{
	int err = mpagex_init_bios();

	if (err)
		return err;
	err = mpagex_init_later();
	if (err) {
		mpagex_exit_bios();
		return err;
	}
	mpagex_init_stats();
	return 0;
}

static void __exit mpagex_exit(void)
{
	mpagex_exit_stats();
	mpagex_exit_later();
	mpagex_exit_bios();
}

module_init(mpagex_init);
module_exit(mpagex_exit);

MODULE_DESCRIPTION("Multipage buffered I/O from get_block, out of tree");
MODULE_AUTHOR("the mpagex authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(MPAGEX_VERSION);
