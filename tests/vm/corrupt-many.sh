# SPDX-License-Identifier: GPL-2.0-only
# This test proves that some hundred damaged images, mounted and used in every
# mode, bring no report of the kernel and no change of what is not theirs, and that
# the modules can be unloaded afterwards, which fails if an inode has leaked.
# It is the short form of "make hostile", which tests/SECURITY.md describes.
# modes: -
# blocks: -
# timeout: 240

# As many as there is time for.
mutants=$((320 / SLOWNESS))
result=0
sh /t/tests/hostile/guest -s 7 -n $mutants >"$TMP/out" 2>&1 || result=$?
cat "$TMP/out"
grep '^done ' "$TMP/out" | sed 's/^/# hostile: /' >&3
[ $result != 2 ] || skip "$(tail -n 1 "$TMP/out")"
[ $result = 0 ] || fail "$(grep '^not ok' "$TMP/out" | head -n 1)"
grep -q "^done $mutants of $mutants: .* 0 failed" "$TMP/out" ||
	fail "hostile did not come to its end"
