// SPDX-License-Identifier: GPL-2.0-only
/*
 * Going on with something in a worker, so that whoever came upon it need not wait:
 * mpagex_later(). For those who share a disk out its I/O stays his, by his control
 * group and priority; what /proc/PID/io counts does not.
 */
#include <linux/blk-cgroup.h>
#include <linux/blkdev.h>
#include <linux/cgroup.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "later.h"

/* Processes wait for folios that it is to read, and may hold memory meanwhile. */
static struct workqueue_struct *queue;

/*
 * What has not ended. Those that read one file from front to back take turns: the
 * later window would else reach the disk first as often as not. But whoever reads
 * ahead without end shall wait for the disk himself, not fill memory with folios
 * that wait for a turn.
 */
#define MAX_TURNS	3	/* a file's */
static LIST_HEAD(pending);
static DEFINE_SPINLOCK(pending_lock);

int mpagex_init_later(void)
{
	queue = alloc_workqueue("mpagex", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return queue ? 0 : -ENOMEM;
}

void mpagex_exit_later(void)
{
	destroy_workqueue(queue);
}

#ifdef CONFIG_BLK_CGROUP
static struct cgroup_subsys_state *get_cgroup(void)
{
	return task_get_css(current, io_cgrp_id);
}

static void put_cgroup(struct cgroup_subsys_state *css)
{
	css_put(css);
}
#else
static struct cgroup_subsys_state *get_cgroup(void)
{
	return NULL;
}

static void put_cgroup(struct cgroup_subsys_state *css)
{
}
#endif

/*
 * Under pending_lock: what @later has to wait for. Nobody waits for what another
 * control group has to pay for.
 */
static struct mpagex_later *before(const struct mpagex_later *later)
{
	struct mpagex_later *other;

	list_for_each_entry(other, &pending, node)
		if (other->mapping == later->mapping &&
		    other->end == later->index && other->css == later->css &&
		    !other->next)
			return other;
	return NULL;
}

static void go_on(struct work_struct *work)
{
	struct mpagex_later *later = container_of(work, struct mpagex_later,
						  work);
	struct blk_plug plug;
	unsigned int nofs;

	/* As when the page cache calls ->readahead */
	nofs = memalloc_nofs_save();
	kthread_associate_blkcg(later->css);
	blk_start_plug(&plug);
	later->fn(later);
	blk_finish_plug(&plug);
	kthread_associate_blkcg(NULL);
	memalloc_nofs_restore(nofs);
	put_cgroup(later->css);

	spin_lock(&pending_lock);
	list_del(&later->node);
	spin_unlock(&pending_lock);
	if (later->next)
		queue_work(queue, &later->next->work);
	kfree(later);
}

/*
 * Can it be said whose I/O it is? For a kernel thread that may be anybody's. And who
 * serves a disk must not wait for a worker that waits for memory: to get some, that
 * may write to the same disk.
 */
bool mpagex_may_be_later(void)
{
	return !(current->flags & (PF_KTHREAD | PF_MEMALLOC_NOIO));
}

/*
 * Does a worker still have what ends in front of page @index, and not too much
 * already? Then leave it this.
 */
bool mpagex_is_behind_later(const struct address_space *mapping, pgoff_t index)
{
	struct mpagex_later *later;
	unsigned int turns = 0;
	bool behind = false;

	if (list_empty_careful(&pending))
		return false;
	spin_lock(&pending_lock);
	list_for_each_entry(later, &pending, node) {
		if (later->mapping != mapping)
			continue;
		turns++;
		behind |= later->end == index;
	}
	spin_unlock(&pending_lock);
	return behind && turns < MAX_TURNS;
}

/**
 * mpagex_later - have a worker go on
 * @later: first in what kmalloc() gave, which will be freed when this has ended.
 *	The caller sets mapping, index and end.
 * @fn: called with @later.
 *
 * Context: process context, of a process of a user's: mpagex_may_be_later().
 */
void mpagex_later(struct mpagex_later *later,
		  void (*fn)(struct mpagex_later *later))
{
	struct mpagex_later *first;

	INIT_WORK(&later->work, go_on);
	later->fn = fn;
	later->next = NULL;
	later->css = get_cgroup();

	spin_lock(&pending_lock);
	first = before(later);
	if (first)
		first->next = later;
	list_add(&later->node, &pending);
	spin_unlock(&pending_lock);
	if (!first)
		queue_work(queue, &later->work);
}
