/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies on the disk: ext2, revision 1. Nothing in here is in-core, and
 * every number wider than a byte is little-endian, so that sparse reports any
 * use that forgets to convert it. Fields keep ext2's names, which debugfs and
 * dumpe2fs show as well.
 *
 *	byte 1024	superblock; in 1 KiB blocks that is block 1, in larger
 *			ones block 0 holds it along with the boot sector
 *	next block	group descriptors, 32 bytes a group
 *
 * Each group has a bitmap of its blocks, a bitmap of its inodes and a stretch
 * of the inode table wherever its descriptor says; groups 0, 1 and the powers
 * of 3, 5 and 7 begin with a backup of superblock and descriptors.
 */
#ifndef DEMOFS_DISK_H
#define DEMOFS_DISK_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define DEMOFS_SUPER_MAGIC	0xEF53
#define DEMOFS_SUPER_OFFSET	1024	/* bytes from the device's start */
#define DEMOFS_SUPER_SIZE	1024
#define DEMOFS_DYNAMIC_REV	1	/* s_rev_level: with features */

/* Block sizes are 1024 << s_log_block_size bytes. */
#define DEMOFS_MIN_BLOCK_BITS	10
#define DEMOFS_MAX_BLOCK_BITS	12

/* Inode numbers start at 1; those below s_first_ino are not for users. */
#define DEMOFS_BAD_INO		1
#define DEMOFS_ROOT_INO		2
#define DEMOFS_GOOD_OLD_FIRST_INO	11
#define DEMOFS_GOOD_OLD_INODE_SIZE	128

/* s_state */
#define DEMOFS_VALID_FS		0x0001	/* unmounted cleanly */
#define DEMOFS_ERROR_FS		0x0002	/* contradictions were seen */

/* s_errors */
#define DEMOFS_DISK_ERRORS_CONTINUE	1
#define DEMOFS_DISK_ERRORS_RO		2
#define DEMOFS_DISK_ERRORS_PANIC	3

/*
 * A driver that does not know a bit may ignore it in s_feature_compat, may
 * only read the filesystem if it is in s_feature_ro_compat, and must keep off
 * altogether if it is in s_feature_incompat. That is the rule; but who trusts no
 * image has to know where backups are, which sparse_super2 says in its own way.
 */
#define DEMOFS_FEATURE_COMPAT_SPARSE_SUPER2	0x0200
#define DEMOFS_FEATURE_RO_COMPAT_SPARSE_SUPER	0x0001
#define DEMOFS_FEATURE_RO_COMPAT_LARGE_FILE	0x0002
#define DEMOFS_FEATURE_INCOMPAT_FILETYPE	0x0002

#define DEMOFS_FEATURE_RO_COMPAT_SUPP	(DEMOFS_FEATURE_RO_COMPAT_SPARSE_SUPER | \
					 DEMOFS_FEATURE_RO_COMPAT_LARGE_FILE)
#define DEMOFS_FEATURE_INCOMPAT_SUPP	DEMOFS_FEATURE_INCOMPAT_FILETYPE

struct demofs_super_block {
	__le32	s_inodes_count;
	__le32	s_blocks_count;
	__le32	s_r_blocks_count;	/* kept for s_def_resuid, s_def_resgid */
	__le32	s_free_blocks_count;
	__le32	s_free_inodes_count;
	__le32	s_first_data_block;	/* 1 with 1 KiB blocks, otherwise 0 */
	__le32	s_log_block_size;	/* log2 of the block size, less 10 */
	__le32	s_log_frag_size;	/* the same: fragments never came */
	__le32	s_blocks_per_group;
	__le32	s_frags_per_group;
	__le32	s_inodes_per_group;
	__le32	s_mtime;		/* seconds since 1970: last mount */
	__le32	s_wtime;		/* last write of this structure */
	__le16	s_mnt_count;		/* mounts since the last check */
	__le16	s_max_mnt_count;
	__le16	s_magic;
	__le16	s_state;
	__le16	s_errors;
	__le16	s_minor_rev_level;
	__le32	s_lastcheck;
	__le32	s_checkinterval;	/* seconds */
	__le32	s_creator_os;
	__le32	s_rev_level;
	__le16	s_def_resuid;
	__le16	s_def_resgid;
	__le32	s_first_ino;
	__le16	s_inode_size;		/* bytes, 128 or more */
	__le16	s_block_group_nr;	/* of the group this copy lies in */
	__le32	s_feature_compat;
	__le32	s_feature_incompat;
	__le32	s_feature_ro_compat;
	__u8	s_uuid[16];
	char	s_volume_name[16];	/* ends with 0 only if shorter */
	char	s_last_mounted[64];
	__le32	s_algorithm_usage_bitmap;
	__u8	s_prealloc_blocks;
	__u8	s_prealloc_dir_blocks;
	__le16	s_reserved_gdt_blocks;
	__u8	s_unused[816];		/* journal, hashes, ext4: not ours */
};

