// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a vCPU needs to go on, set again and again: calls change it with random
 * values, and the run should not end of its own doing too often.
 */
#include "values.h"

static trap_info_t traps[DOMU_VCPUS][258];

static void call(u32 nr, u32 a0, u32 a1, u32 a2, u32 a3)
{
	u32 a[6] = { a0, a1, a2, a3 };

	fuzz_call(nr, a);
}

/* Everything goes to the entry of the vCPU; some vectors also from ring 3. */
void repair_traps(u32 vcpu)
{
	u32 entry = FUZZ_ENTRY(vcpu), i;

	for (i = 0; i < 256; i++)
		traps[vcpu][i] = (trap_info_t){
			.vector = (u8)i, .flags = 4 | (i & 1 ? 3 : 0),
			.cs = FLAT_KERNEL_CS, .address = entry,
		};
	call(__HYPERVISOR_set_trap_table, (u32)traps[vcpu], 0, 0, 0);
	call(__HYPERVISOR_set_callbacks, FLAT_KERNEL_CS, entry, FLAT_KERNEL_CS,
	     entry);
	call(__HYPERVISOR_stack_switch, FLAT_KERNEL_SS, FUZZ_STACK(vcpu), 0, 0);
}

/* A page of ours where it was mapped first; not to be run. */
static void remap(u32 page, u64 flags)
{
	u64 e = (u64)CONTROL->frames[page] << 12 | flags | 1ull << 63;

	call(__HYPERVISOR_update_va_mapping, page << 12, (u32)e,
	     (u32)(e >> 32), UVMF_INVLPG | UVMF_LOCAL);
}

void repair_arguments(void)
{
	u32 i;

	for (i = PAGE_ARGS; i < PAGE_READONLY; i++)
		remap(i, PTE_RWP);
}

static void repair_memory(void)
{
	u32 i;

	repair_arguments();
	for (i = PAGE_READONLY; i < PAGE_ABSENT; i++)
		remap(i, PTE_RO);
	for (i = PAGE_PLAY; i < DOMU_PAGES; i++)
		remap(i, PTE_RWP);
	call(__HYPERVISOR_vm_assist, VMASST_CMD_enable,
	     VMASST_TYPE_writable_pagetables, 0, 0);
}

/* The frames of our grant table belong to the hypervisor. */
static void repair_grants(void)
{
	xen_pfn_t list[1] = { 0 };
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };
	u64 e;

	set_xen_guest_handle(s.frame_list, list);
	call(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table, (u32)&s, 1, 0);
	e = (u64)list[0] << 12 | PTE_RWP;
	if (list[0])
		call(__HYPERVISOR_update_va_mapping, PAGE_GRANTS << 12, (u32)e,
		     (u32)(e >> 32), UVMF_INVLPG | UVMF_LOCAL);
}

void repair(u32 vcpu)
{
	struct vcpu_set_periodic_timer t = { .period_ns = 20 * NS_PER_MS };
	struct evtchn_bind_virq b = { .virq = VIRQ_TIMER, .vcpu = vcpu };

	repair_traps(vcpu);
	call(__HYPERVISOR_set_debugreg, 7, 0, 0, 0);
	/* A vCPU that blocks goes on. */
	call(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, (u32)&b, 0, 0);
	call(__HYPERVISOR_vcpu_op, VCPUOP_set_periodic_timer, vcpu, (u32)&t, 0);
	call(__HYPERVISOR_vcpu_op, VCPUOP_up, vcpu ^ 1, 0, 0);
	if (vcpu)
		return;
	repair_memory();
	repair_grants();
}
