// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fields of superblock, group descriptors and inodes that mutate.c damages,
 * every one of them, and the values that are likely to hurt.
 */
#include "hostile.h"

#define F(name, off, len, type)	{ name, off, len, type }

const struct field super_fields[] = {
	F("s_inodes_count", 0, 4, 'n'), F("s_blocks_count", 4, 4, 'n'),
	F("s_r_blocks_count", 8, 4, 'n'), F("s_free_blocks_count", 12, 4, 'n'),
	F("s_free_inodes_count", 16, 4, 'n'),
	F("s_first_data_block", 20, 4, 'b'),
	F("s_log_block_size", 24, 4, 'n'), F("s_log_frag_size", 28, 4, 'n'),
	F("s_blocks_per_group", 32, 4, 'n'),
	F("s_frags_per_group", 36, 4, 'n'),
	F("s_inodes_per_group", 40, 4, 'n'), F("s_mtime", 44, 4, 'n'),
	F("s_wtime", 48, 4, 'n'), F("s_mnt_count", 52, 2, 'n'),
	F("s_max_mnt_count", 54, 2, 'n'), F("s_magic", 56, 2, 'n'),
	F("s_state", 58, 2, 'f'), F("s_errors", 60, 2, 'n'),
	F("s_minor_rev_level", 62, 2, 'n'), F("s_lastcheck", 64, 4, 'n'),
	F("s_checkinterval", 68, 4, 'n'), F("s_creator_os", 72, 4, 'n'),
	F("s_rev_level", 76, 4, 'n'), F("s_def_resuid", 80, 2, 'n'),
	F("s_def_resgid", 82, 2, 'n'), F("s_first_ino", 84, 4, 'i'),
	F("s_inode_size", 88, 2, 'n'), F("s_block_group_nr", 90, 2, 'n'),
	F("s_feature_compat", 92, 4, 'f'),
	F("s_feature_incompat", 96, 4, 'f'),
	F("s_feature_ro_compat", 100, 4, 'f'), F("s_uuid", 104, 4, 'n'),
	F("s_reserved_gdt_blocks", 206, 2, 'n'),
};

const struct field desc_fields[] = {
	F("bg_block_bitmap", 0, 4, 'b'), F("bg_inode_bitmap", 4, 4, 'b'),
	F("bg_inode_table", 8, 4, 'b'), F("bg_free_blocks_count", 12, 2, 'n'),
	F("bg_free_inodes_count", 14, 2, 'n'),
	F("bg_used_dirs_count", 16, 2, 'n'), F("bg_pad", 18, 2, 'n'),
	F("bg_reserved", 20, 4, 'n'),
};

const struct field inode_fields[] = {
	F("i_mode", 0, 2, 'f'), F("i_uid", 2, 2, 'n'), F("i_size", 4, 4, 's'),
	F("i_atime", 8, 4, 'n'), F("i_ctime", 12, 4, 'n'),
	F("i_mtime", 16, 4, 'n'), F("i_dtime", 20, 4, 'n'),
	F("i_gid", 24, 2, 'n'), F("i_links_count", 26, 2, 'n'),
	F("i_blocks", 28, 4, 'n'), F("i_flags", 32, 4, 'f'),
	F("i_osd1", 36, 4, 'n'),
	F("i_block[0]", 40, 4, 'b'), F("i_block[1]", 44, 4, 'b'),
	F("i_block[2]", 48, 4, 'b'), F("i_block[3]", 52, 4, 'b'),
	F("i_block[4]", 56, 4, 'b'), F("i_block[5]", 60, 4, 'b'),
	F("i_block[6]", 64, 4, 'b'), F("i_block[7]", 68, 4, 'b'),
	F("i_block[8]", 72, 4, 'b'), F("i_block[9]", 76, 4, 'b'),
	F("i_block[10]", 80, 4, 'b'), F("i_block[11]", 84, 4, 'b'),
	F("i_block[IND]", 88, 4, 'b'), F("i_block[DIND]", 92, 4, 'b'),
	F("i_block[TIND]", 96, 4, 'b'), F("i_generation", 100, 4, 'n'),
	F("i_file_acl", 104, 4, 'b'), F("i_size_high", 108, 4, 's'),
	F("i_faddr", 112, 4, 'b'), F("i_frag", 116, 1, 'n'),
	F("i_fsize", 117, 1, 'n'), F("i_pad1", 118, 2, 'n'),
	F("i_uid_high", 120, 2, 'n'), F("i_gid_high", 122, 2, 'n'),
	F("i_reserved2", 124, 4, 'n'),
};

