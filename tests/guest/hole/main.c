// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen-x86_64.h, HYPERVISOR_VIRT_START and END; Xen's
 * is_canonical_address() and __addr_ok() where each call checks): no address
 * that a 64-bit guest names is one that is not canonical. The hypervisor's part
 * of the address space is no buffer, descriptor table or breakpoint either; as
 * an entry it is taken, and a page fault of who is to run there. An iret frame
 * may hold any address: what its user cannot do there is the user's fault.
 *
 * Test: hole -w 64 -v 16
 */
#define __XEN_TOOLS__
#include "user.h"
#include <xen/domctl.h>
#include <xen/sysctl.h>
#include <xen/nmi.h>

#define SYSTEM_CALL	0x80u
#define SYSCALL_ENTRY	0x98u
#define A_VECTOR	0x77u
#define X86_PF_INSTR	16u

/* Not canonical, or the hypervisor's */
static const ulong nowhere[] = {
	0x800000000000, 0x0123456789abc000, 0x8000000000000000,
	0xffff7ffffffff000,
};
static const ulong hypervisor[] = {
	HYPERVISOR_VIRT_START, HYPERVISOR_VIRT_START + 0x1000,
	0xffff804000000000, 0xffff82d080000000, HYPERVISOR_PAGE,
};

/* Calls with the address as one of their arguments */
#define AT		0xa7a7a7a7ul
#define BUFFER_CALL(name, ...)	{ #name, __HYPERVISOR_##name, { __VA_ARGS__ } }
static const struct {
	const char *name;
	u32 nr;
	ulong arguments[5];
} buffers[] = {
	BUFFER_CALL(set_trap_table, AT),
	BUFFER_CALL(mmu_update, AT, 1, 0, DOMID_SELF),
	BUFFER_CALL(mmuext_op, AT, 1, 0, DOMID_SELF),
	BUFFER_CALL(set_gdt, AT, 1),
	BUFFER_CALL(multicall, AT, 1),
	BUFFER_CALL(callback_op, CALLBACKOP_register, AT),
	BUFFER_CALL(memory_op, XENMEM_machphys_mapping, AT),
	BUFFER_CALL(memory_op, XENMEM_current_reservation, AT),
	BUFFER_CALL(xen_version, XENVER_extraversion, AT),
	BUFFER_CALL(xen_version, XENVER_platform_parameters, AT),
	BUFFER_CALL(console_io, CONSOLEIO_write, 16, AT),
	BUFFER_CALL(grant_table_op, GNTTABOP_query_size, AT, 1),
	BUFFER_CALL(grant_table_op, GNTTABOP_map_grant_ref, AT, 1),
	BUFFER_CALL(event_channel_op, EVTCHNOP_status, AT),
	BUFFER_CALL(physdev_op, PHYSDEVOP_set_iopl, AT),
	BUFFER_CALL(sched_op, SCHEDOP_poll, AT),
	BUFFER_CALL(vcpu_op, VCPUOP_initialise, 1, AT),
	BUFFER_CALL(vcpu_op, VCPUOP_get_runstate_info, 0, AT),
	BUFFER_CALL(vcpu_op, VCPUOP_register_vcpu_info, 0, AT),
	BUFFER_CALL(nmi_op, XENNMI_register_callback, AT),
	BUFFER_CALL(domctl, AT),
	BUFFER_CALL(sysctl, AT),
	BUFFER_CALL(platform_op, AT),
};

static void call_at(u32 i, ulong at)
{
	ulong a[5];
	u32 n;
	long rc;

	for (n = 0; n < 5; n++)
		a[n] = buffers[i].arguments[n];
	for (n = 0; n < 5; n++)
		if (a[n] == AT)
			a[n] = at;
	rc = hypercall(buffers[i].nr, a[0], a[1], a[2], a[3], a[4]);
	if (rc == -XEN_EFAULT)
		return;
	print("%s at 0x%lx\n", buffers[i].name, at);
	CHECK_AS(error_name, buffers[i].name, rc, -XEN_EFAULT);
}

