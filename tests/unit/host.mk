# SPDX-License-Identifier: GPL-2.0-only
# The hypervisor's own sources, built for this machine. Who includes this says
# what CC and sanitize are, and out, where it builds; then $(out)/hv/DIR/X.o is
# hypervisor/DIR/X.c, and $(out)/X.o is X.c, each with what stands in for the
# rest of the machine (tests/unit/host.h).

MAKEFLAGS += -r
build	?= build
flags	:= -std=gnu11 -O1 -g -fno-sanitize-recover=all -fno-builtin \
	-Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-address-of-packed-member \
	-D__XEN_INTERFACE_VERSION__=0x00040e00 -D__XEN_TOOLS__ \
	-iquote tests/unit -iquote hypervisor/include -iquote hypervisor \
	-include hypervisor/include/types.h -include tests/unit/include/cpu.h

# What the page types need, and what these need
pages-src := machine/boot.c memory/early.c memory/frames.c memory/sections.c mmu/release.c domain/destroy.c domain/part.c \
	guest/shared.c lib/format.c lib/members.c event/evtchn.c \
	event/evtchn_port.c event/evtchn_fifo.c \
	mmu/page.c mmu/ptype.c mmu/ptype_put.c mmu/roots.c mmu/tables.c mmu/walk.c \
	guest/guest_long.c guest/layout.c guest/operation.c guest/width.c guest/insn.c guest/segment.c mmu/batch.c \
	mmu/mmu_update.c mmu/mmuext.c \
	cpu/descriptors.c cpu/ldt.c \
	grant/grant.c grant/grant_table.c grant/grant_entry.c grant/grant_map.c \
	grant/grant_copy.c
unpack-src := $(addprefix unpack/,unpack.c gzip.c xz.c zstd.c lz4.c lzo.c \
	lzma.c bzip2.c)

# Linux's decompressors, as the hypervisor's build takes them
linux	:= $(out)/linux
$(linux)/done: hypervisor/unpack/import
	@base=$$(KERNEL_SRC='' scripts/make-base) && $< "$${base% *}" $(linux)

objects = $(patsubst %.c,$(out)/hv/%.o,$(1))

$(out)/hv/unpack/%.o: hypervisor/unpack/%.c $(linux)/done
	@mkdir -p $(@D)
	@$(CC) $(flags) $(sanitize) -MMD -MP -iquote hypervisor/unpack \
		-isystem $(linux)/lib -isystem $(linux)/include \
		-isystem hypervisor/unpack -fno-strict-overflow \
		-fno-sanitize=undefined $(own-flags) -c -o $@ $<

# The tests' own early_alloc_filled() and maps_back() are in unit/host.c
$(out)/hv/memory/early.o: own-flags := -Dearly_alloc_filled=own_early_alloc

$(out)/hv/%.o: hypervisor/%.c
	@mkdir -p $(@D)
	@$(CC) $(flags) $(sanitize) $(own-flags) -MMD -MP -c -o $@ $<

$(out)/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(flags) $(sanitize) $(own-flags) -MMD -MP -c -o $@ $<

-include $(shell find $(out) -name '*.d' 2>/dev/null)