const uint32_t super_field_count = ARRAY_SIZE(super_fields);
const uint32_t desc_field_count = ARRAY_SIZE(desc_fields);
const uint32_t inode_field_count = ARRAY_SIZE(inode_fields);

/* A block that holds what the caller is not supposed to reach, or is nowhere. */
uint32_t hostile_block(const struct image *image, struct rng *rng)
{
	const struct geometry *geo = &image->geo;
	uint32_t nr = below(rng, geo->groups);

	switch (below(rng, 14)) {
	case 0:	return below(rng, 3);
	case 1:	return geo->first + 1;
	case 2:	return desc_field(geo, image->data, nr, G_BLOCKS);
	case 3:	return desc_field(geo, image->data, nr, G_INODES);
	case 4:	return desc_field(geo, image->data, nr, G_TABLE) +
		       below(rng, geo->table_blocks);
	case 5:	return group_start(geo, nr);
	case 6:	return geo->blocks - 1 + below(rng, 3);
	case 7:	return 0xffffffff - below(rng, 2);
	case 8:
	case 9:	return image->arrays ?
		       image->array[below(rng, image->arrays)].block : 0;
	case 10: return image->dir[below(rng, image->dirs)];
	case 11: return image->datas ?
			image->data_block[below(rng, image->datas)] : 0;
	case 12: return below(rng, geo->blocks);
	default: return rng_next(rng);
	}
}

/* Sizes that end where something else begins */
static uint32_t hostile_size(const struct geometry *geo, struct rng *rng)
{
	uint32_t p = geo->bs / 4;
	const uint32_t blocks[] = { 0, 1, 12, 12 + p, 12 + p + p * p,
				    geo->blocks };

	switch (below(rng, 6)) {
	case 0:	return 0;
	case 1:	return 1u << below(rng, 32);
	case 2:	return (1u << below(rng, 32)) - 1;
	case 3:	return rng_next(rng);
	default:
		return blocks[below(rng, ARRAY_SIZE(blocks))] * geo->bs +
		       below(rng, 3) - 1;
	}
}

static uint32_t hostile_number(struct rng *rng, uint32_t bits, uint32_t old)
{
	switch (below(rng, 12)) {
	case 0:	return 0;
	case 1:	return 1;
	case 2:	return (1u << (bits - 1)) - 1;
	case 3:	return 1u << (bits - 1);
	case 4:	return 0xffffffff;
	case 5:	return old + 1;
	case 6:	return old - 1;
	case 7:	return old * 2;
	case 8:	return old / 2;
	case 9:	return old + 8;
	case 10: return old ^ 1u << below(rng, bits);
	default: return rng_next(rng);
	}
}

uint32_t hostile_value(const struct image *image, struct rng *rng,
		       const struct field *field, uint32_t old)
{
	switch (field->type) {
	case 'b':
		return below(rng, 4) ? hostile_block(image, rng) :
				       hostile_number(rng, 32, old);
	case 's':
		return below(rng, 4) ? hostile_size(&image->geo, rng) :
				       hostile_number(rng, 32, old);
	case 'f':
		return below(rng, 4) ? old ^ 1u << below(rng, 8 * field->len) :
				       hostile_number(rng, 8 * field->len, old);
	case 'i':
		switch (below(rng, 4)) {
		case 0:	return below(rng, 13);
		case 1:	return image->geo.inodes - 1 + below(rng, 3);
		case 2:	return image->inode[below(rng, image->inodes)];
		}
		return below(rng, image->geo.inodes) + 1;
	default:
		return hostile_number(rng, 8 * field->len, old);
	}
}