static void test_buffers(void)
{
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(buffers); i++) {
		for (n = 0; n < ARRAY_SIZE(nowhere); n++)
			call_at(i, nowhere[n]);
		for (n = 0; n < ARRAY_SIZE(hypervisor); n++)
			call_at(i, hypervisor[n]);
		/* Nothing is mapped before the hole. */
		call_at(i, 0x7ffffffff000);
	}
}

static struct mmuext_op extended;

static long mmuext_at(u32 cmd, ulong at, u32 entries)
{
	extended = (struct mmuext_op){ .cmd = cmd };
	extended.arg1.linear_addr = at;
	extended.arg2.nr_ents = entries;
	return HC4(mmuext_op, &extended, 1, 0, DOMID_SELF);
}

static long set_trap(ulong at)
{
	trap_info_t t[2] = { trap_entry(A_VECTOR, 3) };

	t[0].address = at;
	return HC1(set_trap_table, t);
}

static long event_at(ulong at)
{
	return register_callback(CALLBACKTYPE_event, at, 0);
}

static long failsafe_at(ulong at)
{
	return register_callback(CALLBACKTYPE_failsafe, at, 0);
}

static long syscall_at(ulong at)
{
	return register_callback(CALLBACKTYPE_syscall, at, 0);
}

static long syscall32_at(ulong at)
{
	return register_callback(CALLBACKTYPE_syscall32, at, 0);
}

static long sysenter_at(ulong at)
{
	return register_callback(CALLBACKTYPE_sysenter, at, 0);
}

static long nmi_at(ulong at)
{
	return register_callback(CALLBACKTYPE_nmi, at, 0);
}

static long nmi_op_at(ulong at)
{
	struct xennmi_callback c = { .handler_address = at };

	return HC2(nmi_op, XENNMI_register_callback, &c);
}

static long callbacks_at(ulong at)
{
	return HC3(set_callbacks, at, at, at);
}

static long stack_at(ulong at)
{
	return HC2(stack_switch, FLAT_KERNEL_SS, at);
}

static long breakpoint_at(ulong at)
{
	return HC2(set_debugreg, 3, at);
}

static long ldt_at(ulong at)
{
	return mmuext_at(MMUEXT_SET_LDT, at, 1);
}

static long no_ldt_at(ulong at)
{
	return mmuext_at(MMUEXT_SET_LDT, at, 0);
}

static long flush_at(ulong at)
{
	return mmuext_at(MMUEXT_INVLPG_LOCAL, at, 0);
}

static long flush_all_at(ulong at)
{
	return mmuext_at(MMUEXT_INVLPG_ALL, at, 0);
}

static long mapping_at(ulong at)
{
	return HC3(update_va_mapping, at, 0, UVMF_INVLPG);
}

static long runstate_at(ulong at)
{
	struct vcpu_register_runstate_memory_area area = { .addr.p = at };

	return HC3(vcpu_op, VCPUOP_register_runstate_memory_area, 0, &area);
}

static long time_at(ulong at)
{
	struct vcpu_register_time_memory_area area = { .addr.p = at };

	return HC3(vcpu_op, VCPUOP_register_vcpu_time_memory_area, 0, &area);
}

static const struct {
	const char *name;
	long (*set)(ulong at);
	long nowhere, hypervisor;
} fields[] = {
	{ "trap table", set_trap, -XEN_EINVAL, 0 },
	{ "event callback", event_at, -XEN_EINVAL, 0 },
	{ "failsafe callback", failsafe_at, -XEN_EINVAL, 0 },
	{ "syscall callback", syscall_at, -XEN_EINVAL, 0 },
	{ "syscall32 callback", syscall32_at, -XEN_EINVAL, 0 },
	{ "sysenter callback", sysenter_at, -XEN_EINVAL, 0 },
	{ "NMI callback", nmi_at, -XEN_EINVAL, 0 },
	{ "nmi_op", nmi_op_at, -XEN_EINVAL, 0 },
	{ "set_callbacks", callbacks_at, 0, 0 },
	{ "stack_switch", stack_at, 0, 0 },
	{ "debug register", breakpoint_at, -XEN_EPERM, -XEN_EPERM },
	{ "LDT", ldt_at, -XEN_EINVAL, -XEN_EINVAL },
	{ "LDT of no entries", no_ldt_at, 0, 0 },
	{ "INVLPG", flush_at, 0, 0 },
	{ "INVLPG of all", flush_all_at, 0, 0 },
	{ "update_va_mapping", mapping_at, -XEN_EINVAL, -XEN_EINVAL },
	{ "runstate area", runstate_at, -XEN_EFAULT, -XEN_EFAULT },
	{ "time area", time_at, -XEN_EFAULT, -XEN_EFAULT },
};

