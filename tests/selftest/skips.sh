# SPDX-License-Identifier: GPL-2.0-only
# This test cannot run here.
# modes: -
# blocks: -

skip "no such machine"
