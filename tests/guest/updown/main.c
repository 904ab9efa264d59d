// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/vcpu.h, VCPUOP_register_runstate_memory_area): the area has the run
 * state of its vCPU as it is now. So the kernel of a vCPU finds it, when the vCPU
 * was stopped in user mode and started again, however soon one follows the other.
 * The tables of user mode do not map the area, which is the kernel's. With the
 * argument "never", no look may find an old state. Otherwise one in a hundred may:
 * Xen with XPTI showed 8 old states in 17,800 looks.
 *
 * Test: updown -w 64 -c 2
 * Test: updown-intel -w 64 -c 2 -I
 * Test: fuzz/audit-updown -w 64 -c 2 -a never krypton-debug
 * Test: fuzz/audit-updown-intel -w 64 -c 2 -I -a never krypton-debug
 */
#include "user.h"

#define COMMON		(6ul << 39)	/* a slot of both roots: the user's code */
#define TIMES		20000u
#define LOOK		0x80u

static u64 common_l3[512] __attribute__((aligned(4096)));
static u64 common_l2[512] __attribute__((aligned(4096)));
static u64 common_l1[512] __attribute__((aligned(4096)));
static u8 code_page[4096] __attribute__((aligned(4096)));
static u8 stack[8192] __attribute__((aligned(4096)));
static volatile struct vcpu_runstate_info area;
static volatile u32 looks, old, stop, stopped;

DEFINE_CODE(code, "1: movl $300, %ecx; 2: decl %ecx; jnz 2b; int $0x80; jmp 1b");

/* If the area changes meanwhile, the vCPU has just been stopped again. */
static void look(struct trap_frame *f)
{
	struct vcpu_runstate_info now;
	u64 before = area.state_entry_time;

	(void)f;
	HC3(vcpu_op, VCPUOP_get_runstate_info, 1, &now);
	old += before == area.state_entry_time && before != now.state_entry_time;
	looks++;
	if (stop) {
		stopped = 1;
		vcpu_down(1);
	}
}

static u64 link(const void *table)
{
	return va_maddr(table) | PTE_USER_RW;
}

static void map_code(void)
{
	memcpy(code_page, code, CODE_SIZE(code));
	common_l3[0] = link(common_l2);
	common_l2[0] = link(common_l1);
	common_l1[0] = link(code_page);
	CHECK(make_ro(common_l3), 0);
	CHECK(make_ro(common_l2), 0);
	CHECK(make_ro(common_l1), 0);
	CHECK(mmu_update(va_maddr(entry_of((void *)COMMON, 4)),
			 link(common_l3)), 0);
	CHECK(mmu_update(va_maddr(&user_root.l4[6]), link(common_l3)), 0);
}

static void start(void)
{
	static vcpu_guest_context_t c;
	struct vcpu_register_runstate_memory_area r = {
		.addr.v = (void *)&area,
	};
	u32 i;

	vcpu_context(&c, (void (*)(void))COMMON, stack + sizeof(stack));
	for (i = 0; i < ARRAY_SIZE(c.trap_ctxt); i++)
		c.trap_ctxt[i] = trap_entry(i, i == LOOK ? 3 : 0);
	c.ctrlreg[1] = xen_pfn_to_cr3(va_mfn(user_root.l4));
	c.flags &= ~(u32)VGCF_in_kernel;
	vcpu_start(1, &c);
	CHECK(HC3(vcpu_op, VCPUOP_register_runstate_memory_area, 1, &r), 0);
}

static void wait_a_little(u32 most)
{
	static u32 seed;
	u32 n;

	seed = seed * 1103515245 + 12345;
	for (n = (seed >> 8) % most; n; n--)
		barrier();
}

void test_main(void)
{
	u32 i;

	user_init();
	map_code();
	set_trap_handler(LOOK, look);
	start();
	for (i = 0; i < TIMES; i++) {
		HC3(vcpu_op, VCPUOP_down, 1, 0);
		wait_a_little(1024);
		HC3(vcpu_op, VCPUOP_up, 1, 0);
		wait_a_little(16384);
	}
	stop = 1;
	CHECK(vcpu_wait(&stopped, 1), 1);
	print("%u looks, %u of them found an old state\n", looks, old);
	CHECK(old <= (start_info->cmd_line[0] == 'n' ? 0 : looks / 100), 1);
	CHECK(looks > 100, 1);
}
