# SPDX-License-Identifier: GPL-2.0-only
# This test proves that metadata reaches the disk in an order that a power cut
# does no harm to: what tests/powercut asks, at few of its cuts.
# modes: mpagex dropin
# blocks: 1024
# timeout: 240

powercut 3 24 -p 12 -f 12 || fail "see above"
