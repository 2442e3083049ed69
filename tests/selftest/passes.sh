# SPDX-License-Identifier: GPL-2.0-only
# This test passes: what it logs it expects, what it breaks it declares.
# modes: -
# blocks: 1024 4096

expect_log 'WARNING: CPU: [0-9]+'
nofsck
check mkfs.demofs -q -b "$BS" "$DEV"
check debugfs -w -R "set_inode_field lost+found links_count 9" "$DEV"
echo "WARNING: CPU: 0 PID: 1 at nowhere.c:1" >/dev/kmsg
