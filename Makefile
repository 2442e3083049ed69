# SPDX-License-Identifier: GPL-2.0-only
# For people: "make help". For the kernel's build (M=): the two modules.

ifneq ($(KERNELRELEASE),)
obj-m := module/ demofs/
else

KDIR ?= /lib/modules/$(shell uname -r)/build
# KVER=6.1, 6.12 or 7.3: one of Debian's cloud kernels, fetched into a cache;
# 6.12-debug, 6.12-coverage: built from Debian's source.
target := $(if $(KVER),$(KVER),$(KDIR))
SBINDIR ?= /usr/sbin
MANDIR ?= /usr/share/man
export DESTDIR SBINDIR MANDIR

# A program is a file, or a directory of files.
programs := $(patsubst tests/prog/%.c,build/prog/%,$(wildcard tests/prog/*.c)) \
	build/prog/hostile build/prog/exercise build/prog/soak

modules:			## build mpagex.ko and demofs.ko (KVER=6.1|6.12|7.3 or KDIR=...)
	@scripts/build $(target)

demo: setup			## show what mpagex does, in a virtual machine
	@scripts/demo

check: setup			## run every test: on the host, then in guests of 6.1 and 6.12
	@tests/check

matrix: setup			## the same on 6.1, 6.12 and 7.3, and a table
	@tests/check 6.1 6.12 7.3

check-debug: setup		## the guests' tests on a kernel with sanitizers; coverage
	@tests/check-debug

coverage: setup			## which lines the guests' tests reach
	@tests/check-debug -k 6.12-coverage

check-unit:			## run the tests that need no kernel
	@$(MAKE) --no-print-directory -C tests/unit check

faults: setup			## fail the disk, fill it, unplug it, 1,000 mounts (KVER=)
	@tests/faults $(if $(KVER),-k $(KVER))

bench: setup			## demofs beside xfs and the kernel's mpage, in instructions (KVER=)
	@scripts/bench

bench-jobs: setup		## fio's jobs on demofs and peers (KVER= PLAN= MIB= COUNT=1)
	@scripts/bench-jobs $(if $(COUNT),-i) $(if $(MIB),-s $(MIB)) $(PLAN)

filesystems: setup		## put the kernel's own filesystems on mpagex, test them (KVER= FS=)
	@scripts/setup udftools hfsutils jfsutils nilfs-tools ntfs-3g gfs2-utils xorriso
	@scripts/filesystems $(if $(KVER),-k $(KVER)) $(FS)

figures:			## draw what bench has measured, as SVG and PNG
	@scripts/setup python3-matplotlib
	@set -- build/bench/*.json; \
		! [ -e "$$1" ] || scripts/figures build/bench/ratios "$$@"
	@for result in build/bench/jobs/boundary-time-*.json; do \
		! [ -e "$$result" ] || scripts/disk-map build/bench/disk-map "$$result"; done
	@for result in build/bench/jobs/scaling-instructions-*.json; do \
		! [ -e "$$result" ] || scripts/curves build/bench/curves "$$result"; done
	@[ "$$(find build/bench -name '*.svg' 2>&-)" ] || \
		{ echo "nothing to draw: make bench first" >&2; exit 1; }

powercut: setup			## cut the power at hundreds of points (SEED= POINTS= KVER=)
	@SEED="$(SEED)" POINTS="$(POINTS)" KVER="$(KVER)" tests/powercut

# MUTANT= runs but that one and says what is damaged in it; with SHRINK=1 it
# finds out how little of that it takes.
hostile: setup			## mount thousands of damaged images (MUTANTS=, SEED=, KVER=)
	@tests/hostile/run $(if $(KVER),-k $(KVER)) $(if $(SEED),-s $(SEED)) \
		$(if $(MUTANTS),-n $(MUTANTS)) $(if $(MUTANT),-m $(MUTANT)) \
		$(if $(SHRINK),-S)

soak: setup			## load it for long, on more processors than there are (MINUTES= KVER=)
	@scripts/setup stress-ng
	@tests/soak $(if $(KVER),-k $(KVER)) $(MINUTES)

large: setup			## 8 TiB, and 100,000 names in one directory (KVER=)
	@tests/large $(if $(KVER),-k $(KVER))

exercise: setup			## random operations beside a model (OPS= SEED= KVER= IO= BS=)
	@OPS="$(OPS)" SEED="$(SEED)" KVER="$(KVER)" IO="$(IO)" BS="$(BS)" \
		scripts/exercise

# These and make bench, make vm take another filesystem than demofs: FSTYPE=,
# FSMODULES=, MKFS=, FSCK= and more, of which scripts/own-fs tells.
data: setup			## the tests of data, on demofs or on FSTYPE= (KVER=)
	@tests/run $(if $(KVER),-k $(KVER)) 'data-*'

# Commands may come from a pipe as well, and have the same mounted.
shell: setup				## a shell in a virtual machine, demofs or FSTYPE= mounted (KVER=)
	@run() { qemu/vm $(if $(KVER),-k $(KVER)); }; \
	if [ -t 0 ]; then run; else { echo '. /t/mounts'; cat; } | run; fi

# Unexpanded: $ in it is for the guest's shell.
vm: export vm_command = $(value CMD)
vm: setup			## run CMD='...' in a virtual machine, demofs loaded (KVER=)
	@[ "$$vm_command" ] || { echo "make vm: say what to run: CMD='...'"; exit 125; }
	@qemu/vm $(if $(KVER),-k $(KVER)) -- sh -c "$$vm_command"

lint: setup			## checkpatch, sparse, W=1, kernel-doc and shellcheck
	@scripts/lint

api: setup			## write build/api.rst, the reference of what mpagex exports
	@scripts/api

setup:				## install the Debian packages that are missing
	@scripts/setup

# Debian's headers lack the key to sign with and the map that depmod.sh wants.
install: modules		## install modules, tools and manual (DESTDIR=)
	@scripts/build $(target) INSTALL_MOD_PATH="$(DESTDIR)" DEPMOD=: \
		INSTALL_MOD_DIR=updates CONFIG_MODULE_SIG_ALL= modules_install
	[ "$(DESTDIR)" ] || depmod "$$(scripts/build -r $(target))"
	@scripts/package tools

uninstall:			## remove what make install has installed (DESTDIR=)
	@updates="$(DESTDIR)/lib/modules/$$(scripts/build -r $(target))/updates"; \
		rm -f "$$updates"/module/mpagex.ko* "$$updates"/demofs/demofs.ko*; \
		rmdir "$$updates/module" "$$updates/demofs" "$$updates" \
			2>/dev/null || :
	[ "$(DESTDIR)" ] || depmod "$$(scripts/build -r $(target))"
	@scripts/package untools

dkms-install:			## install by DKMS, for each kernel with headers here
	@scripts/package dkms-install

dkms-uninstall:			## remove that
	@scripts/package dkms-uninstall

deb:				## make build/mpagex-dkms_VERSION_all.deb
	@scripts/package deb

check-tracing: setup		## run what module/TRACING.md says, bpftrace included (KVER=)
	@tests/tracing/run $(if $(KVER),-k $(KVER))

check-package: setup		## test installing and removing in a chroot, all three ways
	@tests/package/run

clean:				## remove what was built (fetched kernels stay in the cache)
	rm -rf build
	@! [ -e tests/unit/Makefile ] || $(MAKE) -s -C tests/unit clean

help:				## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand -t 16

programs: $(programs)

program_flags := -std=gnu11 -O2 -Wall -Wextra -static -pthread

build/prog/%: tests/prog/%.c tests/prog/pattern.h
	@mkdir -p $(@D)
	$(CC) $(program_flags) -o $@ $<

build/prog/hostile: $(wildcard tests/prog/hostile/*.[ch])
	@mkdir -p $(@D)
	$(CC) $(program_flags) -o $@ $(filter %.c,$^)

build/prog/nthfault: tests/prog/nthfault-names.h tests/prog/nthfault-data.h

build/prog/soak: $(wildcard tests/prog/soak/*.[ch]) tests/prog/pattern.h
	@mkdir -p $(@D)
	$(CC) $(program_flags) -o $@ $(filter %.c,$^)

build/prog/exercise: $(wildcard tests/prog/exercise/*.[ch])
	@mkdir -p $(@D)
	$(CC) $(program_flags) -o $@ $(filter %.c,$^)

.PHONY: modules demo check soak large data filesystems check-debug coverage matrix bench bench-jobs figures exercise faults hostile powercut check-unit shell vm lint \
	setup install uninstall api dkms-install dkms-uninstall deb check-package check-tracing clean help programs
.DEFAULT_GOAL := modules

endif
