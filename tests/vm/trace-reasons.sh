# SPDX-License-Identifier: GPL-2.0-only
# This test proves that mpagex's events tell truly why a bio ends where it does and
# why a folio takes the slow way: it brings about each reason and looks for it,
# and for no other.
# modes: -
# blocks: -
# timeout: 400

file=$MNT/file
nofsck

# begin MODE BLOCK_SIZE [OPTION]: an empty file system.
begin()
{
	export IO=$1 BS=$2 OPTS=${3-boundary}
	fresh
}

# traced OPERATION...: on the file, recorded.
traced()
{
	mpagex_start
	check fsop "open a $file rw,creat" "$@"
	trace_stop
}

# said WHAT CUTS SLOWS: and nothing else.
said()
{
	same "$2" "$(cuts)" "$1, bios"
	same "$3" "$(slows)" "$1, slow folios"
}

# A window of 128 KiB; the pointer block is between blocks 11 and 12.
begin dropin 4096 noboundary
check fsop "open a $file rw,creat" "pwrite a 0 512K 1" "fsync a"
readahead_kb 128
remount_cold
set --
for part in $(seq 0 7); do
	set -- "$@" "pread a $((part * 64))K 64K 1"
done
traced "$@"
said windows "read 0+49152 discontiguous, read 49152+81920 window,\
 read 131072+131072 window, read 262144+131072 window, read 393216+131072 eof" ""

# Pages that are written in such an order that neighbours in the file are not
# neighbours in memory; a bio has room for 256.
remount_cold
set --
for page in $(seq 0 511); do
	set -- "$@" "pwrite a $((page * 37 % 512 * 4096)) 4K 1"
done
check fsop "open a $file rw" "pwrite a 512K 1536K 1" "fsync a"
remount_cold
traced "$@" "fsync a"
fields submit folios bytes reason | awk '
	$3 == "full" { n++; if ($1 < 256 || $2 != $1 * 4096) exit 1 }
	END { if (!n) exit 1 }' || fail "no full bio: $(cuts)"

# Holes, in pages of four blocks.
begin dropin 1024
traced "pwrite a 0 2K 1" "pwrite a 4K 4K 1" "fsync a"
said "writing up to a hole" "write 0+2048 hole, write 4096+4096 eof" ""
remount_cold
traced "pread a 0 2K 1" "pread a 4K 4K 1"
said "reading up to a hole" "read 0+2048 hole, read 4096+4096 eof" ""
check fsop "unlink $file"
traced "pwrite a 0 5K 1" "pwrite a 6K 1K 1" "fsync a"
said "writing around a hole" "write 0+4096 slow" "4096 write-buffer hole"
remount_cold
traced "pread a 0 5K 1"
said "reading around a hole" "read 0+4096 slow" "4096 read-buffer hole"

# Some blocks of a page.
check fsop "unlink $file"
check fsop "open a $file rw,creat" "pwrite a 0 4K 1" "fsync a"
traced "pwrite a 1K 1K 1" "fsync a"
said "writing a part" "" "0 write-buffer partial"
remount_cold
traced "pwrite a 1K 1K 1" "pread a 0 4K 1"
said "reading the rest" "" "0 read-buffer buffers"

# Two files, block by block by turns.
for mode in dropin mpagex; do
	begin $mode 1024
	set --
	for block in 0 1 2 3; do
		set -- "$@" "pwrite a ${block}K 1K 1" "pwrite b ${block}K 1K 1"
	done
	check fsop "open a $file rw,creat" "open b $MNT/b rw,creat" "$@"
	mpagex_start
	check fsop "open a $file rw" "fsync a"
	trace_stop
	case $mode in
	dropin)	said "writing blocks here and there" "" \
			"0 write-buffer scattered" ;;
	mpagex)	said "writing blocks here and there" \
			"write 0+1024 discontiguous, write 1024+3072 eof" "" ;;
	esac
	remount_cold
	traced "pread a 0 4K 1"
	case $mode in
	dropin)	said "reading blocks here and there" "" \
			"0 read-buffer scattered" ;;
	mpagex)	said "reading blocks here and there" \
			"read 0+1024 discontiguous, read 1024+3072 eof" "0 state scattered" ;;
	esac
