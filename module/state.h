/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a folio of the whole path remembers of its blocks. Only a folio of
 * several blocks that are not all alike has it, in folio->private.
 */
#ifndef MPAGEX_STATE_H
#define MPAGEX_STATE_H

#include <linux/atomic.h>
#include <linux/pagemap.h>
#include <linux/spinlock.h>

#include "internal.h"

/**
 * struct mpagex_state - per-block state of one folio
 * @lock: of the bits and of @read_left; taken in interrupts.
 * @read_left: blocks of the running read that have not been accounted for.
 *	Starts with all of the folio's and one more, so that parts which
 *	complete before the last has been submitted cannot end the read.
 * @write_left: the same for the running writeback, blocks as they are added.
 * @write_whole: the running writeback began before this state was attached,
 *	as a single part whose completion ends it.
 * @rcu: mpagex_dirty_folio() has no lock that would keep the folio's state.
 * @blocks: in the folio.
 * @bits: uptodate for each block, then dirty for each.
 *
 * Without a state, all blocks are uptodate if the folio is and none if it is
 * not; all are dirty if the folio is.
 */
struct mpagex_state {
	spinlock_t lock;	/* see above */
	unsigned int read_left;
	atomic_t write_left;
	bool write_whole;
	struct rcu_head rcu;
	unsigned int blocks;
	unsigned long bits[];
};

/* The mapping is one of the whole path: no folio of it has buffer heads. */
static inline struct mpagex_state *mpagex_state(struct folio *folio)
{
	return READ_ONCE(folio->private);
}

struct mpagex_state *mpagex_state_attach(struct folio *folio,
					 unsigned int blkbits, gfp_t gfp,
					 enum mpagex_slow why);
bool mpagex_blocks_uptodate(struct folio *folio, unsigned int first,
			    unsigned int count);
unsigned int mpagex_next_missing(struct mpagex_state *state,
				 unsigned int first, unsigned int *count);
bool mpagex_set_uptodate(struct mpagex_state *state, unsigned int first,
			 unsigned int count);
void mpagex_set_dirty(struct mpagex_state *state, unsigned int first,
		      unsigned int count);
unsigned int mpagex_take_dirty(struct mpagex_state *state, unsigned int first,
			       unsigned int *count);
bool mpagex_read_done(struct mpagex_state *state, unsigned int blocks,
		      bool *uptodate);

#endif /* MPAGEX_STATE_H */
