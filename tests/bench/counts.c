// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU plugin that counts the instructions executed between two marks of
 * tests/boot/progs/costs.c, by the address of their block. At the end it writes
 * lines "address count" to out=PATH. The machine must have one processor.
 *
 * QEMU's packages contain no header for plugins, so this file declares the part of
 * version 1 of the interface that it uses. A block that faults half-way counts as
 * a whole.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct tb;
struct insn;
typedef void (*exec_fn)(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*fn)(plugin_id, struct tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct tb *tb, exec_fn fn, int flags,
					  void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct insn *insn, exec_fn fn,
					    int flags, void *data);
void qemu_plugin_register_atexit_cb(plugin_id id,
				    void (*fn)(plugin_id, void *), void *data);
size_t qemu_plugin_tb_n_insns(const struct tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct tb *tb);
struct insn *qemu_plugin_tb_get_insn(const struct tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct insn *insn);
size_t qemu_plugin_insn_size(const struct insn *insn);

int qemu_plugin_version = 1;

static const unsigned char mark[] = { 0x0f, 0x1f, 0x80, 0x4b, 0x50, 0x52, 0x54 };

struct block {
	struct block *next;
	uint64_t address, instructions, count;
};

static struct block *blocks;
static bool counting;
static char *path;

static void executed(unsigned int cpu, void *data)
{
	struct block *b = data;

	(void)cpu;
	if (counting)
		b->count += b->instructions;
}

static void marked(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	counting = !counting;
}

static void translated(plugin_id id, struct tb *tb)
{
	struct block *b = calloc(1, sizeof(*b));
	struct insn *insn;
	size_t i;

	(void)id;
	if (!b)
		abort();
	b->address = qemu_plugin_tb_vaddr(tb);
	b->instructions = qemu_plugin_tb_n_insns(tb);
	b->next = blocks;
	blocks = b;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, b);
	for (i = 0; i < b->instructions; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		if (qemu_plugin_insn_size(insn) == sizeof(mark) &&
		    !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, 0,
							       NULL);
	}
}

static void finish(plugin_id id, void *data)
{
	FILE *out = fopen(path, "w");
	struct block *b;

	(void)id;
	(void)data;
	for (b = blocks; b && out; b = b->next)
		if (b->count)
			fprintf(out, "%" PRIx64 " %" PRIu64 "\n", b->address,
				b->count);
	if (!out || fclose(out))
		abort();
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return 1;
	path = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
