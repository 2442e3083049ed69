# SPDX-License-Identifier: GPL-2.0-only
# This test fails, by its exit status.
# modes: -
# blocks: -

echo "as it should"
exit 3
