/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every test guest has: hypercalls, console output, and the verdict.
 *
 * A guest prints one line per failed check and ends with guest_exit(), whose
 * line "TEST RESULT: ..." is what the harness reads. No such line means that
 * the guest, or the hypervisor, died.
 *
 * The library and the tests are built for 32-bit guests, and for 64-bit ones
 * where a test declares a run with "-w 64". What depends on the width is in
 * lib/32 and lib/64, each with
 *   start.S, entry.S  the way in, and the entries of traps and callbacks
 *   width.h           struct trap_frame, page tables, hypercalls of code that
 *                     runs elsewhere; lib/32 has what each name means
 *   width.c           hypercall(), and the calls whose arguments differ
 *   user_space.c      where user mode is, and the way there: user.h
 * Everything else is shared. A register, an address or a hypercall's argument
 * is a ulong.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <xen/xen.h>
#include <xen/sched.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/platform.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include <xen/features.h>
#include <xen/callback.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef unsigned long ulong;

#define STRING(x)	STRING_OF(x)
#define STRING_OF(x)	#x

#include "x86.h"
#include "width.h"
#include "names.h"

/* Entries of the GDT that are the hypervisor's, as Xen has them */
#define XEN_CS		0xe008
#define XEN_DS		0xe010
#define XEN_TSS		0xe040
#define XEN_LDT		0xe050

/* A number that no hypercall has; what XENVER_version gives */
#define NO_HYPERCALL	99u
#define XEN_4_17	(4 << 16 | 17)

#define PAGE_SIZE	4096u
#define PAGE_SHIFT	12
#define NOWHERE		0xa0000000ul	/* nothing is mapped there */
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PTE_RO		(PTE_P | PTE_A)
#define PTE_RWP		(PTE_P | PTE_RW | PTE_A | PTE_D)

extern start_info_t *start_info;
/* The registers that start.S found, but for DF */
extern struct start_regs {
	ulong sp, flags;
	u32 cs, ss, ds, es, fs, gs;
} start_regs;
extern shared_info_t *shared;		/* mapped at start */

/* lib/main.c; each test defines test_main() */
void test_main(void);
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
extern void (*print_to)(const char *s, u32 n);	/* the console, at first */
void guest_exit(const char *result) __attribute__((noreturn));
extern u32 failures;
/* The decimal number after "name=" on the guest's command line. */
u32 guest_option(const char *name, u32 otherwise);

/*
 * What is expected, and what came: an error or a number (CHECK), a vector, a
 * selector, the status of a grant operation. See names.h.
 */
void check_at(const char *file, int line, const char *what, long got,
	      long expected, const char *(*name)(long value));
#define CHECK_AS(name, text, expr, expected)				\
	check_at(__FILE__, __LINE__, text, (long)(expr),		\
		 (long)(expected), name)