static void check_field(u32 i, ulong at, long expected)
{
	long rc = fields[i].set(at);

	if (rc == expected)
		return;
	print("%s at 0x%lx\n", fields[i].name, at);
	CHECK_AS(error_name, fields[i].name, rc, expected);
}

static void test_fields(void)
{
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		for (n = 0; n < ARRAY_SIZE(nowhere); n++)
			check_field(i, nowhere[n], fields[i].nowhere);
		for (n = 0; n < ARRAY_SIZE(hypervisor); n++)
			check_field(i, hypervisor[n], fields[i].hypervisor);
	}
	traps_init();
	CHECK(stack_at((ulong)kernel_stack + KERNEL_STACK_SIZE), 0);
	CHECK(syscall_at(trap_entries[SYSCALL_ENTRY]), 0);
}

/* Who enters such a handler faults there, in the kernel. */
static void check_handler(ulong at)
{
	CHECK_TRAP(came.frame.vector, X86_TRAP_PF);
	CHECK(came.frame.eip, at);
	CHECK(came.frame.error & ~(ulong)X86_PF_PROT, X86_PF_INSTR);
	CHECK(came.frame.cs & 3, 0);
	CHECK(shared->vcpu_info[0].arch.cr2, at);
}

static void test_entries(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hypervisor); i++) {
		CHECK(syscall_at(hypervisor[i]), 0);
		RUN_USER("syscall");
		check_handler(hypervisor[i]);
		/* What is refused leaves what was there. */
		CHECK(syscall_at(nowhere[0]), -XEN_EINVAL);
		CHECK(HC3(set_callbacks, event_entry, failsafe_entry,
			  nowhere[1]), 0);
		RUN_USER("syscall");
		check_handler(hypervisor[i]);
	}
	CHECK(syscall_at(trap_entries[SYSCALL_ENTRY]), 0);
}

/* RIP and RSP of an iret frame, with and without a way by SYSRET */
static void test_frames(void)
{
	struct iret_context c;
	u32 i, n;

	for (i = 0; i < 4; i++) {
		c = USER_CONTEXT("int $0x80");
		if (i & 2)
			to_kernel(&c);
		c.flags = i & 1 ? VGCF_in_syscall : 0;
		for (n = 0; n < ARRAY_SIZE(nowhere); n++) {
			c.rip = nowhere[n];
			CHECK_TRAP(iret_to(&c), X86_TRAP_GP);
			CHECK(came.frame.error, 0);
			CHECK(came.frame.eip, nowhere[n]);
			CHECK_SELECTOR((u16)came.frame.cs, c.cs);
			CHECK(came.frame.esp, c.rsp);
		}
		for (n = 0; n < ARRAY_SIZE(hypervisor); n++) {
			c.rip = hypervisor[n];
			CHECK_TRAP(iret_to(&c), X86_TRAP_PF);
			CHECK(came.frame.error & ~(ulong)X86_PF_PROT,
			      X86_PF_INSTR | (i & 2 ? 0 : X86_PF_USER));
			CHECK(came.frame.eip, hypervisor[n]);
			CHECK_SELECTOR((u16)came.frame.cs, c.cs);
			CHECK(shared->vcpu_info[0].arch.cr2, hypervisor[n]);
		}
		/* A kernel's stack must be good: guest/bounce. */
		if (i & 2)
			continue;
		c.rip = USER_CODE;
		for (n = 0; n < ARRAY_SIZE(nowhere); n++) {
			c.rsp = nowhere[n];
			CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
			CHECK(came.frame.esp, c.rsp);
			c.rsp = hypervisor[n];
			CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
			CHECK(came.frame.esp, c.rsp);
		}
	}
}

