# SPDX-License-Identifier: GPL-2.0-only
# This test fails in a subshell, whose exit status nobody looks at.
# modes: -
# blocks: -

(fail "in a subshell") | cat
true
