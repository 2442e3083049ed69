# SPDX-License-Identifier: GPL-2.0-only
# This test leaves a warning in the kernel's log.
# modes: -
# blocks: -

echo "WARNING: CPU: 0 PID: 1 at nowhere.c:1" >/dev/kmsg
