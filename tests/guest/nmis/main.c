// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: a NMI of the machine, wherever it comes, changes nothing for a guest
 * but that its NMI handler runs. This one enters the hypervisor in all the
 * ways there are, again and again, and compares its registers and the results,
 * until tests/guest/nmi-steps, which sends the NMIs, sets 'stop'.
 */
#include "user.h"

volatile u32 stop, taken, idle_ms = 1;
u32 user_esp;
static volatile u32 left, steps;

void ready(void);
__attribute__((noinline)) void ready(void)
{
	print("ready\n");
}

static void nmi(struct trap_frame *f)
{
	(void)f;
	taken++;
}

static void leave_user(struct trap_frame *f)
{
	left = f->vector;
	CHECK(f->ebx, 0x55551111);
	CHECK(f->esi, 0x55552222);
	CHECK(f->edi, 0x55553333);
	/* SYSENTER leaves none. */
	if (f->esp)
		CHECK(f->esp, user_esp);
	__asm__ volatile("movl saved_sp, %esp; movl saved_bp, %ebp; ret");
}

__asm__(".data; .globl saved_sp, saved_bp; saved_sp: .long 0; "
	"saved_bp: .long 0; .text\n"
	"go_user:	pushl %ebx; pushl %esi; pushl %edi; pushl %ebp\n"
	"	call 1f\n"
	"	popl %ebp; popl %edi; popl %esi; popl %ebx; ret\n"
	"1:	movl %esp, saved_sp; movl %ebp, saved_bp\n"
	"	pushl $0xe033; pushl user_esp; pushl $0x202\n"
	"	pushl $0xe02b; pushl $user_code; pushl $0\n"
	"	movl $0x55551111, %ebx; movl $0x55552222, %esi\n"
	"	movl $0x55553333, %edi\n"
	"	movl $23, %eax; int $0x82; ud2");
void go_user(void);

static void step(struct trap_frame *f)
{
	steps++;
	f->eflags &= ~0x100u;
}

static void skip2(struct trap_frame *f)
{
	f->eip += 2;
}

/* All registers but eax, before and after an instruction that enters. */
#define KEEPS(insn, eax, result)					\
	do {								\
		u32 _a = (eax), _bad;					\
									\
		__asm__ volatile("pushl %%ebp; movl $1, %%ebx;"		\
				 "movl $2, %%ecx; movl $3, %%edx;"	\
				 "movl $4, %%esi; movl $5, %%edi;"	\
				 "movl $6, %%ebp\n" insn "\n"		\
				 "subl $6, %%ebp; subl $1, %%ebx;"	\
				 "subl $2, %%ecx; subl $3, %%edx;"	\
				 "subl $4, %%esi; subl $5, %%edi;"	\
				 "orl %%ebp, %%ebx; orl %%edi, %%ebx;"	\
				 "orl %%ecx, %%ebx; orl %%edx, %%ebx;"	\
				 "orl %%esi, %%ebx; popl %%ebp"		\
				 : "+a" (_a), "=b" (_bad)		\
				 :: "ecx", "edx", "esi", "edi",		\
				 "memory", "cc");			\
		CHECK(_bad, 0);						\
		CHECK(_a, result);					\
	} while (0)

static void user(const u8 *code, u32 n)
{
	memcpy(user_code, code, n);
	left = ~0u;
	__asm__ volatile("call go_user" ::: "eax", "ecx", "edx", "memory",
			 "cc");
	CHECK(left == 0x80 || left == 13 || left == 6 || left == 0x98 ||
	      left == 0x99, 1);
}

static void kernel_round(void)
{
	KEEPS("int $0x82", 99, -XEN_ENOSYS);
	KEEPS("int3", 77, 77);
	KEEPS("ud2", 78, 78);
	KEEPS("hlt; nop", 79, 79);
	KEEPS("pushf; orl $0x100, (%%esp); popf; nop", 80, 80);
	set_trap_handler(14, skip2);
	/* mov (%eax), %eax, of two bytes */
	KEEPS("movl (%%eax), %%eax", 0xa0000000, 0xa0000000);
	set_trap_handler(14, 0);
}

static void user_round(void)
{
	static const u8 int80[] = { 0xcd, 0x80 };
	static const u8 sysenter[] = { 0x0f, 0x34 };
	static const u8 syscall[] = { 0x0f, 0x05 };
	static const u8 fault[] = { 0xf4 };

	set_trap_handler(6, leave_user);
	set_trap_handler(13, leave_user);
	user(int80, 2);
	CHECK(left, 0x80);
	/* The handlers of int 0x80 and SYSENTER mask events, as Linux's do. */
	CHECK(shared->vcpu_info[0].evtchn_upcall_mask, 1);
	shared->vcpu_info[0].evtchn_upcall_mask = 0;
	user(fault, 1);
	CHECK(left, 13);
	/* SYSCALL comes in with it: a NMI needs a stack of its own there. */
	user_esp = 0x80000000;
	user(syscall, 2);
	user(sysenter, 2);
	user_esp = (u32)user_stack + sizeof(user_stack);
	set_trap_handler(6, skip2);
	set_trap_handler(13, skip2);
}

/* A NMI ends a halt as soon as it comes. */
static void idle_round(void)
{
	struct sched_poll p = { .timeout = 0 };

	if (idle_ms)
		p.timeout = time_now() + idle_ms * NS_PER_MS;
	HC2(sched_op, SCHEDOP_poll, &p);
}

/* The processor may not have it. */
static void callback(u16 type, u32 vector)
{
	struct callback_register cb = {
		.type = type,
		.flags = CALLBACKF_mask_events,
		.address = { FLAT_KERNEL_CS, trap_entries[vector] },
	};

	HC2(callback_op, CALLBACKOP_register, &cb);
}

static void prepare(void)
{
	trap_info_t int80[2] = { trap_entry(0x80, 7) };

	/* Or a halt would be short. */
	HC3(vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	callback(CALLBACKTYPE_syscall32, 0x98);
	callback(CALLBACKTYPE_sysenter, 0x99);
	user_init();
	user_esp = (u32)user_stack + sizeof(user_stack);
	set_trap_handler(1, step);
	set_trap_handler(2, nmi);
	set_trap_handler(3, step);
	set_trap_handler(6, skip2);
	set_trap_handler(13, skip2);
	set_trap_handler(0x80, leave_user);
	CHECK(HC1(set_trap_table, int80), 0);
	set_trap_handler(0x98, leave_user);
	set_trap_handler(0x99, leave_user);
}

void test_main(void)
{
	u32 rounds = 0;

	prepare();
	ready();
	for (; !stop; rounds++) {
		kernel_round();
		user_round();
		CHECK(steps, rounds * 2 + 2);
		HC2(sched_op, SCHEDOP_yield, 0);
		idle_round();
	}
	CHECK(taken != 0, 1);
	print("%u rounds, %u NMIs taken\n", rounds, taken);
}
