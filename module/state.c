// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a folio's blocks in the whole path, and the address-space
 * operations that deal with nothing else: mpagex_dirty_folio(),
 * mpagex_invalidate_folio(), mpagex_release_folio() and
 * mpagex_is_partially_uptodate().
 */
#include <linux/bitmap.h>
#include <linux/slab.h>
#include <linux/writeback.h>

#include "buffered.h"
#include "mpagex_trace.h"

/**
 * mpagex_state_attach - give a folio a state, unless it has one
 * @folio: locked.
 * @blkbits: log2 of the block size.
 * @gfp: for the allocation.
 * @why: what it is for.
 *
 * The state says what the folio's own flags said before.
 *
 * Return: the state; NULL when memory is short, unless @gfp has __GFP_NOFAIL.
 */
struct mpagex_state *mpagex_state_attach(struct folio *folio,
					 unsigned int blkbits, gfp_t gfp,
					 enum mpagex_slow why)
{
	struct mpagex_state *state = mpagex_state(folio);
	unsigned int blocks = folio_size(folio) >> blkbits;

	if (state)
		return state;
	state = kzalloc(struct_size(state, bits, BITS_TO_LONGS(2 * blocks)),
			gfp);
	if (!state)
		return NULL;
	spin_lock_init(&state->lock);
	state->blocks = blocks;
	state->write_whole = folio_test_writeback(folio);
	if (folio_test_uptodate(folio))
		bitmap_set(state->bits, 0, blocks);
	if (folio_test_dirty(folio))
		bitmap_set(state->bits, blocks, blocks);
	/* Readers without the folio's lock: completions, and dirtying. */
	smp_wmb();
	folio_attach_private(folio, state);
	trace_mpagex_slow(folio, MPAGEX_WAY_STATE, why);

	/* mpagex_dirty_folio() may not have seen it: see there. */
	smp_mb();
	if (folio_test_dirty(folio))
		mpagex_set_dirty(state, 0, blocks);
	return state;
}

static void drop_state(struct folio *folio)
{
	struct mpagex_state *state = folio_detach_private(folio);

	if (state)
		kfree_rcu(state, rcu);
}

/* Are @count blocks from @first on, all in the folio, uptodate? */
bool mpagex_blocks_uptodate(struct folio *folio, unsigned int first,
			    unsigned int count)
{
	struct mpagex_state *state = mpagex_state(folio);

	if (folio_test_uptodate(folio))
		return true;
	if (!state)
		return false;
	return find_next_zero_bit(state->bits, first + count, first) >=
	       first + count;
}

/*
 * The first run of blocks that are not uptodate, from @first on; *@count
 * receives its length. Return: where it starts, or the number of blocks.
 */
unsigned int mpagex_next_missing(struct mpagex_state *state,
				 unsigned int first, unsigned int *count)
{
	unsigned int end;

	first = find_next_zero_bit(state->bits, state->blocks, first);
	end = find_next_bit(state->bits, state->blocks, first);
	*count = end - first;
	return first;
}

static bool set_uptodate(struct mpagex_state *state, unsigned int first,
			 unsigned int count)
{
	bitmap_set(state->bits, first, count);
	return bitmap_full(state->bits, state->blocks);
}

/* Return: true if all of the folio's blocks are uptodate now. */
bool mpagex_set_uptodate(struct mpagex_state *state, unsigned int first,
			 unsigned int count)
{
	unsigned long flags;
	bool full;

	spin_lock_irqsave(&state->lock, flags);
	full = set_uptodate(state, first, count);
	spin_unlock_irqrestore(&state->lock, flags);
	return full;
}

void mpagex_set_dirty(struct mpagex_state *state, unsigned int first,
		      unsigned int count)
{
	unsigned long flags;

	spin_lock_irqsave(&state->lock, flags);
	bitmap_set(state->bits, state->blocks + first, count);
	spin_unlock_irqrestore(&state->lock, flags);
}

/*
 * Take the first run of dirty blocks from @first on: they are clean then.
 * *@count receives its length. Return: where it starts, or the number of
 * blocks if there is none.
 */
unsigned int mpagex_take_dirty(struct mpagex_state *state, unsigned int first,
			       unsigned int *count)
{
	unsigned int blocks = state->blocks, end;
	unsigned long flags;

	spin_lock_irqsave(&state->lock, flags);
	first = find_next_bit(state->bits, 2 * blocks, blocks + first);
	end = find_next_zero_bit(state->bits, 2 * blocks, first);
	bitmap_clear(state->bits, first, end - first);
	spin_unlock_irqrestore(&state->lock, flags);
	*count = end - first;
	return first - blocks;
}

/*
 * Account for @blocks of a running read. Return: true if they were the last;
 * *@uptodate then tells whether all blocks are.
 */