static_assert(sizeof(struct demofs_super_block) == DEMOFS_SUPER_SIZE);
static_assert(offsetof(struct demofs_super_block, s_mnt_count) == 52);
static_assert(offsetof(struct demofs_super_block, s_magic) == 56);
static_assert(offsetof(struct demofs_super_block, s_rev_level) == 76);
static_assert(offsetof(struct demofs_super_block, s_first_ino) == 84);
static_assert(offsetof(struct demofs_super_block, s_feature_compat) == 92);
static_assert(offsetof(struct demofs_super_block, s_uuid) == 104);
static_assert(offsetof(struct demofs_super_block, s_unused) == 208);

struct demofs_group_desc {
	__le32	bg_block_bitmap;	/* block numbers */
	__le32	bg_inode_bitmap;
	__le32	bg_inode_table;		/* first block of it */
	__le16	bg_free_blocks_count;
	__le16	bg_free_inodes_count;
	__le16	bg_used_dirs_count;
	__le16	bg_pad;
	__le32	bg_reserved[3];
};

static_assert(sizeof(struct demofs_group_desc) == 32);
static_assert(offsetof(struct demofs_group_desc, bg_free_blocks_count) == 12);

/*
 * Block pointers. The first twelve lead to data; the others to a block of
 * pointers, to a block of pointers to such blocks, and so on. Zero is a hole.
 */
#define DEMOFS_NDIR_BLOCKS	12
#define DEMOFS_IND_BLOCK	12
#define DEMOFS_DIND_BLOCK	13
#define DEMOFS_TIND_BLOCK	14
#define DEMOFS_N_BLOCKS		15

/* i_flags has the FS_*_FL bits of <linux/fs.h>. */
struct demofs_inode {
	__le16	i_mode;
	__le16	i_uid;			/* low halves: see i_uid_high */
	__le32	i_size;			/* bytes; low half: see i_size_high */
	__le32	i_atime;		/* seconds since 1970, signed */
	__le32	i_ctime;
	__le32	i_mtime;
	__le32	i_dtime;		/* deleted then; 0 if in use */
	__le16	i_gid;
	__le16	i_links_count;
	__le32	i_blocks;		/* in sectors of 512 bytes */
	__le32	i_flags;
	__le32	i_osd1;
	__le32	i_block[DEMOFS_N_BLOCKS];
	__le32	i_generation;
	__le32	i_file_acl;
	__le32	i_size_high;		/* regular files only */
	__le32	i_faddr;
	__u8	i_frag;
	__u8	i_fsize;
	__le16	i_pad1;
	__le16	i_uid_high;
	__le16	i_gid_high;
	__le32	i_reserved2;
};

static_assert(sizeof(struct demofs_inode) == DEMOFS_GOOD_OLD_INODE_SIZE);
static_assert(offsetof(struct demofs_inode, i_dtime) == 20);
static_assert(offsetof(struct demofs_inode, i_blocks) == 28);
static_assert(offsetof(struct demofs_inode, i_block) == 40);
static_assert(offsetof(struct demofs_inode, i_size_high) == 108);
static_assert(offsetof(struct demofs_inode, i_uid_high) == 120);

#define DEMOFS_LINK_MAX		32000

/*
 * A directory block is filled from end to end with these. rec_len reaches to
 * the next entry, is a multiple of 4, and never crosses the block's end; an
 * entry whose inode is 0 is free space.
 */
#define DEMOFS_NAME_LEN		255

struct demofs_dir_entry {
	__le32	inode;
	__le16	rec_len;		/* bytes, this header included */
	__u8	name_len;
	__u8	file_type;		/* DEMOFS_FT_* */
	char	name[];			/* not ended by 0 */
};

static_assert(sizeof(struct demofs_dir_entry) == 8);
static_assert(offsetof(struct demofs_dir_entry, name) == 8);

/* file_type: a copy of the inode's type that spares readdir from reading it */
#define DEMOFS_FT_UNKNOWN	0
#define DEMOFS_FT_REG_FILE	1
#define DEMOFS_FT_DIR		2
#define DEMOFS_FT_CHRDEV	3
#define DEMOFS_FT_BLKDEV	4
#define DEMOFS_FT_FIFO		5
#define DEMOFS_FT_SOCK		6
#define DEMOFS_FT_SYMLINK	7
#define DEMOFS_FT_MAX		8

#endif /* DEMOFS_DISK_H */
