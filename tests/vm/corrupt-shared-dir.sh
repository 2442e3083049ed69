# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a directory's block that is another directory's too can
# change under a reader, who then still reads nothing but that block.
# modes: mpagex
# blocks: 1024 4096

nofsck
fresh
mkdir "$MNT/one" "$MNT/two"
: >"$MNT/one/first"
: >"$MNT/one/second"
check umount "$MNT"
block=$(block_of one 0)
debugfs -w -R "set_inode_field /two block[0] $block" "$DEV" 2>/dev/null
check mount_demofs

# What was the head of "second" becomes the middle of another's name, and thus
# its length becomes 0x7878.
long=$(printf '%0100d' 0 | tr 0 x)
heldscan "$MNT/two" 3 \
	"cd $MNT/one && rm second && rm first && : >$long" >/dev/null
case $? in
77)	skip "no userfaultfd in this kernel" ;;
0)	;;
*)	fail "heldscan" ;;
esac
! dmesg | grep "demofs (.*error: .* byte" || fail "it read on elsewhere"