bool mpagex_read_done(struct mpagex_state *state, unsigned int blocks,
		      bool *uptodate)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&state->lock, flags);
	state->read_left -= blocks;
	done = !state->read_left;
	*uptodate = bitmap_full(state->bits, state->blocks);
	spin_unlock_irqrestore(&state->lock, flags);
	return done;
}

/*
 * @count blocks of a folio hold what the file shall hold: dirty them. Without
 * memory for a state, by @gfp, all of the folio will be written.
 */
void mpagex_mark_written(struct inode *inode, struct folio *folio,
			 unsigned int first, unsigned int count, gfp_t gfp)
{
	struct mpagex_state *state = mpagex_state(folio);
	unsigned int blocks = folio_size(folio) >> inode->i_blkbits;

	if (!state && count < blocks && !folio_test_dirty(folio))
		state = mpagex_state_attach(folio, inode->i_blkbits,
					    gfp | __GFP_NOWARN,
					    MPAGEX_SLOW_PARTIAL);
	if (state) {
		if (mpagex_set_uptodate(state, first, count) &&
		    !folio_test_uptodate(folio))
			folio_mark_uptodate(folio);
		mpagex_set_dirty(state, first, count);
	} else if (!folio_test_uptodate(folio)) {
		folio_mark_uptodate(folio);
	}
	filemap_dirty_folio(inode->i_mapping, folio);
}

/**
 * mpagex_dirty_folio - note that a folio was written to in an unknown place
 * @mapping: its mapping.
 * @folio: the folio, not necessarily locked.
 *
 * For ->dirty_folio. A store through a process's mapping goes by
 * mpagex_page_mkwrite() first, which marks the page's own blocks; all of them
 * are marked here, and writeback leaves out those that are holes: nobody can
 * have stored there without having taken space.
 *
 * Context: any but interrupts; spinlocks may be held.
 * Return: true if the folio was clean.
 */
bool mpagex_dirty_folio(struct address_space *mapping, struct folio *folio)
{
	struct mpagex_state *state, *now;
	bool was_clean;

	rcu_read_lock();
	state = mpagex_state(folio);
	if (state)
		mpagex_set_dirty(state, 0, state->blocks);
	was_clean = filemap_dirty_folio(mapping, folio);

	/*
	 * A state attached in between, be it in the place of one that a split has
	 * dropped, saw a clean folio, unless it sees the flag that was just set.
	 * One of the two sides sees the other.
	 */
	smp_mb();
	now = mpagex_state(folio);
	if (unlikely(now && now != state)) {
		mpagex_set_dirty(now, 0, now->blocks);
		filemap_dirty_folio(mapping, folio);
	}
	rcu_read_unlock();
	return was_clean;
}

MPAGEX_EXPORT(mpagex_dirty_folio);

/**
 * mpagex_invalidate_folio - forget a folio's blocks when it is truncated
 * @folio: locked, not under writeback.
 * @offset: first byte of it that goes.
 * @len: how many.
 *
 * For ->invalidate_folio. What remains of a folio keeps its state.
 *
 * Context: process context.
 */
void mpagex_invalidate_folio(struct folio *folio, size_t offset, size_t len)
{
	if (offset || len != folio_size(folio))
		return;
	WARN_ON_ONCE(folio_test_writeback(folio));
	folio_cancel_dirty(folio);
	if (mpagex_state(folio))
		drop_state(folio);
}

MPAGEX_EXPORT(mpagex_invalidate_folio);

/**
 * mpagex_release_folio - give a folio's state back to the allocator
 * @folio: locked.
 * @gfp: what the allocator may do; nothing is needed.
 *
 * For ->release_folio: called by reclaim and before a large folio is split.
 *
 * Context: process context; does not sleep.
 * Return: false if the folio is dirty or under writeback and needs its state.
 */
bool mpagex_release_folio(struct folio *folio, gfp_t gfp)
{
	if (folio_test_dirty(folio) || folio_test_writeback(folio))
		return false;
	if (mpagex_state(folio))
		drop_state(folio);
	return true;
}

MPAGEX_EXPORT(mpagex_release_folio);

/**
 * mpagex_is_partially_uptodate - can a part of a folio be read as it is?
 * @folio: not uptodate as a whole.
 * @from: first byte of the part.
 * @count: its length in bytes; what is beyond the folio does not count.
 *
 * For ->is_partially_uptodate.
 *
 * Context: any; the folio is locked.
 * Return: true if every block of the part is uptodate.
 */
bool mpagex_is_partially_uptodate(struct folio *folio, size_t from,
				  size_t count)
{
	unsigned int blkbits = folio->mapping->host->i_blkbits;
	size_t end = min(from + count, folio_size(folio));
	unsigned int first = from >> blkbits;

	if (!mpagex_state(folio) || end <= from)
		return false;
	return mpagex_blocks_uptodate(folio, first,
				      ((end - 1) >> blkbits) - first + 1);
}

MPAGEX_EXPORT(mpagex_is_partially_uptodate);
