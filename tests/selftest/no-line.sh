# SPDX-License-Identifier: GPL-2.0-only
# This test expects a line of the kernel's log that never comes.
# modes: -
# blocks: -

expect_log 'never seen'
