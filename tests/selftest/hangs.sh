# SPDX-License-Identifier: GPL-2.0-only
# This test takes longer than it may, and leaves something running.
# modes: -
# blocks: -
# timeout: 2

sleep 1000 &
sleep 1000
