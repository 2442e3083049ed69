/* SPDX-License-Identifier: GPL-2.0-only */
/* Test results in the Test Anything Protocol. */
#ifndef UNIT_TAP_H
#define UNIT_TAP_H

extern int tap_tests, tap_failures, tap_broken;

/* One thing that must hold; the first few that do not are shown. */
#define CHECK(cond, fmt, ...) do {					\
	if (!(cond) && tap_broken++ < 5)				\
		printf("# %s:%d: %s: " fmt "\n", __FILE__, __LINE__,	\
		       #cond, ##__VA_ARGS__);				\
} while (0)

/* Everything that was checked since the last result is one test. */
static inline void result(const char *name)
{
	printf("%sok %d - %s\n", tap_broken ? "not " : "", ++tap_tests, name);
	tap_failures += !!tap_broken;
	tap_broken = 0;
	fflush(stdout);
}

static inline int finish(void)
{
	printf("1..%d\n", tap_tests);
	return !!tap_failures;
}

#endif /* UNIT_TAP_H */
