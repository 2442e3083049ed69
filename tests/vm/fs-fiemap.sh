# SPDX-License-Identifier: GPL-2.0-only
# This test proves that FIEMAP and FIBMAP tell of a file's blocks what debugfs
# finds on the disk.
# modes: mpagex dropin

fresh
per=$((BS / 4))
check fsop "open a $MNT/file rw,creat" "pwrite a 0 $((20 * BS)) 1" \
	"pwrite a $((30 * BS)) $((5 * BS)) 1" \
	"pwrite a $(((12 + per) * BS)) $((3 * BS)) 1" \
	"ftruncate a $(((100 + per) * BS))" "fsync a"
fsop "open a $MNT/file r" "fiemap a = ?" | tr ' ' '\n' |
	sed 's/:last//; s/:merged//' >"$TMP/fiemap"
layout file | awk -v kib="$((BS / 1024))" '
	$1 ~ /^[0-9]/ {
		if (n && $1 == l + n && $2 == p + n) {
			n += $3
			next
		}
		if (n)
			print l * kib ":" p * kib ":" n * kib
		l = $1
		p = $2
		n = $3
	}
	END { print l * kib ":" p * kib ":" n * kib }' >"$TMP/wanted"

# An extent may be told in parts: join those that are adjacent in both.
awk -F : '
	n && $1 == l + n && $2 == p + n { n += $3; next }
	n { print l ":" p ":" n }
	{ l = $1; p = $2; n = $3 }
	END { print l ":" p ":" n }' "$TMP/fiemap" >"$TMP/joined"
same "$(cat "$TMP/wanted")" "$(cat "$TMP/joined")" "extents"
fsop "open a $MNT/file r" "fiemap a = ?" | grep -q ':last$' ||
	fail "no extent is the last"
for block in 0 11 12 19 30 $((12 + per)); do
	check fsop "open a $MNT/file r" \
		"fibmap a $block = $(block_of file $block)"
done
check fsop "open a $MNT/file r" "fibmap a 20 = 0" "fibmap a 29 = 0" \
	"fibmap a 1000000 = 0"
filefrag -e "$MNT/file" >/dev/null 2>&1 || fail "filefrag"
