# SPDX-License-Identifier: GPL-2.0-only
# This test leaves an inode whose count of links is wrong.
# modes: -
# blocks: -

check mkfs.demofs -q "$DEV"
check debugfs -w -R "set_inode_field lost+found links_count 9" "$DEV"
