# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a mount can be made read-only, which then refuses every
# change and writes nothing more, and writable again, with its data kept.
# modes: mpagex dropin
# blocks: 4096

fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 10K 1"
check mount -o remount,ro "$MNT"
trace_start block_rq_issue
echo 1 >/proc/sys/vm/dirty_expire_centisecs
echo 1 >/proc/sys/vm/dirty_writeback_centisecs
sleep 1
check blockdev --flushbufs "$DEV"
trace_stop
same "" "$(requests | grep W)" "written to a read-only file system"
names EROFS mknod new reg
names EROFS unlink file
names EROFS chmod file 600
names EROFS truncate file 0
check fsop "open a $MNT/file rw = EROFS" "open a $MNT/file r" \
	"pread a 0 10K 1"
check e2fsck -fn "$DEV"
dumpe2fs -h "$DEV" 2>/dev/null | grep -q '^Filesystem state: *clean$' ||
	fail "not marked clean when made read-only"
check mount -o remount,rw "$MNT"
names 0 mknod new reg
dumpe2fs -h "$DEV" 2>/dev/null | grep -q '^Filesystem state: *not clean$' ||
	fail "marked clean while writable"
check fsop "open a $MNT/file rw" "pwrite a 10K 10K 1"

# An open writer is in the way.
(
	exec 3>>"$MNT/file"
	mount -o remount,ro "$MNT" 2>/dev/null
) && fail "made read-only under a writer"
remount_cold
check fsop "open a $MNT/file r" "pread a 0 20K 1"
check umount "$MNT"

check mount -t demofs -o "ro,io=$IO" "$DEV" "$MNT"
names EROFS mknod newer reg
dumpe2fs -h "$DEV" 2>/dev/null | grep -q '^Filesystem state: *clean$' ||
	fail "a read-only mount wrote the state"
check umount "$MNT"

# forced: what "echo u" does to all filesystems, whoever is writing
forced()
{
	echo u >/proc/sysrq-trigger
	within 10 mounted ro || fail "not read-only by force"
}

check mount_demofs
(
	exec 3>>"$MNT/file"
	forced
	echo more >&3
) 2>/dev/null && fail "a writer went on where a clean disk was left"
check e2fsck -fn "$DEV"
check mount -o remount,rw "$MNT"
check fsop "open a $MNT r,dir" "shutdown a 0"
forced
