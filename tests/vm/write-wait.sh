# SPDX-License-Identifier: GPL-2.0-only
# This test proves that fsync returns only after every write that it started has
# ended, on a disk that takes 200 ms for each, and that starting write-out
# without waiting does not wait.
# modes: mpagex dropin bh
# blocks: 4096

slow_demofs 200
slow=/dev/mapper/bad
check fsop "open a $MNT/file rw,creat" "pwrite a 0 1M 1" "fsync a"
check fsop "open a $MNT/file rw" "pwrite a 0 1M 2"
trace_start block_bio_queue block_bio_complete
check fsop "open a $MNT/file rw" "fdatasync a"
trace_stop
queued=$(bios "$slow" | grep -c '^W')
ended=$(block_events block_bio_complete "$slow" | grep -c '^W')
[ "$queued" -ge 1 ] || fail "fdatasync wrote nothing"
same "$queued" "$ended" "writes that had ended when fdatasync returned"

check fsop "open a $MNT/file rw" "pwrite a 0 1M 3"
hold_disk
trace_start block_bio_queue block_bio_complete
check timeout $((20 * SLOWNESS)) fsop "open a $MNT/file rw" "flush a 0 1M"
trace_stop
release_disk
queued=$(bios "$slow" | grep -c '^W')
ended=$(block_events block_bio_complete "$slow" | grep -c '^W')
[ "$queued" -ge 1 ] || fail "starting write-out wrote nothing"
[ "$ended" -lt "$queued" ] || fail "starting write-out waited for its end"

# What is being written must not be changed by who needs it stable: it waits.
check fsop "open a $MNT/file rw" "fsync a" "pread a 0 1M 3"
check umount "$MNT"
