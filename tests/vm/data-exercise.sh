# SPDX-License-Identifier: GPL-2.0-only
# This test proves that random operations of all kinds, drawn from a seed that is
# the same each time and from one that is not, find in a file what a model in
# memory says; and that the kernel's own driver and debugfs find it as well.
# "make exercise" does the same for longer. A failure is printed as a short list
# of operations, which "exercise -i" does again.
# timeout: 400

exercised 1500 1 0
seed=$(od -An -N 2 -tu2 /dev/urandom | tr -d ' ')
echo "by chance, seed $seed"
exercised 1000 "$seed" 1
