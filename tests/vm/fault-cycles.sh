# SPDX-License-Identifier: GPL-2.0-only
# This test proves that any number of mounts, failed ones too, and of loads of the
# modules leaves slab, block devices and memory as they were, and that a module
# in use cannot be unloaded, whatever races with it.
# modes: -
# blocks: -
# timeout: 400
# full-timeout: 6000

mounts=50
loads_of_modules=10
if [ "$FULL" ]; then
	mounts=1000
	loads_of_modules=100
fi

[ -e /t/ko/demofs.ko ] || skip "the modules' files are not here"
# Other tests leave theirs, which use mpagex too.
for module in ext2x exfatx vfatx fatx mpagexprobe; do
	rmmod $module 2>/dev/null
done

# measure FILE: what the kernel has in use, less what it would give back.
measure()
{
	sync
	for i in 1 2 3; do
		echo 3 >/proc/sys/vm/drop_caches
		for cache in /sys/kernel/slab/*/shrink; do
			echo 1 >"$cache"
		done 2>/dev/null
		usleep 200000
	done
	{
		awk 'NR > 2 { print "slab:" $1, $2 }' /proc/slabinfo
		awk '$1 == "MemTotal:" { total = $2 }
			/^(MemFree|Buffers|Cached|SReclaimable):/ { total -= $2 }
			/^(Percpu|VmallocUsed|KernelStack|PageTables|SUnreclaim):/ {
				print $1 $2 }
			END { print "used:", total / 4 }' /proc/meminfo |
			sed 's/:\([0-9]\)/: \1/'
		echo "bdi: $(find /sys/class/bdi/* -maxdepth 0 | wc -l)"
		echo "vmalloc: $(grep -cE 'demofs|mpagex' /proc/vmallocinfo)"
		echo "mounts: $(wc -l </proc/mounts)"
	} >"$1"
}

# grown N BEFORE AFTER: what has more by what N cycles would have lost if most of
# them lost one. The numbers breathe, by hundreds of objects and of pages: demofs's
# own are told from few cycles, others from many. Areas of vmalloc are kept for a
# while when they have been freed; what they held counts.
grown()
{
	awk -v n="$1" '
	NR == FNR { before[$1] = $2; next }
	{
		slack = n / 2
		if ($1 ~ /^slab:vmap_area/)
			next
		if ($1 !~ /demofs|^bdi|^mounts|^vmalloc/ && slack < 800)
			slack = 800
		if ($1 ~ /^(used|Percpu|VmallocUsed|KernelStack|PageTables|SUnreclaim):/ &&
		    slack < 2000)
			slack = 2000
		if ($1 ~ /^(bdi|mounts|vmalloc):/)
			slack = 0
		if ($2 - before[$1] > slack)
			print $1, before[$1] + 0, "->", $2
	}' "$2" "$3"
}

# Images that cannot be mounted, each for a reason met later in the mount.
broken_images()
{
	modprobe -q loop
	loop=0
	for kind in magic features groups root; do
		image=$TMP/$kind
		truncate -s 1M "$image"
		check mkfs.demofs -q -F -b 1024 "$image"
		case $kind in
		magic)	poke "$image" 1080 '\0000' ;;
		features) poke "$image" 1121 '\0377' ;;
		groups)	poke "$image" 2048 '\0377\0377\0377' ;;
		root)	debugfs -w -R 'set_inode_field <2> mode 0100644' \
				"$image" 2>/dev/null ;;
		esac
		check losetup /dev/loop$loop "$image"
		loop=$((loop + 1))
	done
	expect_log 'demofs \(loop[0-9]+\): '
}

poke()
{
	printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# one_mount N: with each io= in turn, and something of everything left behind.
one_mount()
{
	# shellcheck disable=SC2086 # words
	set -- "$1" $modes
	shift $(($1 % 4 + 1))
	check nameop mount "$DEV" "$MNT" demofs "io=$1" >/dev/null
	check fsop "open a $MNT/file rw,creat" "pwrite a 0 100000 1" \
		"map m a 0 100000 rw" "store m 5000 7 2" \
		"open b $MNT rw,tmpfile" "pwrite b 0 70000 3" \
		"open d $MNT r,dir" "pread a 20000 1000 1"
	ls "$MNT" >/dev/null
	check umount "$MNT"
}

bad_mounts()
{
	for loop in /dev/loop[0-3]; do
		got=$(nameop mount "$loop" "$MNT" demofs io=dropin)
		case $got in
		EUCLEAN | EINVAL) ;;
		*)	fail "mounting $loop came to $got" ;;
		esac
	done
	nameop mount "$DEV" "$MNT" demofs io=nonsense >/dev/null &&
		fail "io=nonsense"
	nameop mount "$DEV" "$MNT" ext4 dioread_lock >/dev/null &&
		umount "$MNT"
}

refused()
{
	for module in demofs mpagex; do
		rmmod $module 2>/dev/null && fail "$module was unloaded: $1"
	done
}

modes="mpagex dropin mpage bh"
check mkfs.demofs -q -F "$DEV" 32m
check mkfs.demofs -q -F "$DEV2" 64m
broken_images
mkdir -p /tmp/other

# Another one is in use all the time.
cycle_mounts()
{
	i=0
	while [ $((i += 1)) -le "$1" ]; do
		one_mount $i
		[ $((i % 5)) != 0 ] || bad_mounts
		[ $((i % 25)) != 0 ] || echo "mount $i"
	done
}

cycle_busy()
{
	check nameop mount "$DEV2" /tmp/other demofs io=mpagex >/dev/null
	start_load /tmp/other
	refused "mounted and busy"
	cycle_mounts "$1"
	refused "mounted and busy"
	stop_load
	check umount /tmp/other
}

reload()
{
	check rmmod demofs
	check rmmod mpagex
	check insmod /t/ko/mpagex.ko
	check insmod /t/ko/demofs.ko
}

cycle_loads()
{
	i=0
	while [ $((i += 1)) -le "$1" ]; do
		reload
		one_mount $i
		[ $((i % 10)) != 0 ] || echo "load $i"
	done
}

# lose_nothing CYCLE N: N of them leave everything as it was. Who keeps something of
# each does so every time; what else the kernel keeps, it has then.
lose_nothing()
{
	for try in first second; do
		measure "$TMP/before"
		"$1" "$2"
		measure "$TMP/after"
		grown "$2" "$TMP/before" "$TMP/after" >"$TMP/grown"
		[ -s "$TMP/grown" ] || return 0
		echo "$try $2 of $1: $(paste -sd ',' "$TMP/grown")"
	done
	fail "$2 of $1: $(paste -sd ',' "$TMP/grown")"
}

cycle_mounts 12
lose_nothing cycle_busy $mounts
cycle_loads 3
lose_nothing cycle_loads $loads_of_modules

# Whoever comes first: a mount finds the file system or does not know its type.
(
	i=0
	while [ $((i += 1)) -le "$loads_of_modules" ]; do
		rmmod demofs 2>/dev/null && insmod /t/ko/demofs.ko
	done
	touch "$TMP/raced"
) &
until [ -e "$TMP/raced" ]; do
	got=$(nameop mount "$DEV" "$MNT" demofs io=mpagex)
	case $got in
	0)	ls "$MNT" >/dev/null
		check umount "$MNT" ;;
	ENODEV)	;;
	*)	fail "a mount while the module goes came to $got" ;;
	esac
done
wait
