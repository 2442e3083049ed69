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

#include "later.h"

/* Processes wait for folios that it is to read, and may hold memory meanwhile. */
static struct workqueue_struct *queue;

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

static void go_on(struct work_struct *work)
{
	struct mpagex_later *later = container_of(work, struct mpagex_later,
						  work);
	struct cgroup_subsys_state *css = later->css;
	struct blk_plug plug;

	kthread_associate_blkcg(css);
	blk_start_plug(&plug);
	later->fn(later);
	blk_finish_plug(&plug);
	kthread_associate_blkcg(NULL);
	put_cgroup(css);
}

/* Can it be said whose I/O it is? For a kernel thread that may be anybody's. */
bool mpagex_may_be_later(void)
{
	return !(current->flags & PF_KTHREAD);
}

/**
 * mpagex_later - have a worker go on
 * @later: whose it is from now on.
 * @fn: called with @later, to free it.
 *
 * Context: process context, of a process of a user's: mpagex_may_be_later().
 */
void mpagex_later(struct mpagex_later *later,
		  void (*fn)(struct mpagex_later *later))
{
	INIT_WORK(&later->work, go_on);
	later->fn = fn;
	later->css = get_cgroup();
	queue_work(queue, &later->work);
}