#define CHECK(expr, expected) \
	CHECK_AS(error_name, #expr, expr, expected)
#define CHECK_TRAP(expr, expected) \
	CHECK_AS(trap_name, #expr, (int)(expr), (int)(expected))
#define CHECK_SELECTOR(expr, expected) \
	CHECK_AS(selector_name, #expr, expr, expected)
#define CHECK_GRANT(expr, expected) \
	CHECK_AS(grant_name, #expr, expr, expected)

/* Which processor "-I" of tests/guest/run asked for */
bool is_intel(void);

#define NS_PER_MS	1000000ull
/* System time in ns, by the clock of vcpu_info. */
u64 time_now(void);

/* Leave the CPU to others; it may be long before 'ms' milliseconds are over. */
void sleep_ms(u32 ms);

#define barrier()	__asm__ volatile("" ::: "memory")

void *memcpy(void *d, const void *s, size_t n);
void *memset(void *d, int c, size_t n);

long hypercall(u32 nr, ulong a, ulong b, ulong c, ulong d, ulong e);
#define HC1(n, a) \
	hypercall(__HYPERVISOR_##n, (ulong)(a), 0, 0, 0, 0)
#define HC2(n, a, b) \
	hypercall(__HYPERVISOR_##n, (ulong)(a), (ulong)(b), 0, 0, 0)
#define HC3(n, a, b, c) \
	hypercall(__HYPERVISOR_##n, (ulong)(a), (ulong)(b), (ulong)(c), 0, 0)
#define HC4(n, a, b, c, d) \
	hypercall(__HYPERVISOR_##n, (ulong)(a), (ulong)(b), (ulong)(c),	\
		  (ulong)(d), 0)

/* lib/32/width.c, lib/64/width.c: calls whose arguments have another form */
long set_pte_va(const void *p, u64 value, u32 flags);
multicall_entry_t va_mapping_call(const void *p, u64 value);
long set_timer_op(u64 at);
long update_descriptor(u64 at, u64 descriptor);
xen_callback_t callback_at(ulong entry);
long set_kernel_callbacks(void);		/* event_entry, failsafe_entry */
void context_callbacks(vcpu_guest_context_t *c);

/* The tests' static, page-aligned buffers are at virtual = pfn << 12. */
static inline ulong *pfn_to_mfn(ulong pfn)
{
	return (ulong *)start_info->mfn_list + pfn;
}

static inline u32 va_mfn(const void *p)
{
	return (u32)*pfn_to_mfn((ulong)p >> PAGE_SHIFT);
}

static inline u64 va_maddr(const void *p)
{
	return (u64)va_mfn(p) << PAGE_SHIFT | ((ulong)p & (PAGE_SIZE - 1));
}

/* What XENMEM_memory_map and XENMEM_machine_memory_map give */
struct e820entry {
	u64 addr, size;
	u32 type;
#define E820_RAM	1
} __attribute__((packed));

/* An address's entry of a level, readable in the builder's tables. */
u64 *entry_of(const void *p, u32 level);
u64 *pte_of(const void *p);
u8 *l2_of(u32 slot);		/* the level-2 table of a GiB */
/* Start of the read-only machine-to-phys window, and an entry of it. */
extern ulong window;
void find_window(void);
static inline ulong mfn_to_pfn(u64 mfn)
{
	return ((const ulong *)window)[mfn];
}

long make_ro(const void *p);
long make_rw(const void *p);
long mmu_update(u64 ptr, u64 val);
long mmuext(u32 cmd, ulong arg1, u32 arg2);

/* lib/vcpu.c: another vCPU, which starts with its events masked. */
void vcpu_context(vcpu_guest_context_t *c, void (*entry)(void),
		  void *stack_end);
void vcpu_start(u32 id, const vcpu_guest_context_t *c);
void vcpu_run(u32 id, void (*entry)(void), void *stack_end);
void vcpu_down(u32 id) __attribute__((noreturn));	/* of itself */
/* Yields until it is, or no longer is; false: not after a long time. */
bool vcpu_wait(const volatile u32 *what, u32 value);
bool vcpu_wait_change(const volatile u32 *what, u32 value);

/* lib/events.c: an IPI of vCPU 0, and what is done with a port. */
u32 bind_ipi(void);
long send_port(u32 port);
long close_port(u32 port);
long unmask_port(u32 port);
/* Of the 2-level ABI: all ports, one's bits, and what came for a vCPU. */
#define PORT_BITS	(8 * sizeof(ulong))	/* in a word of shared_info */
#define NR_PORTS	(PORT_BITS * PORT_BITS)
bool port_pending(u32 port);
bool port_masked(u32 port);
void mask_port(u32 port);
void clear_events(u32 vcpu);
/* The event mask of vCPU 0, which has its place in shared_info. */
void mask_events(bool masked);

/*
 * Traps: a test sets a handler for a vector; the default prints the trap and
 * ends with an ERROR. A handler may change the frame.
 */
typedef void (*trap_handler)(struct trap_frame *f);
void set_trap_handler(u32 vector, trap_handler fn);
#define TRAP_MASKS_EVENTS	4u	/* in the flags, beside the DPL */
trap_info_t trap_entry(u32 vector, u32 flags);
void traps_init(void);
extern const ulong trap_entries[256];
extern void event_entry(void), failsafe_entry(void);
extern trap_handler event_handler, failsafe_handler;
extern trap_handler other_handler;	/* for what has none, if it is set */

/* Run some instructions: the vector that they raised, or NO_TRAP. */
extern volatile u32 trapped_vector, trapped_error;
extern u32 recover_eip;
#define EXPECT_TRAP(insn, ...) ({					\
	trapped_vector = (u32)NO_TRAP;					\
	__asm__ volatile("movl $1f, recover_eip\n" insn "\n1:\n"	\
			 "movl $0, recover_eip"				\
			 :: __VA_ARGS__ : "memory", "eax", "ecx", "edx", \
			 "edi", "cc");						\
	(int)trapped_vector;						\
})
/* The same, which must end so. */
#define CHECK_INSN(insn, vector) \
	CHECK_AS(trap_name, insn, EXPECT_TRAP(insn, "i" (0)), vector)

/* #DB comes after the next instruction. */
#define SET_TF \
	"pushf; orl $" STRING(X86_EFLAGS_TF) ", (" R(sp) "); popf\n"

/* Instructions as data, to be copied to where they run: name to name_end. */
#define DEFINE_CODE(name, insns)					\
	__asm__(".pushsection .rodata\n" #name ":" insns "\n"		\
		#name "_end:\n.popsection");				\
	extern const u8 name[], name##_end[]
#define CODE_SIZE(name)	((u32)(name##_end - name))
/* The same without a name, in a function. */
struct code {
	const u8 *at, *end;
};
#define INSNS(insns) ({							\
	struct code c_;							\
	__asm__(".pushsection .rodata\n661:" insns "\n662:\n.popsection\n" \
		"movl $661b, %k0; movl $662b, %k1"			\
		: "=r" (c_.at), "=r" (c_.end));				\
	c_;								\
})

#define PAGE_BUFFER(name) \
	static u8 name[4096] __attribute__((aligned(4096)))

#endif
