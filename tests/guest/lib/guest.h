/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every test guest has: hypercalls, console output, and the verdict.
 *
 * A guest prints one line per failed check and ends with guest_exit(), whose
 * line "TEST RESULT: ..." is what the harness reads. No such line means that
 * the guest, or the hypervisor, died.
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

#define PAGE_SIZE	4096u
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PTE_P		1ull
#define PTE_RW		2ull
#define PTE_US		4ull
#define PTE_A		0x20ull
#define PTE_D		0x40ull
#define PTE_PSE		0x80ull
#define PTE_RO		(PTE_P | PTE_A)
#define PTE_RWP		(PTE_P | PTE_RW | PTE_A | PTE_D)

extern start_info_t *start_info;
extern shared_info_t *shared;		/* mapped at start */

/* lib/main.c; each test defines test_main() */
void test_main(void);
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
extern void (*print_to)(const char *s, u32 n);	/* the console, at first */
void guest_exit(const char *result) __attribute__((noreturn));
void check_at(const char *file, int line, const char *what, long got,
	      long expected);
#define CHECK(expr, expected) \
	check_at(__FILE__, __LINE__, #expr, (long)(expr), (long)(expected))
extern u32 failures;
#define NS_PER_MS	1000000ull
/* System time in ns, by the clock of vcpu_info. */
u64 time_now(void);

/* Leave the CPU to others; it may be long before 'ms' milliseconds are over. */
void sleep_ms(u32 ms);

void *memcpy(void *d, const void *s, size_t n);
void *memset(void *d, int c, size_t n);

long hypercall(u32 nr, u32 a, u32 b, u32 c, u32 d, u32 e);
#define HC0(n)			hypercall(__HYPERVISOR_##n, 0, 0, 0, 0, 0)
#define HC1(n, a) \
	hypercall(__HYPERVISOR_##n, (u32)(a), 0, 0, 0, 0)
#define HC2(n, a, b) \
	hypercall(__HYPERVISOR_##n, (u32)(a), (u32)(b), 0, 0, 0)
#define HC3(n, a, b, c) \
	hypercall(__HYPERVISOR_##n, (u32)(a), (u32)(b), (u32)(c), 0, 0)
#define HC4(n, a, b, c, d) \
	hypercall(__HYPERVISOR_##n, (u32)(a), (u32)(b), (u32)(c), (u32)(d), 0)

/* The tests' static, page-aligned buffers are at virtual = pfn << 12. */
static inline u32 va_mfn(const void *p)
{
	return ((u32 *)start_info->mfn_list)[(u32)p >> 12];
}

static inline u64 va_maddr(const void *p)
{
	return (u64)va_mfn(p) << 12 | ((u32)p & 0xfff);
}

/* The level-1 entry for an address, readable in the builder's tables. */
u64 *pte_of(const void *p);
u8 *l2_of(u32 slot);
/* Start of the read-only machine-to-phys window. */
extern u32 window;
void find_window(void);
long set_pte_va(const void *p, u64 value, u32 flags);
long make_ro(const void *p);
long make_rw(const void *p);
long mmu_update(u64 ptr, u64 val);
long mmuext(u32 cmd, u32 arg1, u32 arg2);

/* lib/vcpu.c: another vCPU, which starts with its events masked. */
void vcpu_context(vcpu_guest_context_t *c, void (*entry)(void),
		  void *stack_end);
void vcpu_start(u32 id, const vcpu_guest_context_t *c);
void vcpu_run(u32 id, void (*entry)(void), void *stack_end);
void vcpu_down(u32 id) __attribute__((noreturn));	/* of itself */
/* Yields until it is; false: not after a long time. */
bool vcpu_wait(const volatile u32 *what, u32 value);

/* lib/events.c: an IPI of vCPU 0, and what is done with a port. */
u32 bind_ipi(void);
long send_port(u32 port);
long close_port(u32 port);
long unmask_port(u32 port);
/* What came for a vCPU, which has its place in shared_info; 2-level ABI. */
void clear_events(u32 vcpu);

/*
 * Traps: a test sets a handler for a vector; the default prints the trap and
 * ends with an ERROR. A handler may change the frame.
 */
struct trap_frame {
	u32 edi, esi, ebp, ebx, edx, ecx, eax;
	u32 vector, error;
	u32 eip, cs, eflags, esp, ss;	/* esp, ss from ring 3 only */
};
typedef void (*trap_handler)(struct trap_frame *f);
void set_trap_handler(u32 vector, trap_handler fn);
void traps_init(void);
extern const u32 trap_entries[256];
extern void event_entry(void), failsafe_entry(void);
extern trap_handler event_handler, failsafe_handler;

/* Run one instruction sequence; vector it raised, or -1; see expect_trap(). */
extern volatile u32 trapped_vector, trapped_error;
extern u32 recover_eip;
#define EXPECT_TRAP(insn, ...) ({					\
	trapped_vector = ~0u;						\
	__asm__ volatile("movl $1f, recover_eip\n" insn "\n1:\n"	\
			 "movl $0, recover_eip"				\
			 :: __VA_ARGS__ : "memory", "eax", "ecx", "edx", \
			 "edi", "cc");						\
	(int)trapped_vector;						\
})

#define PAGE_BUFFER(name) \
	static u8 name[4096] __attribute__((aligned(4096)))

#endif
