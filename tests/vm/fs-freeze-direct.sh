# SPDX-License-Identifier: GPL-2.0-only
# This test proves that a file system can be frozen, and be clean then, while files
# are read directly into mappings of files: the reader, who has the file locked,
# faults and waits for the thaw; and then it has got the right bytes.
# modes: mpagex dropin
# blocks: 1024 4096

mib=8
fresh
check fsop "open a $MNT/file rw,creat" "pwrite a 0 ${mib}M 1" \
	"ftruncate a $((mib * 2))M"
# It has blocks that wait for a sync whenever it has been read or written.
(
	until [ -e "$TMP/stop" ]; do
		iovop selfread "$MNT/file" 0 ${mib}M ${mib}M direct
	done >"$TMP/read"
) &
reader=$!
for n in 1 2 3 4 5 6 7 8; do
	check fsop "open a $MNT/file rw" \
		"pwrite a $(((mib * 2 << 20) + n * 65536)) 64K 1"
	usleep $((n * 30000))
	check fsfreeze --freeze "$MNT"
	check e2fsck -fn "$DEV" >/dev/null 2>&1
	check fsfreeze --unfreeze "$MNT"
done
touch "$TMP/stop"
wait $reader
same $((mib << 20)) "$(sort -u "$TMP/read")" "bytes read"
head -c ${mib}M "$MNT/file" >"$TMP/want"
tail -c +$(((mib << 20) + 1)) "$MNT/file" | head -c ${mib}M >"$TMP/got"
check cmp "$TMP/want" "$TMP/got"
