// SPDX-License-Identifier: GPL-2.0-only
/*
 * Going on with something in a worker, so that whoever came upon it need not wait:
 * mpagex_later(). Its I/O stays his, for those who share a disk out.
 */
#include <linux/blk-cgroup.h>
#include <linux/blkdev.h>
#include <linux/cgroup.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "later.h"

/* Processes wait for folios that it is to read, and may hold memory meanwhile. */
static struct workqueue_struct *queue;

/*
 * What has not ended. Those that read one file from front to back take turns: the
 * later window would else reach the disk first as often as not.
 */
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

/* Under pending_lock: whose turn comes before what reads on from @index. */
static struct mpagex_later *before(const struct address_space *mapping,
				   pgoff_t index)
{
	struct mpagex_later *later;

	list_for_each_entry(later, &pending, node)
		if (later->mapping == mapping && later->end == index)
			return later;
	return NULL;
}

static void go_on(struct work_struct *work)
{
	struct mpagex_later *later = container_of(work, struct mpagex_later,
						  work);
	struct blk_plug plug;

	kthread_associate_blkcg(later->css);
	blk_start_plug(&plug);
	later->fn(later);
	blk_finish_plug(&plug);
	kthread_associate_blkcg(NULL);
	put_cgroup(later->css);

	spin_lock(&pending_lock);
	list_del(&later->node);
	spin_unlock(&pending_lock);
	if (later->next)
		queue_work(queue, &later->next->work);
	kfree(later);
}

/* Can it be said whose I/O it is? For a kernel thread that may be anybody's. */
bool mpagex_may_be_later(void)
{
	return !(current->flags & PF_KTHREAD);
}

/* Does a worker still have what ends in front of page @index? Then leave it this. */
bool mpagex_is_behind_later(const struct address_space *mapping, pgoff_t index)
{
	bool behind;

	if (list_empty_careful(&pending))
		return false;
	spin_lock(&pending_lock);
	behind = before(mapping, index);
	spin_unlock(&pending_lock);
	return behind;
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
	first = before(later->mapping, later->index);
	if (first && !first->next)
		first->next = later;
	else
		first = NULL;
	list_add(&later->node, &pending);
	spin_unlock(&pending_lock);
	if (!first)
		queue_work(queue, &later->work);
}
