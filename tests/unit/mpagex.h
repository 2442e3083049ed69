/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What demofs's block code uses of mpagex: here is no page cache to be told.
 */
#ifndef UNIT_MPAGEX_H
#define UNIT_MPAGEX_H

struct inode;

static inline void mpagex_map_changed(struct inode *inode)
{
	(void)inode;
}

#endif /* UNIT_MPAGEX_H */
