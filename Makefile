# SPDX-License-Identifier: GPL-2.0
# Each target calls one script; the scripts work without make as well.

CONFIG ?= i386-pv
comma := ,

help:  ## show this list
	@echo 'Targets:'
	@sed -n 's/^\([a-z0-9-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 20
	@echo
	@echo 'Variables:'
	@echo '  BASE=version      the kernel version for make tree, kernel and deb: 6.1, 6.12 or 7.2 (default 6.1),'
	@echo '                    or mainline, the newest of these'
	@echo '  KERNEL_SRC=dir    your own tree of that version instead of linux-source-BASE'
	@echo '  CONFIG=name       a configuration of configs/ (default $(CONFIG))'
	@echo '  GROUP=a,b         the groups of tests (scripts/run-tests --list) or of the bench'
	@echo '  TEST=a,b          the tests to run, by name'
	@echo '  HYPERVISOR=name   for make run: krypton, krypton-debug or reference (default krypton)'
	@echo '  DOM0=name         for make run: i386 or debian (Debian 12 for amd64; default i386)'
	@echo '  SHARE=dir         for make run: copy its files to /share in Dom0'
	@echo '  KERNEL=file       for make run: the kernel of the DomU "demo"; also RAMDISK=file'
	@echo '  DISK=file         for make run: a disk image, /dev/vda in Dom0'
	@echo '                    (scripts/run-demo --help lists more)'
	@echo '  DEBUG=y           for make hypervisor: build build/krypton-debug, which checks itself'
	@echo '  PROFILE=row       for make bench: where the instructions of a row go; WIDTH=64: in'
	@echo '                    a 64-bit kernel (tests/bench/bench --help lists rows and groups)'
	@echo '  FUZZ_SECONDS=n    for make fuzz: the time for each part'
	@echo '  JOBS=n            the processors that the tests use (default all)'
	@echo
	@echo 'Build output goes to build/, and logs go to build/logs/.'

run: packages  ## boot Krypton in QEMU with a Dom0, an i386 and an amd64 DomU
	@scripts/run-demo

test: packages  ## build everything and run every test
	@scripts/run-tests

test-long: packages  ## run the tests that take too long for make test
	@scripts/run-tests --long

fuzz: packages  ## fuzz the hypervisor's sources for about 45 minutes
	@scripts/fuzz

check: packages  ## run the checks that need no kernel build, in about a minute
	@scripts/check

tree: packages  ## make the base tree with the series applied: build/linux-BASE
	@scripts/make-tree

kernel: packages  ## build the kernel CONFIG of that tree in build/kernel/CONFIG
	@scripts/build-kernel $(CONFIG)

hypervisor: packages  ## build the hypervisor Krypton: build/krypton
	@scripts/build-hypervisor $(if $(filter y,$(DEBUG)),--debug)

bench: packages  ## compare what Krypton, reference Xen and bare hardware cost
	@scripts/install-packages tests/bench/packages
	@scripts/build-hypervisor
	@scripts/build-reference-xen
	@scripts/build-kernel i386-pv
	@scripts/build-kernel i386-pv-up
	@scripts/build-images
ifdef PROFILE
	@tests/bench/bench $(if $(WIDTH),-w $(WIDTH)) -p $(PROFILE)
else
	@tests/bench/bench $(subst $(comma), ,$(GROUP))
endif

reference-xen: packages  ## build the hypervisor that the tests compare with
	@scripts/build-reference-xen

xen-tools: packages  ## build xl, xenstored, xenconsoled and their libraries for i386
	@scripts/build-xen-tools

dom0: packages  ## build the Dom0 and DomU root file systems in build/images
	@scripts/build-images

deb: packages  ## make Debian packages of the kernel and of Krypton (hours)
	@scripts/build-deb $(if $(filter command line,$(origin CONFIG)),$(CONFIG))

bisect-build: packages  ## build after every patch of the series (hours)
	@scripts/series-builds

series-objects: packages  ## compare objects with and without the series (takes long)
	@scripts/series-objects

series-clean: packages  ## find compiler and checker warnings that the series adds (takes long)
	@scripts/series-clean

packages:  ## install missing Debian packages
	@scripts/install-packages

clean:  ## remove build/, but not the compiler's cache
	@scripts/clean

.PHONY: help run test test-long fuzz check bench tree kernel hypervisor reference-xen \
	xen-tools dom0 deb bisect-build series-objects series-clean packages clean
