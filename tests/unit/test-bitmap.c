// SPDX-License-Identifier: GPL-2.0-only
/* This test checks bitmap.c: which run of free bits is chosen. */
#include "bitmap.h"
#include "tap.h"

#define SIZE	4096u

static u8 map[SIZE / 8];

/* A map in which only the listed ranges, pairs of first and count, are free */
static void only_free(const u32 *ranges, unsigned int n)
{
	memset(map, 0xff, sizeof(map));
	for (; n; n--, ranges += 2)
		demofs_bits_clear(map, ranges[0], ranges[1]);
}

#define ONLY_FREE(...) do {						\
	const u32 r_[] = { __VA_ARGS__ };				\
	only_free(r_, sizeof(r_) / sizeof(*r_) / 2);			\
} while (0)

static void chosen(u32 goal, u32 min_len, u32 max, u32 apart, u32 bit, u32 len)
{
	u32 got_len, got;

	got = demofs_bits_choose(map, SIZE, goal, min_len, max, apart,
				 &got_len);
	CHECK(got == bit && got_len == len,
	      "goal %u, %u to %u bits: got %u+%u, not %u+%u", goal, min_len,
	      max, got, got_len, bit, len);
}

static void test_find(void)
{
	u32 from, end, min_len, max, len, bit, i, n;

	for (n = 0; n < 200000; n++) {
		u32 size = 64, best = 0;

		for (i = 0; i < size / 8; i++)
			map[i] = random() & (random() >> 8);
		from = random() % size;
		end = from + random() % (size + 1 - from);
		min_len = 1 + random() % 8;
		max = min_len + random() % 8;
		bit = demofs_bits_find(map, from, end, min_len, max, &len);

		/* Naively: the first bit that begins a run that is enough */
		for (i = from; i < end; i++) {
			u32 run = 0;

			while (i + run < end && !test_bit_le(i + run, map))
				run++;
			if (run >= min_len && (i == from || test_bit_le(i - 1, map))) {
				best = run < max ? run : max;
				break;
			}
		}
		CHECK(len == best, "%u, not %u", len, best);
		CHECK(bit == (best ? i : end), "%u, not %u", bit, i);
	}
	result("first run that is long enough, at random");
}

static void test_choose(void)
{
	ONLY_FREE(10, 3, 20, 100, 500, 7);
	chosen(10, 8, 50, 0, 10, 3);	/* the goal is free: any length does */
	chosen(12, 8, 50, 0, 12, 1);
	chosen(0, 8, 50, 0, 20, 50);	/* it is not: too short, then enough */
	chosen(0, 8, 500, 0, 20, 100);
	chosen(0, 1, 5, 0, 10, 3);
	chosen(130, 1, 5, 0, 500, 5);
	chosen(130, 8, 50, 0, 20, 50);	/* only before the goal */
	chosen(600, 101, 200, 0, SIZE, 0);
	result("choice with nobody to avoid");

	ONLY_FREE(101, 600, 2048, 512);
	chosen(100, 8, 16, 256, 256, 16);
	chosen(701, 8, 16, 256, 2048, 16);
	chosen(2047, 8, 16, 256, 2048, 16);
	chosen(2049, 8, 16, 256, 2049, 16);	/* free: no need to move */
	chosen(2560, 8, 16, 256, 256, 16);	/* around the end */
	chosen(100, 8, 16, 1024, 256, 16);	/* nothing as empty as that */
	ONLY_FREE(101, 40, 1000, 15);
	chosen(100, 8, 16, 1024, 112, 16);
	chosen(999, 8, 16, 1024, 112, 16);
	ONLY_FREE(101, 20, 1000, 15);
	chosen(100, 8, 16, 1024, 101, 16);	/* nothing worth moving to */
	ONLY_FREE(101, 20, SIZE - 256, 256);
	chosen(100, 8, 16, 256, SIZE - 256, 16);
	result("a file whose goal is taken moves apart");

	memset(map, 0xff, sizeof(map));
	chosen(100, 1, 1, 256, SIZE, 0);
	ONLY_FREE(SIZE - 1, 1);
	chosen(0, 1, 9, 256, SIZE - 1, 1);
	chosen(SIZE - 1, 8, 9, 256, SIZE - 1, 1);
	ONLY_FREE(0, 1);
	chosen(SIZE - 1, 1, 9, 256, 0, 1);
	result("nothing free, first bit, last bit");
}

/* Two files that each ask for one more bit in turn */
static void test_concurrent(void)
{
	u32 next[2] = { 7, 8 }, moves = 0, len, bit, i;

	memset(map, 0, sizeof(map));
	demofs_bits_set(map, 0, 9);
	for (i = 0; i < 2000; i++) {
		bit = demofs_bits_choose(map, SIZE, next[i % 2] + 1, 1, 1, 256,
					 &len);
		CHECK(len == 1 && bit < SIZE, "turn %u", i);
		if (bit >= SIZE)
			break;
		moves += bit != next[i % 2] + 1;
		next[i % 2] = bit;
		demofs_bits_set(map, bit, 1);
	}
	CHECK(moves <= 2 + 2000 / 256, "%u moves", moves);
	result("two files that grow bit by bit stay apart");
}

static void test_ranges(void)
{
	u32 from, count, i, n;

	for (n = 0; n < 2000; n++) {
		from = random() % 300;
		count = 1 + random() % 200;
		memset(map, 0, sizeof(map));
		demofs_bits_set(map, from, count);
		for (i = 0; i < 600; i++)
			CHECK(test_bit_le(i, map) ==
			      (i >= from && i < from + count), "bit %u", i);
		CHECK(demofs_bits_all_set(map, from, count), "all");
		CHECK(!demofs_bits_all_set(map, from, count + 1), "behind");
		CHECK(!from || !demofs_bits_all_set(map, from - 1, count),
		      "before");
		__test_and_clear_bit_le(from + random() % count, map);
		CHECK(!demofs_bits_all_set(map, from, count), "but one");
		CHECK(demofs_bits_clear(map, from, count) == count - 1,
		      "one was clear before");
		CHECK(demofs_bits_clear(map, from, count) == 0, "all were");
	}
	CHECK(demofs_bits_all_set(map, 5, 0), "an empty range");
	result("setting, clearing and testing ranges");
}

int main(void)
{
	srandom(2);
	test_find();
	test_choose();
	test_concurrent();
	test_ranges();
	return finish();
}
