# SPDX-License-Identifier: GPL-2.0
# Each target calls one script; the scripts work without make as well.

CONFIG ?= i386-pv

help:  ## this list
	@echo 'Targets:'
	@sed -n 's/^\([a-z0-9-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 20
	@echo
	@echo 'Variables:'
	@echo '  KERNEL_SRC=dir    your own Linux 6.1 tree in place of linux-source-6.1'
	@echo '  CONFIG=name       a configuration of configs/ (default $(CONFIG))'
	@echo '  GROUP=a,b         the test groups to run (scripts/run-tests --list)'
	@echo '  TEST=a,b          the tests to run, by name'
	@echo '  HYPERVISOR=name   krypton or reference, for make run (default krypton)'
	@echo '  SHARE=dir         for make run: its files are in /share of Dom0'
	@echo '  KERNEL=file       for make run: the kernel of the DomU; RAMDISK=file too'
	@echo '  DISK=file         for make run: a disk image, /dev/vda in Dom0'
	@echo '                    (more of these: scripts/run-demo --help)'
	@echo '  DEBUG=y           make hypervisor: build/krypton-debug, which checks itself'
	@echo '  FUZZ_SECONDS=n    how long make fuzz stays with each part'
	@echo '  JOBS=n            processors for the tests to use (default all)'
	@echo
	@echo 'Everything is made in build/, and every log is kept in build/logs/.'

run: packages  ## boot Krypton with an i386 Dom0 in QEMU, and start a DomU there
	@scripts/run-demo

test: packages  ## build everything and run every test
	@scripts/run-tests

test-long: packages  ## the tests that take too long for make test
	@scripts/run-tests --long

fuzz: packages  ## fuzz the hypervisor's sources for half an hour, or so
	@scripts/fuzz

check: packages  ## what needs no kernel build, in about a minute
	@scripts/check

tree: packages  ## the base tree with the series applied, in build/linux-6.1
	@scripts/make-tree

kernel: packages  ## build the tree for CONFIG, in build/kernel/CONFIG
	@scripts/build-kernel $(CONFIG)

hypervisor: packages  ## Krypton, our own hypervisor: build/krypton
	@scripts/build-hypervisor $(if $(filter y,$(DEBUG)),--debug)

bench: packages  ## Krypton against reference Xen: instructions, memory, idling
	@scripts/build-hypervisor
	@scripts/build-reference-xen
	@scripts/build-kernel i386-pv
	@scripts/build-kernel i386-pv-up
	@scripts/build-images
	@tests/bench/startup
	@tests/bench/entry
	@tests/bench/idle

reference-xen: packages  ## the hypervisor that tests compare with
	@scripts/build-reference-xen

xen-tools: packages  ## xl, xenstored, xenconsoled and their libraries for i386
	@scripts/build-xen-tools

dom0: packages  ## the Dom0 and DomU root file systems, in build/images
	@scripts/build-images

deb: packages  ## Debian packages of the kernel and of Krypton (hours)
	@scripts/build-deb $(if $(filter command line,$(origin CONFIG)),$(CONFIG))

bisect-build: packages  ## build after every patch of the series (hours)
	@scripts/series-builds

series-objects: packages  ## compare objects with and without the series (long)
	@scripts/series-objects

series-clean: packages  ## warnings of sparse and others that the series adds
	@scripts/series-clean

packages:  ## install the Debian packages that are missing
	@scripts/install-packages

clean:  ## remove build/, but not the compiler's cache
	@scripts/clean

.PHONY: help run test test-long fuzz check bench tree kernel hypervisor reference-xen \
	xen-tools dom0 deb bisect-build series-objects series-clean packages clean