#define EDGE		0x800000000000ul	/* nothing canonical from here */
#define EDGE_PAGE	(EDGE - PAGE_SIZE)

/* Two bytes of an instruction, the last that are canonical */
static void run_at_edge(struct iret_context *c, u8 byte0, u8 byte1)
{
	user_code[PAGE_SIZE - 2] = byte0;
	user_code[PAGE_SIZE - 1] = byte1;
	c->rip = EDGE - 2;
	iret_to(c);
	CHECK(came.frame.eip, EDGE);
	CHECK_SELECTOR((u16)came.frame.cs, c->cs);
}

/*
 * Who enters the hypervisor there goes on at an address that is not canonical,
 * which SYSRET must not be given (XSA-7).
 */
static void test_edge(void)
{
	static struct user_root edge;
	u64 *slot = entry_of((void *)EDGE_PAGE, 4);
	struct iret_context c = USER_CONTEXT("nop");

	edge.l3[511] = va_maddr(edge.l2) | PTE_USER_RW;
	edge.l2[511] = va_maddr(edge.l1) | PTE_USER_RW;
	edge.l1[511] = va_maddr(user_code) | PTE_USER_RW;
	CHECK(make_ro(edge.l3), 0);
	CHECK(make_ro(edge.l2), 0);
	CHECK(make_ro(edge.l1), 0);
	CHECK(mmu_update(va_maddr(slot), va_maddr(edge.l3) | PTE_USER_RW), 0);
	CHECK(mmu_update(va_maddr(&user_root.l4[255]),
			 va_maddr(edge.l3) | PTE_USER_RW), 0);
	run_at_edge(&c, 0x0f, 0x05);		/* syscall */
	CHECK_TRAP(came.frame.vector, SYSCALL_ENTRY);
	CHECK(came.frame.ecx, EDGE);
	run_at_edge(&c, 0xcd, SYSTEM_CALL);
	CHECK_TRAP(came.frame.vector, SYSTEM_CALL);
	run_at_edge(&c, 0x90, 0x90);
	CHECK_TRAP(came.frame.vector, X86_TRAP_GP);
	/* The kernel's is a hypercall, which comes back. */
	to_kernel(&c);
	c.rax = NO_HYPERCALL;
	run_at_edge(&c, 0x0f, 0x05);
	CHECK_TRAP(came.frame.vector, X86_TRAP_GP);
	CHECK(came.frame.error, 0);
	CHECK((long)came.frame.eax, -XEN_ENOSYS);
	CHECK(mmu_update(va_maddr(slot), 0), 0);
}

/* Processors raise #SS for what is relative to RSP, QEMU 7.2 #GP. */
static void check_access(const char *what, bool nowhere, int vector)
{
	if (!nowhere)
		CHECK_AS(trap_name, what, vector, X86_TRAP_PF);
	else if (vector != X86_TRAP_SS)
		CHECK_AS(trap_name, what, vector, X86_TRAP_GP);
}

static void accesses(ulong at, bool nowhere)
{
	struct iret_context c;
	ulong m2p = HYPERVISOR_VIRT_START + 0x4000000000;

	check_access("write", nowhere,
		     EXPECT_TRAP("movq %%rax, (%0)", "r" (at)));
	/* The machine-to-phys array may be read. */
	if (nowhere || at >= m2p)
		check_access("read", nowhere,
			     EXPECT_TRAP("movq (%0), %%rax", "r" (at)));
	check_access("locked", nowhere,
		     EXPECT_TRAP("lock xchgq %%rax, (%0)", "r" (at)));
	check_access("user's write", nowhere, ({
		c = USER_CONTEXT("movq %%rax, (%%rax); int $0x80");
		c.rax = at;
		(int)iret_to(&c); }));
	check_access("user's push", nowhere, ({
		c = USER_CONTEXT("pushq %%rax; int $0x80");
		c.rsp = at + 8;
		(int)iret_to(&c); }));
	check_access("user's jump", nowhere, ({
		c = USER_CONTEXT("jmp *%%rax");
		c.rax = at;
		(int)iret_to(&c); }));
}

