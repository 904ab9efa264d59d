// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a vCPU needs to go on, set again and again: calls change it with random
 * values, and the run should not end of its own doing too often.
 */
#include "values.h"

#define EXCEPTIONS	32u	/* vectors, from 0 on */

static trap_info_t traps[DOMU_VCPUS][258];

long repair_call(u32 nr, ulong a0, ulong a1, ulong a2, ulong a3)
{
	ulong a[6] = { a0, a1, a2, a3 };

	return (long)fuzz_call(nr, a);
}

/*
 * These vectors go to the entry of the vCPU, some also from ring 3. A zero in
 * the next place ends the table.
 */
static void repair_vectors(u32 vcpu, u32 first, u32 end)
{
	trap_info_t *t = traps[vcpu];
	u32 i;

	for (i = first; i < end; i++)
		*t++ = (trap_info_t){
			.vector = (u8)i,
			.flags = TRAP_MASKS_EVENTS | (i & 1 ? 3 : 0),
			.cs = FLAT_KERNEL_CS, .address = FUZZ_ENTRY(vcpu),
		};
	*t = (trap_info_t){ 0 };
	repair_call(__HYPERVISOR_set_trap_table, (ulong)traps[vcpu], 0, 0, 0);
}

static void repair_entries(u32 vcpu)
{
	repair_call(__HYPERVISOR_stack_switch, FLAT_KERNEL_SS, FUZZ_STACK(vcpu),
		    0, 0);
	repair_own(vcpu);
}

/* Vectors that are not exceptions may stay as they are. */
void repair_broken(struct source *s)
{
	if (s->broken & BROKEN_TRAPS)
		repair_vectors(s->id, 0, EXCEPTIONS);
	if (s->broken & BROKEN_ENTRIES)
		repair_entries(s->id);
	s->broken = 0;
}

/* A frame of ours where it was mapped first; not to be run. */
static void remap(u32 page, u64 frame, u64 flags)
{
	struct call c = { 0 };

	set_va_mapping(&c, page << 12, frame << 12 | flags | PTE_NX,
		       UVMF_INVLPG | UVMF_LOCAL, 0);
	fuzz_call(c.nr, c.a);
}

void repair_page(u32 page, u64 flags)
{
	remap(page, CONTROL->frames[page], flags);
}

void repair_arguments(void)
{
	u32 i;

	for (i = PAGE_ARGS; i < PAGE_READONLY; i++)
		repair_page(i, PTE_RWP);
}

static void repair_memory(void)
{
	u32 i;

	repair_arguments();
	for (i = PAGE_READONLY; i < PAGE_ABSENT; i++)
		repair_page(i, PTE_RO);
	for (i = PAGE_PLAY; i < DOMU_PAGES; i++)
		repair_page(i, PTE_RWP);
	repair_call(__HYPERVISOR_vm_assist, VMASST_CMD_enable,
		    VMASST_TYPE_writable_pagetables, 0, 0);
}

/* The frames of our grant table belong to the hypervisor. */
static void repair_grants(void)
{
	xen_pfn_t list[1] = { 0 };
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };

	set_xen_guest_handle(s.frame_list, list);
	repair_call(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table,
		    (ulong)&s, 1, 0);
	if (list[0])
		remap(PAGE_GRANTS, list[0], PTE_RWP);
}

void repair(u32 vcpu)
{
	struct vcpu_set_periodic_timer t = { .period_ns = 20 * NS_PER_MS };
	struct evtchn_bind_virq b = { .virq = VIRQ_TIMER, .vcpu = vcpu };

	repair_vectors(vcpu, 0, 256);
	repair_entries(vcpu);
	repair_call(__HYPERVISOR_set_debugreg, 7, 0, 0, 0);
	/* A vCPU that blocks goes on. */
	repair_call(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq,
		    (ulong)&b, 0, 0);
	repair_call(__HYPERVISOR_vcpu_op, VCPUOP_set_periodic_timer, vcpu,
		    (ulong)&t, 0);
	repair_call(__HYPERVISOR_vcpu_op, VCPUOP_up, vcpu ^ 1, 0, 0);
	if (vcpu)
		return;
	repair_memory();
	repair_grants();
}
