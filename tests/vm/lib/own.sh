# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# For tests on an author's own filesystem, which scripts/own-fs has put into the
# guest: FSTYPE, MKFS, FSCK, FSOPTS and FSSKIP are as its first comment says.
# Sourced by lib.sh, and by whatever else makes and mounts such a filesystem.

# own: is one under test?
own()
{
	[ "${FSTYPE-}" ]
}

# on_device COMMAND DEVICE: with DEVICE for %d.
on_device()
{
	sh -c "$(printf %s "$1" | sed "s|%d|$2|g")"
}

# mkfs_own [DEVICE]: the same as if the disk were new, so that no mkfs asks
# whether it may.
mkfs_own()
{
	blkdiscard "${1:-$DEV}" 2>/dev/null || :
	on_device "$MKFS" "${1:-$DEV}" >&2
}

# mount_own [DEVICE [DIRECTORY]]
mount_own()
{
	options=${FSOPTS-}${FSOPTS:+${OPTS:+,}}${OPTS-}
	mount -t "$FSTYPE" ${options:+-o "$options"} "${1:-$DEV}" "${2:-$MNT}"
}

# fsck_own [DEVICE]: is it clean, as far as there is a program that knows?
fsck_own()
{
	[ -z "${FSCK-}" ] || on_device "$FSCK" "${1:-$DEV}"
}

# direct_or_skip: for tests of direct I/O, which a filesystem need not have.
direct_or_skip()
{
	own || return 0
	check fsop "open a $MNT/direct rw,creat"
	fsop "open a $MNT/direct rw,direct" >/dev/null 2>&1 ||
		skip "no direct I/O on $FSTYPE"
	check rm "$MNT/direct"
}
