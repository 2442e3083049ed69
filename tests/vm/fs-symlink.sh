# SPDX-License-Identifier: GPL-2.0-only
# This test proves that symbolic links hold their targets on both sides of the
# 59 characters that fit into the inode, up to a block, and no more.
# modes: mpagex
# full-modes: mpagex dropin mpage bh

fresh
target()
{
	printf "%0$1d" 0
}

for length in 1 58 59 60 61 200 $((BS - 1)); do
	names 0 symlink "$(target "$length")" "to$length"
done
names ENAMETOOLONG symlink "$(target "$BS")" "to$BS"
names EEXIST symlink x to59
remount_cold
for length in 1 58 59 60 61 200 $((BS - 1)); do
	names "$(target "$length")" readlink "to$length"
	names "$length" stat "to$length" size
done
names 0 stat to59 sectors
names $((BS / 512)) stat to60 sectors
names $((BS / 512)) stat to61 sectors

check fsop "open a $MNT/file rw,creat" "pwrite a 0 10 1"
names 0 symlink file good
check fsop "open a $MNT/good r" "pread a 0 10 1" \
	"open b $MNT/good r,nofollow = ELOOP" "open b $MNT/to60 r = ENOENT"
names 0 symlink loop loop
check fsop "open a $MNT/loop r = ELOOP"
names EINVAL readlink file
names 0 unlink to60
names 0 unlink to59
