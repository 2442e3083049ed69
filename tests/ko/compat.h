/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interfaces of 7.3 that the test filesystem is written to, on older
 * kernels.
 */
#ifndef PROBE_COMPAT_H
#define PROBE_COMPAT_H

#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define inode_just_drop		generic_delete_inode
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define inode_state_read_once(inode)	READ_ONCE((inode)->i_state)
#endif

/* Where there is a ->writepage mpagex has to call it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
static int probe_write_folio(struct folio *folio,
			     struct writeback_control *wbc);

static int probe_writepage(struct page *page, struct writeback_control *wbc)
{
	return probe_write_folio(page_folio(page), wbc);
}

#define PROBE_WRITEPAGE_OP	.writepage = probe_writepage,
#else
#define PROBE_WRITEPAGE_OP
#endif

#endif /* PROBE_COMPAT_H */
