/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The handlers of hypercalls, each in the file of its mechanism. Names and
 * arguments are those of xen.h; entry/hypercall.c has the table.
 */
#ifndef KRYPTON_HYPERCALLS_H
#define KRYPTON_HYPERCALLS_H

#define HYPERCALL_ARGS	6

/*
 * One that returns -ERESTART has changed its arguments so that the same call
 * goes on where it stopped.
 */
typedef long hypercall_fn(u64 a[]);

hypercall_fn do_set_trap_table, do_mmu_update, do_set_gdt,
	do_stack_switch, do_set_callbacks, do_fpu_taskswitch,
	do_sched_op_compat, do_platform_op, do_set_debugreg, do_get_debugreg,
	do_update_descriptor, do_memory_op, do_multicall, do_update_va_mapping,
	do_update_va_mapping_otherdomain, do_set_timer_op,
	do_event_channel_op_compat, do_xen_version, do_console_io,
	do_physdev_op_compat, do_grant_table_op, do_vm_assist, do_iret,
	do_vcpu_op, do_mmuext_op, do_nmi_op, do_sched_op, do_callback_op,
	do_event_channel_op, do_physdev_op, do_sysctl, do_domctl,
	do_set_segment_base;

#endif
