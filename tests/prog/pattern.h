/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The data that test programs write: byte N of a file written with seed S has
 * one value only, so a read with the same seed finds data that is lost, stale
 * or misplaced. Seed 0 is all zeros.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/types.h>

static inline __u64 mix(__u64 x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static inline unsigned char pattern(__u64 off, __u64 seed)
{
	static __thread __u64 word, at = -1, of;

	if (!seed)
		return 0;
	if (at != off >> 3 || of != seed) {
		at = off >> 3;
		of = seed;
		word = mix(at ^ mix(seed));
	}
	return word >> (8 * (off & 7));
}

static inline void fill(unsigned char *mem, __u64 off, size_t len, __u64 seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		mem[i] = pattern(off + i, seed);
}

/* Returns where the first wrong byte is, or @len if there is none. */
static inline size_t first_wrong(const unsigned char *mem, __u64 off,
				 size_t len, __u64 seed)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (mem[i] != pattern(off + i, seed))
			break;
	}
	return i;
}

/* A number with one of the suffixes K, M, G, or the program ends. */
static inline long long num(const char *s)
{
	char *end;
	long long n = strtoll(s, &end, 0);

	switch (*end) {
	case 'G':
		n <<= 10;
		__attribute__((__fallthrough__));
	case 'M':
		n <<= 10;
		__attribute__((__fallthrough__));
	case 'K':
		n <<= 10;
		end++;
	}
	if (*end || end == s) {
		fprintf(stderr, "'%s' is no number\n", s);
		exit(2);
	}
	return n;
}

#endif /* PATTERN_H */
