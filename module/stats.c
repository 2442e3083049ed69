// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters for each mount, in debugfs: mpagex/enable, and mpagex/DEVICE/stats and
 * reset for each device that has had I/O since 1 was written to enable.
 *
 * The tracepoints feed them. Switched off, they cost nothing: there is no other
 * hook where the I/O is. And no filesystem needs to know: a mount comes up with
 * the first event that it has.
 */
#include <linux/blkdev.h>
#include <linux/debugfs.h>
#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "internal.h"
#include "mpagex_trace.h"

#define ORDERS		12	/* of folios; larger ones count with the last */
#define POWERS		31	/* of two, in histograms */

struct io_counters {
	u64 bios;
	u64 bytes;
	u64 completed;
	u64 errors;
	u64 ns;			/* that those completed took */
	u64 cuts[MPAGEX_CUTS];
	u64 folios[ORDERS];
	u64 us[POWERS];		/* 0 and 1, 2 and 3, 4 to 7 ... */
};

/* Nothing but u64: they are added up as an array. */
struct counters {
	struct io_counters io[2];	/* read, write */
	u64 calls;		/* of get_block */
	u64 creating;		/* of them, with create */
	u64 failed;
	u64 found;		/* blocks, in all answers */
	u64 ns;			/* in get_block */
	u64 slept;		/* calls that did */
	u64 slept_ns;		/* and how long these took */
	u64 ahead;		/* times that metadata was asked for ahead */
	u64 blocks[POWERS];	/* in an answer */
	u64 slow[MPAGEX_WAYS][MPAGEX_SLOWS];
};

#define COUNTERS	(sizeof(struct counters) / sizeof(u64))

struct mount {
	struct hlist_node node;
	dev_t dev;
	char name[sizeof_field(struct super_block, s_id)];
	struct counters __percpu *now;
	struct mutex lock;	/* of base */
	struct counters base;	/* what they were when they were reset */
	struct dentry *dir;
};

static const struct trace_print_flags cut_names[] = { MPAGEX_CUT_NAMES };
static const struct trace_print_flags way_names[] = { MPAGEX_WAY_NAMES };
static const struct trace_print_flags slow_names[] = { MPAGEX_SLOW_NAMES };

/* Looked up under RCU, added under the spinlock, removed under both locks. */
static DEFINE_HASHTABLE(mounts, 6);
static DEFINE_SPINLOCK(mounts_lock);
static DEFINE_MUTEX(control);
static bool enabled;
static atomic_t missed = ATOMIC_INIT(0);
static struct dentry *root;

static void add_up(struct mount *m, struct counters *sum)
{
	u64 *to = (u64 *)sum;
	unsigned int i;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const u64 *from = (u64 *)per_cpu_ptr(m->now, cpu);

		for (i = 0; i < COUNTERS; i++)
			to[i] += READ_ONCE(from[i]);
	}
}

static void show_powers(struct seq_file *seq, const char *name, const u64 *value)
{
	unsigned int i;

	for (i = 0; i < POWERS; i++) {
		if (value[i])
			seq_printf(seq, "%s_%lu %llu\n", name, BIT(i), value[i]);
	}
}

static void show_io(struct seq_file *seq, const char *op,
		    const struct io_counters *io)
{
	char name[16];
	unsigned int i;

	seq_printf(seq, "%s_bios %llu\n", op, io->bios);
	seq_printf(seq, "%s_bytes %llu\n", op, io->bytes);
	seq_printf(seq, "%s_completed %llu\n", op, io->completed);
	seq_printf(seq, "%s_errors %llu\n", op, io->errors);
	seq_printf(seq, "%s_ns %llu\n", op, io->ns);
	for (i = 0; i < ARRAY_SIZE(cut_names); i++) {
		u64 value = io->cuts[cut_names[i].mask];

		if (value)
			seq_printf(seq, "%s_cut_%s %llu\n", op,
				   cut_names[i].name, value);
	}
	for (i = 0; i < ORDERS; i++) {
		if (io->folios[i])
			seq_printf(seq, "%s_folios_order_%u %llu\n", op, i,
				   io->folios[i]);
	}
	snprintf(name, sizeof(name), "%s_us", op);
	show_powers(seq, name, io->us);
}

static void show_slow(struct seq_file *seq, const struct counters *c)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(way_names); i++) {
		const u64 *slow = c->slow[way_names[i].mask];

		for (j = 0; j < ARRAY_SIZE(slow_names); j++) {
			u64 value = slow[slow_names[j].mask];

			if (value)
				seq_printf(seq, "slow_%s_%s %llu\n",
					   way_names[i].name,
					   slow_names[j].name, value);
		}
	}
}

