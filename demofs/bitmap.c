// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where in a group's bitmap to allocate. Owns nothing and exports the functions
 * of bitmap.h; balloc.c brings the bitmap, the lock and the policy.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/kernel.h>

#include "bitmap.h"

/* Files are not worth being kept apart by fewer blocks than these. */
#define DEMOFS_APART_MIN	16

/**
 * demofs_bits_find - find the first run of clear bits that is long enough
 * @map: little-endian bitmap
 * @from: first bit to look at
 * @end: bit to stop before
 * @min: shortest run to accept, at least one
 * @max: longest run wanted, at least @min
 * @len: receives the run's length, no more than @max; 0 if there is none
 *
 * Context: Any; the caller keeps the bits from changing.
 * Return: the run's first bit, or @end if there is none.
 */
u32 demofs_bits_find(const void *map, u32 from, u32 end, u32 min, u32 max,
		     u32 *len)
{
	while (from < end) {
		u32 start = find_next_zero_bit_le(map, end, from);
		u32 stop;

		if (start >= end)
			break;
		stop = find_next_bit_le(map, min(end, start + max), start);
		*len = stop - start;
		if (*len >= min)
			return start;
		from = stop;
	}
	*len = 0;
	return end;
}

/* The first @step bits, beginning at a multiple of @step, that are all clear */
static u32 demofs_bits_find_empty(const void *map, u32 from, u32 end, u32 step)
{
	u32 start;

	for (start = roundup(from, step); start + step <= end; start += step)
		if (find_next_bit_le(map, start + step, start) >= start + step)
			return start;
	return end;
}

/**
 * demofs_bits_choose - choose the run of clear bits to allocate
 * @map: little-endian bitmap
 * @size: bits in it
 * @goal: the bit that would be best
 * @min: shortest run to accept away from @goal, at least one
 * @max: longest run wanted, at least @min
 * @apart: if not 0, how far to keep from others when @goal is taken
 * @len: receives the run's length, no more than @max; 0 if there is none
 *
 * Files that grow at the same time and get each the next free bit end up
 * interleaved, one bit each. So a file that meets another one's bit at its goal
 * does not step over it, but moves to the next @apart bits that are empty, or
 * where the group is too full for that, to the next fewer.
 *
 * Context: Any; the caller keeps the bits from changing.
 * Return: the run's first bit, or @size if there is none.
 */
u32 demofs_bits_choose(const void *map, u32 size, u32 goal, u32 min, u32 max,
		       u32 apart, u32 *len)
{
	u32 from = goal, bit;

	if (find_next_zero_bit_le(map, size, goal) != goal)
		from = size;
	for (; from == size && apart >= DEMOFS_APART_MIN; apart /= 4) {
		from = demofs_bits_find_empty(map, goal, size, apart);
		if (from == size)
			from = demofs_bits_find_empty(map, 0, size, apart);
	}
	if (from == size)
		from = goal;
	if (find_next_zero_bit_le(map, size, from) == from)
		min = 1;

	bit = demofs_bits_find(map, from, size, min, max, len);
	if (!*len)
		bit = demofs_bits_find(map, 0, size, min, max, len);
	return bit;
}

/**
 * demofs_bits_all_set - tell whether all bits of a range are set
 * @map: little-endian bitmap
 * @from: first bit
 * @count: how many
 *
 * Context: Any.
 * Return: true if no bit is clear.
 */
bool demofs_bits_all_set(const void *map, u32 from, u32 count)
{
	return find_next_zero_bit_le(map, from + count, from) >= from + count;
}

/**
 * demofs_bits_set - set a range of bits
 * @map: little-endian bitmap
 * @from: first bit
 * @count: how many
 *
 * Context: The caller holds what protects the bitmap.
 */
void demofs_bits_set(void *map, u32 from, u32 count)
{
	while (count--)
		__set_bit_le(from++, map);
}

/**
 * demofs_bits_clear - clear a range of bits
 * @map: little-endian bitmap
 * @from: first bit
 * @count: how many
 *
 * Context: The caller holds what protects the bitmap.
 * Return: how many were set before.
 */
u32 demofs_bits_clear(void *map, u32 from, u32 count)
{
	u32 were_set = 0;

	while (count--)
		were_set += __test_and_clear_bit_le(from++, map);
	return were_set;
}
