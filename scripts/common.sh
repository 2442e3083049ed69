# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the scripts share: messages, the cache's place, and how a kernel series
# ("6.12") becomes a release and a package version. To be sourced.

# A plain user's PATH often lacks the directories of modprobe and mke2fs.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH

cache=${MPAGEX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mpagex}

say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	say "$*"
	exit 125
}

need()
{
	for tool do
		command -v "$tool" >/dev/null ||
			die "$tool is missing; run scripts/setup"
	done
}

# apt-get download wants no root; as root it would only grumble that its
# sandbox user cannot write here.
fetch_deb()
{
	if [ "$(id -u)" = 0 ]; then
		apt-get -qq -o APT::Sandbox::User=root download "$@"
	else
		apt-get -qq download "$@"
	fi </dev/null >&2
}

# Debian 12 has these itself. Later ones are in Debian 13's backports.
in_debian_12()
{
	case $1 in
	6.1|6.12) ;;
	*) return 1 ;;
	esac
}

# Have apt look where this series is.
use_archive_of()
{
	in_debian_12 "$1" || {
		APT_CONFIG=$("$top/scripts/trixie" -c) || exit
		export APT_CONFIG
	}
}

# Only a kernel that is not the newest has the series in its metapackage's name.
image_metapackage()
{
	case $1 in
	6.12)	echo linux-image-6.12-cloud-amd64 ;;
	*)	echo linux-image-cloud-amd64 ;;
	esac
}

# "linux-image-6.12.9-cloud-amd64 (= 6.12.9-1)" becomes "6.12.9-cloud-amd64 6.12.9-1".
ask_apt()
{
	use_archive_of "$1"
	apt-cache show --no-all-versions "$(image_metapackage "$1")" 2>/dev/null |
	sed -n 's/^Depends: \(.*, \)*linux-image-\([^ ]*\) (= \([^)]*\)).*/\2 \3/p'
}

lists_of()
{
	if in_debian_12 "$1"; then
		echo /var/lib/apt/lists
	else
		echo "$cache/trixie/apt/lists"
	fi
}

newest_cached()
{
	find "$cache/linux" -mindepth 1 -maxdepth 1 -name "$1.*_*" \
		-printf '%f\n' 2>/dev/null | sort -V | tail -n 1 | tr _ ' '
}

# Prints "release version" of a series: what apt offers now, else what the
# cache has. apt is slow to ask, so its answer is kept until its lists change.
resolve_kernel()
{
	answer=$cache/apt-$1
	if ! [ -s "$answer" ] ||
	   [ "$(find "$(lists_of "$1")" -maxdepth 0 -newer "$answer" 2>&1)" ]; then
		mkdir -p "$cache" && ask_apt "$1" >"$answer.$$" &&
			mv "$answer.$$" "$answer"
	fi
	case $(cat "$answer") in
	"$1".*)	cat "$answer" ;;
	*)	newest_cached "$1" ;;
	esac
}

# source_archive SERIES: the kernel's source, of $version, from Debian's package,
# installed or else fetched.
source_archive()
{
	package=linux-source-$1
	if [ "$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null)" = "$version" ]; then
		cat "/usr/src/$package.tar.xz"
	else
		fetch_deb "$package=$version"
		dpkg-deb --fsys-tarfile ./*.deb |
			tar -xO "./usr/src/$package.tar.xz"
	fi
}

# kernel_make KDIR ARG...: run make against a kernel's headers. Programs that
# come with Debian 13's need that Debian's C library, and their modules its gcc.
# Nothing here uses types (BTF), which need a file that only some headers have.
kernel_make()
(
	kdir=$1
	shift
	set -- make -s -j "$(nproc)" -C "$kdir" CONFIG_DEBUG_INFO_BTF_MODULES= "$@"
	case $kdir in
	"$cache"/linux/*+deb13*)
		case $* in
		*_install*) die "install on the machine that runs this kernel" ;;
		esac
		"$top/scripts/trixie" "$@" ;;
	*)
		"$@" ;;
	esac
)
