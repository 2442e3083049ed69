// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file, all that is open of it, and the model of what it holds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "exercise.h"

#define HUGE	(2UL << 20)

struct world w = { .fd = { -1, -1 }, .append = -1, .direct = -1 };

static void *memory(size_t len, size_t align)
{
	void *mem = aligned_alloc(align, len);

	if (!mem) {
		perror("memory");
		exit(2);
	}
	memset(mem, 0, len);
	return mem;
}

void world_init(const struct place *place)
{
	w.place = *place;
	w.model = memory(FILE_MAX, PAGE);
	w.buf = memory(FILE_MAX + 2 * PAGE, PAGE);
}

/* Note what is wrong. Return: false, for the caller to return. */
bool wrong(const char *format, ...)
{
	va_list args;

	memset(&w.trouble, 0, sizeof(w.trouble));
	va_start(args, format);
	vsnprintf(w.trouble.what, sizeof(w.trouble.what), format, args);
	va_end(args);
	return false;
}

/*
 * The data of write @seq: 8 bytes are like no other 8 of the file or of another
 * write, and none of them is 0.
 */
static __u64 word_at(size_t index, __u32 seq)
{
	__u64 x = (index + 1) * 0x9e3779b97f4a7c15 ^
		     (seq + 1) * 0xbf58476d1ce4e5b9;

	return (x ^ x >> 32) | 0x0101010101010101;
}

void fill(unsigned char *mem, size_t off, size_t len, __u32 seq)
{
	__u64 word;

	for (; len && off % 8; len--, off++) {
		word = word_at(off / 8, seq);
		*mem++ = word >> (off % 8 * 8);
	}
	for (; len >= 8; len -= 8, off += 8, mem += 8) {
		word = word_at(off / 8, seq);
		memcpy(mem, &word, 8);
	}
	word = word_at(off / 8, seq);
	memcpy(mem, &word, len);
}

/* Are @len bytes at @got what the file has at @off? */
bool check_data(const unsigned char *got, size_t off, size_t len,
		const char *how)
{
	const unsigned char *want = w.model + off;
	size_t i = 0, bad = 0, first;

	if (!memcmp(got, want, len))
		return true;
	while (i < len && got[i] == want[i])
		i++;
	for (first = i; i < len; i++)
		bad += got[i] != want[i];
	wrong("%s %zu bytes at %zu: %zu of them are wrong", how, len, off, bad);
	w.trouble.data = true;
	w.trouble.off = off + first;
	w.trouble.shown = len - first < 16 ? len - first : 16;
	memcpy(w.trouble.want, want + first, w.trouble.shown);
	memcpy(w.trouble.got, got + first, w.trouble.shown);
	return false;
}

/* Return: 0, or -1 with errno. */
int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error;
	ssize_t ret;

	if (fd < 0)
		return -1;
	ret = write(fd, text, strlen(text));
	error = errno;
	close(fd);
	errno = error;
	return ret < 0 ? -1 : 0;
}

/* Files take their window's size from the device when they are opened. */
static void set_ahead(void)
{
	char path[80], text[16];
	struct stat st;

	if (stat(w.place.path, &st))
		return;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/bdi/read_ahead_kb",
		 major(st.st_dev), minor(st.st_dev));
	snprintf(text, sizeof(text), "%u", w.setup.ahead_kb);
	write_text(path, text);
}

/* Where a huge page could begin. */
static bool map_file(void)
{
	static unsigned char *place;

	if (!place) {
		place = mmap(NULL, FILE_MAX + HUGE, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		place += -(uintptr_t)place & (HUGE - 1);
	}
	w.map = mmap(place, FILE_MAX, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_FIXED, w.fd[0], 0);
	if (w.map == MAP_FAILED) {
		w.map = NULL;
		return wrong("mmap: %s", strerror(errno));
	}
	if (w.setup.huge)
		madvise(w.map, FILE_MAX, MADV_HUGEPAGE);
	return true;
}

bool world_open(void)
{
	const char *path = w.place.path;

	set_ahead();
	w.fd[0] = open(path, O_RDWR | O_CREAT, 0644);
	w.fd[1] = open(path, O_RDWR);
	w.append = open(path, O_WRONLY | O_APPEND);
	w.direct = open(path, O_RDWR | O_DIRECT);
	if (w.direct < 0 && errno == EINVAL)	/* it need not have that */
		w.direct = open(path, O_RDWR);
	if (w.fd[0] < 0 || w.fd[1] < 0 || w.append < 0 || w.direct < 0)
		return wrong("open: %s", strerror(errno));
	return map_file();
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void world_close(void)
{
	if (w.map)
		munmap(w.map, FILE_MAX);
	w.map = NULL;
	shut(&w.fd[0]);
	shut(&w.fd[1]);
	shut(&w.append);
	shut(&w.direct);
}

/* A new and empty file. */
bool world_fresh(void)
{
	bool ok;

	noise_pause();
	world_close();
	memset(w.model, 0, w.size);
	w.size = 0;
	if (unlink(w.place.path) && errno != ENOENT)
		ok = wrong("unlink: %s", strerror(errno));
	else
		ok = world_open();
	noise_resume();
	return ok;
}

static bool unmount(const char *dir)
{
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (!umount2(dir, 0))
			return true;
		usleep(10000);
	}
	return wrong("umount: %s", strerror(errno));
}

/* Everything closed, unmounted and mounted again: nothing is left in memory. */
bool world_remount(void)
{
	const struct place *p = &w.place;
	bool ok = true;

	noise_pause();
	world_close();
	w.idle = !p->device;
	if (p->device)
		ok = unmount(p->dir);
	if (ok && p->device &&
	    mount(p->device, p->dir, p->type, 0, p->options))
		ok = wrong("mount: %s", strerror(errno));
	if (ok)
		ok = world_open();
	noise_resume();
	return ok;
}
