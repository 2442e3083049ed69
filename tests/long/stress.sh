# SPDX-License-Identifier: GPL-2.0-only
# This test proves that the stressors of stress-ng's class "filesystem" but xattr, each with
# two processes and told to verify, find nothing wrong.
# modes: mpagex dropin
# blocks: 4096
# timeout: 36000

command -v stress-ng >/dev/null || skip "no stress-ng here"

fresh
mkdir "$MNT/stress"
cd "$MNT/stress" || exit
stress-ng --class filesystem --exclude xattr --sequential 2 --timeout "${STRESS_SECONDS:-5}" \
	--verify --temp-path "$MNT/stress" --metrics-brief >"$TMP/out" 2>&1
status=$?
cd /
cat "$TMP/out"
grep -E 'passed|failed|skipped' "$TMP/out" | sed 's/.*\] /# /' >&3
same 0 "$status" "what stress-ng came to"
