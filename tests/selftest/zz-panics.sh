# SPDX-License-Identifier: GPL-2.0-only
# This test takes the guest down, so it has to be the last one.
# modes: -
# blocks: -

echo c >/proc/sysrq-trigger