/* A name and a number a line; of what is an array, only what is not 0. */
static int stats_show(struct seq_file *seq, void *v)
{
	struct mount *m = seq->private;
	struct counters *c;
	unsigned int i;

	c = kmalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	mutex_lock(&m->lock);
	add_up(m, c);
	for (i = 0; i < COUNTERS; i++)
		((u64 *)c)[i] -= ((u64 *)&m->base)[i];
	mutex_unlock(&m->lock);

	show_io(seq, "read", &c->io[READ]);
	show_io(seq, "write", &c->io[WRITE]);
	seq_printf(seq, "get_block_calls %llu\n", c->calls);
	seq_printf(seq, "get_block_create %llu\n", c->creating);
	seq_printf(seq, "get_block_errors %llu\n", c->failed);
	seq_printf(seq, "get_block_found %llu\n", c->found);
	seq_printf(seq, "get_block_ns %llu\n", c->ns);
	seq_printf(seq, "metadata_waits %llu\n", c->slept);
	seq_printf(seq, "metadata_wait_ns %llu\n", c->slept_ns);
	seq_printf(seq, "metadata_ahead %llu\n", c->ahead);
	show_powers(seq, "get_block_blocks", c->blocks);
	show_slow(seq, c);
	seq_printf(seq, "missed %d\n", atomic_read(&missed));
	kfree(c);
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(stats);

/* The counters go on; what they were is taken off when they are shown. */
static int reset_set(void *data, u64 value)
{
	struct mount *m = data;

	mutex_lock(&m->lock);
	add_up(m, &m->base);
	mutex_unlock(&m->lock);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(reset_fops, NULL, reset_set, "%llu\n");

static void make_dirs(struct work_struct *work)
{
	struct mount *m;
	int bucket;

	mutex_lock(&control);
	hash_for_each(mounts, bucket, m, node) {
		if (m->dir)
			continue;
		m->dir = debugfs_create_dir(m->name, root);
		debugfs_create_file("stats", 0444, m->dir, m, &stats_fops);
		debugfs_create_file_unsafe("reset", 0200, m->dir, m, &reset_fops);
	}
	mutex_unlock(&control);
}

static DECLARE_WORK(make_dirs_work, make_dirs);

/* Under RCU. A device's number may be used again, but hardly under its name. */
static struct mount *find(struct super_block *sb)
{
	struct mount *m;

	hash_for_each_possible_rcu(mounts, m, node, sb->s_dev) {
		if (m->dev == sb->s_dev && !strcmp(m->name, sb->s_id))
			return m;
	}
	return NULL;
}

static void free_mount(struct mount *m)
{
	free_percpu(m->now);
	kfree(m);
}

/* From a tracepoint, where nothing may sleep. */
static struct mount *alloc_mount(struct super_block *sb)
{
	struct mount *m = kzalloc(sizeof(*m), GFP_NOWAIT | __GFP_NOWARN);

	if (!m)
		return NULL;
	m->now = alloc_percpu_gfp(struct counters, GFP_NOWAIT | __GFP_NOWARN);
	if (!m->now) {
		kfree(m);
		return NULL;
	}
	m->dev = sb->s_dev;
	strscpy(m->name, sb->s_id, sizeof(m->name));
	mutex_init(&m->lock);
	return m;
}

/* Not from interrupts. Under RCU. */
static struct mount *find_or_add(struct super_block *sb)
{
	struct mount *m = find(sb), *new;

	if (likely(m))
		return m;
	new = alloc_mount(sb);
	if (!new) {
		atomic_inc(&missed);
		return NULL;
	}
	spin_lock(&mounts_lock);
	m = find(sb);
	if (!m)
		hash_add_rcu(mounts, &new->node, new->dev);
	spin_unlock(&mounts_lock);
	if (m) {
		free_mount(new);
		return m;
	}
	schedule_work(&make_dirs_work);
	return new;
}

static void count_get_block(void *data, struct inode *inode, sector_t first,
			    sector_t count, const struct mpagex_map *map,
			    int create, int error,
			    const struct mpagex_took *took)
{
	/* A hole that has no length is one block. */
	sector_t found = map->blocks ?: 1;
	struct mount *m;

	rcu_read_lock();
	m = find_or_add(inode->i_sb);
	if (m) {
		this_cpu_inc(m->now->calls);
		this_cpu_add(m->now->ns, took->ns);
		if (create)
			this_cpu_inc(m->now->creating);
		if (took->slept) {
			this_cpu_inc(m->now->slept);
			this_cpu_add(m->now->slept_ns, took->ns);
		}
		if (error) {
			this_cpu_inc(m->now->failed);
		} else {
			this_cpu_add(m->now->found, found);
			this_cpu_inc(m->now->blocks[ilog2(found)]);
		}
	}
	rcu_read_unlock();
}

static void count_folios(struct io_counters __percpu *io, struct bio *bio)
{
	struct folio *last = NULL;
	struct folio_iter fi;

	bio_for_each_folio_all(fi, bio) {
		if (fi.folio != last)
			this_cpu_inc(io->folios[min_t(unsigned int, ORDERS - 1,
						      folio_order(fi.folio))]);
		last = fi.folio;
	}
}

static void count_submit(void *data, struct bio *bio, enum mpagex_cut reason)
{
	struct io_counters __percpu *io;
	struct mount *m;

	rcu_read_lock();
	m = find_or_add(mpagex_bio_inode(bio)->i_sb);
	if (m) {
		io = &m->now->io[op_is_write(bio_op(bio))];
		this_cpu_inc(io->bios);
		this_cpu_add(io->bytes, bio->bi_iter.bi_size);
		this_cpu_inc(io->cuts[reason]);
		count_folios(io, bio);
	}
	rcu_read_unlock();
}

/* In interrupts, too. What was submitted before is not known, and not counted. */
static void count_complete(void *data, struct bio *bio, u64 ns)
{
	struct io_counters __percpu *io;
	struct mount *m;

	rcu_read_lock();
	m = find(mpagex_bio_inode(bio)->i_sb);
	if (m && ns) {
		io = &m->now->io[op_is_write(bio_op(bio))];
		this_cpu_inc(io->completed);
		if (bio->bi_status)
			this_cpu_inc(io->errors);
		this_cpu_add(io->ns, ns);
		this_cpu_inc(io->us[min(ilog2(div_u64(ns, 1000) | 1), POWERS - 1)]);
	}
	rcu_read_unlock();
}

static void count_slow(void *data, struct folio *folio, enum mpagex_way way,
		       enum mpagex_slow reason)
{
	struct mount *m;

	rcu_read_lock();
	m = find_or_add(folio->mapping->host->i_sb);
	if (m)
		this_cpu_inc(m->now->slow[way][reason]);
	rcu_read_unlock();
}

static void count_map_ahead(void *data, struct inode *inode, sector_t first,
			    sector_t block)
{
	struct mount *m;

	rcu_read_lock();
	m = find_or_add(inode->i_sb);
	if (m)
		this_cpu_inc(m->now->ahead);
	rcu_read_unlock();
}

static int start_counting(void)
{
	int err = register_trace_mpagex_get_block(count_get_block, NULL);

	if (err)
		return err;
	err = register_trace_mpagex_complete(count_complete, NULL);
	if (err)
		goto no_complete;
	err = register_trace_mpagex_submit(count_submit, NULL);
	if (err)
		goto no_submit;
	err = register_trace_mpagex_slow(count_slow, NULL);
	if (err)
		goto no_slow;
	err = register_trace_mpagex_map_ahead(count_map_ahead, NULL);
	if (!err)
		return 0;

	unregister_trace_mpagex_slow(count_slow, NULL);
no_slow:
	unregister_trace_mpagex_submit(count_submit, NULL);
no_submit:
	unregister_trace_mpagex_complete(count_complete, NULL);
no_complete:
	unregister_trace_mpagex_get_block(count_get_block, NULL);
	tracepoint_synchronize_unregister();
	return err;
}

/* With control held. */
static void remove_mount(struct mount *m)
{
	spin_lock(&mounts_lock);
	hash_del_rcu(&m->node);
	spin_unlock(&mounts_lock);
	debugfs_remove(m->dir);
	synchronize_rcu();
	free_mount(m);
}

static void stop_counting(void)
{
	struct hlist_node *next;
	struct mount *m;
	int bucket;

	unregister_trace_mpagex_map_ahead(count_map_ahead, NULL);
	unregister_trace_mpagex_slow(count_slow, NULL);
	unregister_trace_mpagex_submit(count_submit, NULL);
	unregister_trace_mpagex_complete(count_complete, NULL);
	unregister_trace_mpagex_get_block(count_get_block, NULL);
	tracepoint_synchronize_unregister();
	hash_for_each_safe(mounts, bucket, next, m, node)
		remove_mount(m);
	atomic_set(&missed, 0);
}

/* Switch counting on, or off: then all that was counted is forgotten. */
static int set_enabled(bool on)
{
	int err = 0;

	mutex_lock(&control);
	if (on && !enabled)
		err = start_counting();
	else if (!on && enabled)
		stop_counting();
	if (!err)
		enabled = on;
	mutex_unlock(&control);
	return err;
}

static int enable_set(void *data, u64 value)
{
	return value > 1 ? -EINVAL : set_enabled(value);
}

static int enable_get(void *data, u64 *value)
{
	*value = enabled;
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(enable_fops, enable_get, enable_set, "%llu\n");

/**
 * mpagex_unmount - forget what was counted for a mount
 * @sb: the filesystem, which has no more data in memory.
 *
 * For ->put_super. Without it, the next mount of the same device adds to the
 * counters of this one.
 *
 * Context: process context, may sleep.
 */
void mpagex_unmount(struct super_block *sb)
{
	struct mount *m;

	mutex_lock(&control);
	rcu_read_lock();
	m = find(sb);
	rcu_read_unlock();
	if (m)
		remove_mount(m);
	mutex_unlock(&control);
}

MPAGEX_EXPORT(mpagex_unmount);

void mpagex_init_stats(void)
{
	root = debugfs_create_dir("mpagex", NULL);
	debugfs_create_file("enable", 0644, root, NULL, &enable_fops);
}

void mpagex_exit_stats(void)
{
	debugfs_lookup_and_remove("enable", root);
	set_enabled(false);
	cancel_work_sync(&make_dirs_work);
	debugfs_remove(root);
}
