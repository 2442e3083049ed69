# SPDX-License-Identifier: GPL-2.0-only
# This test proves what mpagex does with answers of get_block that demofs never
# gives, on a filesystem made for that: one block at a time, more than was asked
# for, half a block, contents instead of a place, or no place. And that it leaves
# folios to ->writepage, where there is one, or to a hook when told so.
# modes: -
# blocks: -

insmod /t/ko/mpagexprobe.ko blocksize=1024 || fail "insmod"
probe=/sys/module/mpagexprobe/parameters
file=$MNT/file
nofsck

set_probe()
{
	echo "$2" >"$probe/$1"
}

# counted NAME WANTED WHAT: and start over.
counted()
{
	same "$2" "$(cat "$probe/$1")" "$3"
	set_probe "$1" 0
}

# again ANSWER [WRITER]: a cold mount that answers so.
again()
{
	! grep -q " $MNT " /proc/mounts || check umount "$MNT"
	drop_caches
	set_probe answer "$1"
	set_probe writer "${2:-map}"
	set_probe calls 0
	set_probe folios 0
	set_probe again 0
	check mount -t mpagexprobe "$DEV" "$MNT"
}

check fsop "open a $DEV rw" "pwrite a 0 1M 1" "fsync a"

again run
check fsop "open a $file r" "pread a 0 16K 1"
[ "$(cat "$probe/calls")" -le 3 ] || fail "$(cat "$probe/calls") calls for a run"

again one
check fsop "open a $file r" "pread a 0 512K 1"
[ "$(cat "$probe/calls")" -ge 512 ] || fail "one block cannot answer for two"

for bad in large odd; do
	again $bad
	check fsop "open a $file r" "pread a 0 4K 1 = EIO"
done
refused=$(dmesg | grep -c 'mpagex: .*get_block answered')
same 1 "$refused" "messages about answers refused"

again inline
fsop "open a $file r" "pread a 0 4K 1 = ?" >/dev/null
same 4096 "$(head -c 4096 "$file" | tr -dc i | wc -c)" "bytes of inline data"
again inline
head -c 4096 "$file" >/dev/null
[ "$(cat "$probe/calls")" -le 128 ] || fail "get_block was asked twice for a block"

# One page of four blocks: a call for all of them, or one for each.
again run
check fsop "open a $file rw" "map m a 0 32K rw" "store m 0 32K 2" "unmap m" \
	"pread a 0 32K 2"
again run
check fsop "open a $file r" "pread a 0 64K 1 = ?" >/dev/null
set_probe calls 0
check fsop "open a $file rw" "map m a 0 32K rw" "store m 0 32K 3" "unmap m" \
	"fsync a"
counted calls 8 "calls for eight folios of four blocks"
check fsop "open a $DEV r,direct" "pread a 0 32K 3"

again run null
check fsop "open a $file rw" "map m a 0 32K rw" "store m 0 32K 4" "unmap m" \
	"fsync a"
counted folios 8 "folios given to the filesystem"
counted again 0 "folios refused by mpagex_write_folio"
check fsop "open a $DEV r,direct" "pread a 0 32K 4"

again unmapped null
check fsop "open a $file rw" "map m a 0 4K rw" "store m 0 4K 5" "unmap m" "fsync a"
counted again 1 "folios refused by mpagex_write_folio"
check fsop "open a $DEV r,direct" "pread a 0 4K 4"

again run hook
check fsop "open a $file rw" "map m a 0 32K rw" "store m 0 32K 6" "unmap m" \
	"fsync a"
counted folios 8 "folios shown to the hook"
check fsop "open a $DEV r,direct" "pread a 0 32K 6"
again run hook
set_probe hook_result 0
check fsop "open a $file rw" "map m a 0 32K rw" "store m 0 32K 7" "unmap m" \
	"fsync a"
check fsop "open a $DEV r,direct" "pread a 0 32K 6"
again run hook
set_probe hook_result -5
check fsop "open a $file rw" "map m a 0 4K rw" "store m 0 4K 7" "unmap m" \
	"fsync a = EIO"
# Nobody hears what writing in the background returns; who asks later does.
again run hook
set_probe hook_result -5
check fsop "open a $file rw" "map m a 0 4K rw" "store m 0 4K 7" "unmap m"
sync
set_probe hook_result 1
check fsop "open a $file rw" "fsync a = EIO" "fsync a"
check umount "$MNT"
check rmmod mpagexprobe
