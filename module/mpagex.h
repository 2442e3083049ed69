/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mpagex: a filesystem's buffered I/O from its get_block alone.
 *
 * The drop-in half has the contracts of <linux/mpage.h> and lives beside
 * buffer-head write_begin and write_end: rename mpage_ to mpagex_ and import
 * the symbol namespace MPAGEX.
 */
#ifndef MPAGEX_H
#define MPAGEX_H

#include <linux/fs.h>
#include <linux/module.h>

struct folio;
struct readahead_control;
struct writeback_control;

/*
 * A using module says MPAGEX_IMPORT; once, beside its MODULE_LICENSE().
 * MODULE_IMPORT_NS() takes a token in some kernels and a string in others.
 */
#define MPAGEX_IMPORT	MODULE_INFO(import_ns, "MPAGEX")

/**
 * typedef mpagex_write_folio_t - a filesystem's say over one folio's write-out
 * @folio: locked, no longer dirty, not under writeback.
 * @wbc: what the caller of writepages asked for.
 *
 * Return: 1 to have the library write @folio, which is still locked; 0 when
 * the hook has written or redirtied it and unlocked it; a negative errno, with
 * @folio unlocked, when that failed.
 */
typedef int (*mpagex_write_folio_t)(struct folio *folio,
				    struct writeback_control *wbc);

void mpagex_readahead(struct readahead_control *rac, get_block_t get_block);
int mpagex_read_folio(struct folio *folio, get_block_t get_block);
int mpagex_writepages(struct address_space *mapping,
		      struct writeback_control *wbc, get_block_t get_block);
int mpagex_writepages_hook(struct address_space *mapping,
			   struct writeback_control *wbc, get_block_t get_block,
			   mpagex_write_folio_t write_folio);
int mpagex_write_folio(struct folio *folio, struct writeback_control *wbc,
		       get_block_t get_block);

#endif /* MPAGEX_H */