static void test_accesses(void)
{
	u32 n;

	for (n = 0; n < ARRAY_SIZE(nowhere); n++)
		accesses(nowhere[n], true);
	for (n = 0; n < ARRAY_SIZE(hypervisor); n++)
		accesses(hypervisor[n], false);
}

/* Instructions that the hypervisor emulates */
static void emulated(ulong at)
{
	CHECK_TRAP(EXPECT_TRAP("movl $0x80, %%edx; outsb", "S" (at)),
		   X86_TRAP_GP);
	CHECK_TRAP(EXPECT_TRAP("movl $0x80, %%edx; movq %0, %%rdi; insb",
			       "r" (at)), X86_TRAP_GP);
	CHECK_TRAP(EXPECT_TRAP("movq %0, %%db2", "r" (at)), X86_TRAP_GP);
}

static void test_emulated(void)
{
	struct physdev_set_iopl iopl = { .iopl = 1 };
	u32 n;

	CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
	for (n = 0; n < ARRAY_SIZE(nowhere); n++)
		emulated(nowhere[n]);
	for (n = 0; n < ARRAY_SIZE(hypervisor); n++)
		emulated(hypervisor[n]);
}

#define FIELD(name, nowhere, hypervisor) \
	{ #name, offsetof(vcpu_guest_context_t, name), nowhere, hypervisor }
static const struct {
	const char *name;
	ulong offset;
	long nowhere, hypervisor;
} context_fields[] = {
	FIELD(user_regs.rip, -XEN_EINVAL, 0),
	FIELD(user_regs.rsp, -XEN_EINVAL, 0),
	FIELD(kernel_sp, -XEN_EINVAL, 0),
	FIELD(fs_base, -XEN_EINVAL, 0),
	FIELD(gs_base_kernel, -XEN_EINVAL, 0),
	FIELD(gs_base_user, -XEN_EINVAL, 0),
	FIELD(event_callback_eip, -XEN_EINVAL, 0),
	FIELD(failsafe_callback_eip, -XEN_EINVAL, 0),
	FIELD(syscall_callback_eip, -XEN_EINVAL, 0),
	FIELD(trap_ctxt[0].address, -XEN_EINVAL, 0),
	FIELD(trap_ctxt[255].address, -XEN_EINVAL, 0),
	FIELD(ldt_base, -XEN_EINVAL, -XEN_EINVAL),
	/* A debug register stays as it is then. */
	FIELD(debugreg[1], 0, 0),
};

static vcpu_guest_context_t context;
static u8 stack[4096] __attribute__((aligned(4096)));

static void never(void)
{
	print("main.c: a vCPU runs that nobody started\n");
	guest_exit("FAILURE");
}

static long initialise(u32 vcpu, u32 field, ulong at)
{
	vcpu_context(&context, never, stack + sizeof(stack));
	*(ulong *)((u8 *)&context + context_fields[field].offset) = at;
	return HC3(vcpu_op, VCPUOP_initialise, vcpu, &context);
}

static void test_contexts(void)
{
	u32 i, n, vcpu = 1;
	long rc;

	for (i = 0; i < ARRAY_SIZE(context_fields); i++) {
		for (n = 0; n < ARRAY_SIZE(nowhere); n++) {
			rc = initialise(vcpu, i, nowhere[n]);
			CHECK_AS(error_name, context_fields[i].name, rc,
				 context_fields[i].nowhere);
			if (!rc)
				break;
		}
		vcpu += !rc;
		rc = initialise(vcpu, i, hypervisor[i %
				ARRAY_SIZE(hypervisor)]);
		CHECK_AS(error_name, context_fields[i].name, rc,
			 context_fields[i].hypervisor);
		vcpu += !rc;
	}
	print("%u vCPUs initialised\n", vcpu - 1);
}

void test_main(void)
{
	user_init();
	test_buffers();
	test_fields();
	test_entries();
	test_frames();
	test_edge();
	test_accesses();
	test_emulated();
	test_contexts();
}