done

# A part of a block: read by itself.
begin mpagex 4096
check fsop "open a $file rw,creat" "pwrite a 0 8K 1" "fsync a"
remount_cold
traced "pwrite a 1 1 1" "fsync a"
said "a byte of a block" "read 0+4096 sync, write 0+4096 window" ""
begin mpagex 1024
traced "pwrite a 0 1K 1" "fsync a"
said "a block of a page" "write 0+1024 eof" "0 state partial"

# An unreadable pointer block, and then unreadable data.
for mode in dropin mpagex; do
	begin $mode 1024 noboundary
	check fsop "open a $file rw,creat" "pwrite a 0 16K 1" "fsync a"
	check umount "$MNT"
	drop_caches
	dm_bad "$(sectors "$(block_of file IND)")" 2 | dm_make
	check mount_demofs /dev/mapper/bad
	traced "pread a 12K 1K 1 = EIO"
	fields get_block error | grep -qx -e -5 || fail "no -EIO of get_block"
	case $mode in
	dropin)	same "12288 read-buffer error" "$(slows)" "no pointers" ;;
	mpagex)	same "12288 state sync" "$(slows)" "no pointers" ;;
	esac
	remount_cold /dev/mapper/bad
	traced "pread a 0 12K 1"
	same "read 0+12288 error" "$(cuts)" "behind it no pointers"
	check umount "$MNT"
	drop_caches
	dm_bad "$(sectors "$(block_of file 0)")" 8 | dm_become
	check mount_demofs /dev/mapper/bad
	traced "pread a 0 1K 1 = EIO"
	fields submit pos bytes reason | grep -qx "0 4096 sync" ||
		fail "not read again: $(cuts)"
	fields complete pos error | grep -q "^0 -5" || fail "no -EIO of a bio"
	# A folio of one page does not reach over the pointers, behind block 11: then
	# it is the retry that wants a state.
	why=scattered
	[ "$(first_order)" != 0 ] || why=sync
	[ $mode = dropin ] ||
		same "0 state $why" "$(slows)" "bad data"
	check umount "$MNT"
	dmsetup remove bad
done

# What only a get_block can do that demofs does not have.
insmod /t/ko/mpagexprobe.ko blocksize=1024 || fail "insmod"
probe=/sys/module/mpagexprobe/parameters
again()
{
	! grep -q " $MNT " /proc/mounts || check umount "$MNT"
	drop_caches
	echo "$1" >$probe/answer
	echo "$2" >$probe/writer
	echo "$3" >$probe/whole
	check mount -t mpagexprobe "$DEV" "$MNT"
}

# store ANSWER RESULT: one page is dirtied, and written with these answers.
store()
{
	check fsop "open a $file rw" "map m a 0 4K rw" "store m 0 4K 2" "unmap m"
	echo "$1" >$probe/answer
	mpagex_start
	fsop "open a $file rw" "fsync a = $2" || fail "fsync, $1"
	trace_stop
	echo run >$probe/answer
}

again inline map 0
mpagex_start
head -c 4096 "$file" >/dev/null
trace_stop
same "0 read-buffer contents" "$(slows | sed 's/,.*//')" "inline"
again run map 0
store fail EIO
said "get_block fails" "" "0 write-buffer error"
again run null 0
store run 0
said "one folio" "write 0+4096 sync" ""
again run null 0
store unmapped 0
said "no place" "" "0 refused unmapped"
again run null 0
store short 0
said "behind the end" "" "0 refused eof"
again run map 1
check fsop "open a $file rw" "pwrite a 0 1K 3"
echo nomem >$probe/answer
mpagex_start
# Not fsync: that tries until there is memory.
check fsop "open a $file rw" "advise a dontneed"
trace_stop
echo run >$probe/answer
said "no memory" "" "0 redirty error"
check fsop "open a $file rw" "fsync a"
check umount "$MNT"
check rmmod mpagexprobe
