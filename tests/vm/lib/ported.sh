# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# For tests in the modes ext2x, exfatx and vfatx: drivers of Debian's kernel that
# scripts/port-fs has put on mpagex, instead of demofs. Sourced by lib.sh.

# ported: is such a driver under test?
ported()
{
	! own || return 1
	case $IO in
	ext2x|exfatx|vfatx) ;;
	*) return 1 ;;
	esac
}

# The driver that it was made from and that other systems would use.
stock_type()
{
	if own; then
		echo "$FSTYPE"
		return
	fi
	case $IO in
	exfatx|vfatx)	echo "${IO%x}" ;;
	*)		echo ext2 ;;
	esac
}

# exfat and vfat map sectors, whatever BS is: let it be the size of their unit
# of allocation, which decides how a file is cut up.
mkfs_ported()
{
	case $IO in
	ext2x)	mkfs.demofs -q -F -b "$BS" "$@" ;;
	exfatx)	mkfs.exfat -c "$BS" "$@" >&2 ;;
	vfatx)	mkfs.vfat -F 32 -s $((BS / 512)) "$@" >&2 ;;
	esac
}

mount_ported()
{
	need=$IO
	[ "$IO" != vfatx ] || need="fatx vfatx"
	for module in $need; do
		[ -d "/sys/module/$module" ] && continue
		[ -e "/t/ko/$module.ko" ] ||
			skip "scripts/port-fs makes no $module.ko for this kernel"
		check insmod "/t/ko/$module.ko"
	done
	# What a botched port would leave: a driver that runs, on something else.
	[ -d "/sys/module/mpagex/holders/${need%% *}" ] ||
		fail "${need%% *}.ko does not use mpagex"
	mount -t "$IO" ${OPTS:+-o "$OPTS"} "${1:-$DEV}" "${2:-$MNT}"
}
