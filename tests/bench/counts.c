// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU plugin that counts the instructions executed between two marks of
 * tests/boot/progs/mark.h, on all processors, by the address of their block, and
 * those that flush a processor's whole TLB: the writes to CR3 and CR4, as QEMU's
 * processors have no PCID. At each mark that ends a row, and at the end, it writes
 * to out=PATH "row SPANS", how often it counted, and lines "instructions ADDRESS COUNT
 * TIMES", TIMES that the block was executed, and "flushes ADDRESS COUNT TIMES", and
 * counts anew. With from=start it counts until the first mark, too.
 *
 * All processors must share a thread, as with -icount. QEMU's packages contain no
 * header for plugins, so this file declares the part of version 1 of the interface
 * that it uses. A block that faults half-way counts as a whole.
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

/* nopl of mark.h: between two of the first kind is a span; the other one ends a row */
static const unsigned char span_mark[] = { 0x0f, 0x1f, 0x80, 0x4b, 0x50, 0x52, 0x54 };
static const unsigned char row_mark[] = { 0x0f, 0x1f, 0x80, 0x4c, 0x50, 0x52, 0x54 };

struct place {
	struct place *next;
	uint64_t address, weight, count;
};

static struct place *blocks, *flushes;
static bool counting;
static uint64_t spans;
static FILE *out;

static struct place *add_place(struct place **list, uint64_t address, uint64_t weight)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	*p = (struct place){ *list, address, weight, 0 };
	*list = p;
	return p;
}

static void executed(unsigned int cpu, void *data)
{
	struct place *p = data;

	(void)cpu;
	if (counting)
		p->count += p->weight;
}

static void span_marked(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	counting = !counting;
	spans += counting;
}

static void write_places(const char *what, struct place *p)
{
	for (; p; p = p->next) {
		if (p->count)
			fprintf(out, "%s %" PRIx64 " %" PRIu64 " %" PRIu64 "\n",
				what, p->address, p->count,
				p->count / p->weight);
		p->count = 0;
	}
}

static void row_marked(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	fprintf(out, "row %" PRIu64 "\n", spans);
	spans = 0;
	write_places("instructions", blocks);
	write_places("flushes", flushes);
	if (fflush(out))
		abort();
}

/* mov to CR3 or CR4, in 64-bit code or 32-bit code */
static bool is_flush(const unsigned char *code, size_t size)
{
	if (size == 4 && (code[0] & 0xf0) == 0x40) {
		code++;
		size--;
	}
	return size == 3 && code[0] == 0x0f && code[1] == 0x22 &&
	       ((code[2] & 0x38) == 0x18 || (code[2] & 0x38) == 0x20);
}

static void watch(struct insn *insn, uint64_t address)
{
	const void *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);
	struct place *flush = NULL;
	exec_fn fn;

	if (size == sizeof(span_mark) && !memcmp(code, span_mark, size)) {
		fn = span_marked;
	} else if (size == sizeof(row_mark) && !memcmp(code, row_mark, size)) {
		fn = row_marked;
	} else if (is_flush(code, size)) {
		fn = executed;
		flush = add_place(&flushes, address, 1);
	} else {
		return;
	}
	qemu_plugin_register_vcpu_insn_exec_cb(insn, fn, 0, flush);
}

static void translated(plugin_id id, struct tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);
	uint64_t address = qemu_plugin_tb_vaddr(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0,
					     add_place(&blocks, address, n));
	for (i = 0; i < n; i++)
		watch(qemu_plugin_tb_get_insn(tb, i), address);
}

static void finish(plugin_id id, void *data)
{
	(void)id;
	row_marked(0, data);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc < 1 || strncmp(argv[0], "out=", 4))
		return 1;
	counting = argc > 1 && !strcmp(argv[1], "from=start");
	spans = counting;
	out = fopen(argv[0] + 4, "w");
	if (!out)
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
