/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Going on in a worker.
 */
#ifndef MPAGEX_LATER_H
#define MPAGEX_LATER_H

#include <linux/workqueue.h>

#include "internal.h"

struct cgroup_subsys_state;

struct mpagex_later {
	struct work_struct work;
	struct cgroup_subsys_state *css;	/* pays for the I/O */
	void (*fn)(struct mpagex_later *later);
	const struct address_space *mapping;	/* of which this reads */
	pgoff_t index, end;	/* these pages */
	struct list_head node;	/* in what has not ended */
	struct mpagex_later *next;	/* reads on from @end: not before this ends */
};

bool mpagex_may_be_later(void);
bool mpagex_is_behind_later(const struct address_space *mapping, pgoff_t index);
void mpagex_later(struct mpagex_later *later,
		  void (*fn)(struct mpagex_later *later));

#endif /* MPAGEX_LATER_H */
