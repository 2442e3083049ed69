/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Searching and changing a bitmap as the disk has it: bitmap.c. Like path.c it
 * needs no disk and no lock of its own. A set bit is a block in use.
 */
#ifndef DEMOFS_BITMAP_H
#define DEMOFS_BITMAP_H

#include <linux/types.h>

u32 demofs_bits_find(const void *map, u32 from, u32 end, u32 min, u32 max,
		     u32 *len);
u32 demofs_bits_choose(const void *map, u32 size, u32 goal, u32 min, u32 max,
		       u32 apart, u32 *len);
bool demofs_bits_all_set(const void *map, u32 from, u32 count);
void demofs_bits_set(void *map, u32 from, u32 count);
u32 demofs_bits_clear(void *map, u32 from, u32 count);

#endif /* DEMOFS_BITMAP_H */
