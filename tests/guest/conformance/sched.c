// SPDX-License-Identifier: GPL-2.0-only
/* sched_op, its old form, and set_timer_op (xen/sched.h). */
#include "conf.h"

#ifndef VMASST_TYPE_m2p_strict
#define VMASST_TYPE_m2p_strict 32	/* of 64-bit guests */
#endif

#define S(op, ...)	{ OPN(sched_op, #op, op, __VA_ARGS__) }
#define SA(op, note, at) \
	{ CALL(sched_op, #op, note, op, at) }
#define ASSIST(cmd, type) \
	{ CALL(vm_assist, #cmd, #type + sizeof("VMASST_TYPE"), cmd, type) }

static const struct row rows[] = {
	SA(SCHEDOP_yield, NULL, 0),
	SA(SCHEDOP_yield, "bad address", BAD),
	S(SCHEDOP_poll, "no ports, time over", 0, 0, 1, 0),
	S(SCHEDOP_poll, "no ports, until now", 0, 0, NOW_MS(1)),
	S(SCHEDOP_poll, "a port, time over", AT(8), 1, 1, 0, 0, 0, 0, 0, 1),
	S(SCHEDOP_poll, "two ports, a millisecond", AT(8), 2, NOW_MS(1), 0, 0, 0, 0, 1, 2),
	S(SCHEDOP_poll, "128 ports, bad address", BAD, 128, 1, 0),
	S(SCHEDOP_poll, "129 ports", AT(8), 129, 1, 0),
	S(SCHEDOP_poll, "port 4096", AT(8), 1, 1, 0, 0, 0, 0, 0, 4096),
	S(SCHEDOP_poll, "port -1", AT(8), 1, 1, 0, 0, 0, 0, 0, 0xffffffff),
	SA(SCHEDOP_poll, "bad address", BAD),
	SA(SCHEDOP_shutdown, "bad address", BAD),
	S(SCHEDOP_remote_shutdown, "no such domain", 0x1234, 1),
	S(SCHEDOP_remote_shutdown, "reason 256", 0x1234, 256),
	{ OP(sched_op, SCHEDOP_remote_shutdown, "Dom0", OTHER, 1),
	  .flags = R_DOMU },
	SA(SCHEDOP_remote_shutdown, "bad address", BAD),
	SA(SCHEDOP_shutdown_code, "bad address", BAD),
	S(SCHEDOP_watchdog, "id 1, not in use", 1, 30),
	S(SCHEDOP_watchdog, "id 3, none such", 3, 30),
	S(SCHEDOP_watchdog, "id -1", 0xffffffff, 30),
	S(SCHEDOP_watchdog, "first", 0, 600),
	S(SCHEDOP_watchdog, "again, first", 1, 600),
	S(SCHEDOP_watchdog, "second", 0, 600),
	S(SCHEDOP_watchdog, "third", 0, 600),
	S(SCHEDOP_watchdog, "stop first", 1, 0),
	S(SCHEDOP_watchdog, "stop first, stopped", 1, 0),
	S(SCHEDOP_watchdog, "stop second", 2, 0),
	SA(SCHEDOP_watchdog, "bad address", BAD),
	S(SCHEDOP_pin_override, "processor 0", 0),
	S(SCHEDOP_pin_override, "no such processor", 4095),
	S(SCHEDOP_pin_override, "back", 0xffffffff),
	S(SCHEDOP_pin_override, "back again", 0xffffffff),
	SA(SCHEDOP_pin_override, "bad address", BAD),
	S(8, "unknown", 0),
	S(0xffffffff, "unknown", 0),
	{ CALL(sched_op_compat, "sched_op_compat SCHEDOP_yield", NULL,
	       SCHEDOP_yield) },
	{ CALL(sched_op_compat, "sched_op_compat SCHEDOP_poll", "none such",
	       SCHEDOP_poll, ARG) },
	{ CALL(sched_op_compat, "sched_op_compat 99", "none such", 99) },
	{ CALL(set_timer_op, "set_timer_op", "stop", 0, 0) },
	{ CALL(set_timer_op, "set_timer_op", "over", 1, 0) },
	{ CALL(set_timer_op, "set_timer_op", "in a minute", NOW_MS(60000)) },
	{ CALL(set_timer_op, "set_timer_op", "far away", 0, 0x00ffffff) },
	{ CALL(set_timer_op, "set_timer_op", "negative", 0, 0x80000000) },
	{ CALL(set_timer_op, "set_timer_op", "stop again", 0, 0) },
	{ CALL(fpu_taskswitch, "fpu_taskswitch", "set", 1) },
	{ CALL(fpu_taskswitch, "fpu_taskswitch", "clear", 0) },
	{ CALL(fpu_taskswitch, "fpu_taskswitch", "2", 2) },
	{ CALL(fpu_taskswitch, "fpu_taskswitch", "clear", 0) },
	ASSIST(VMASST_CMD_enable, VMASST_TYPE_4gb_segments),
	ASSIST(VMASST_CMD_disable, VMASST_TYPE_4gb_segments),
	ASSIST(VMASST_CMD_enable, VMASST_TYPE_4gb_segments_notify),
	ASSIST(VMASST_CMD_disable, VMASST_TYPE_4gb_segments_notify),
	ASSIST(VMASST_CMD_enable, VMASST_TYPE_writable_pagetables),
	ASSIST(VMASST_CMD_disable, VMASST_TYPE_writable_pagetables),
	ASSIST(VMASST_CMD_enable, VMASST_TYPE_pae_extended_cr3),
	ASSIST(VMASST_CMD_enable, VMASST_TYPE_architectural_iopl),
	ASSIST(VMASST_CMD_disable, VMASST_TYPE_architectural_iopl),
	ASSIST(VMASST_CMD_enable, VMASST_TYPE_runstate_update_flag),
	ASSIST(VMASST_CMD_disable, VMASST_TYPE_runstate_update_flag),
	{ CALL(vm_assist, "VMASST_CMD_enable", "type 6", VMASST_CMD_enable,
	       6) },
	{ CALL(vm_assist, "VMASST_CMD_enable", "type 31", VMASST_CMD_enable,
	       31) },
	ASSIST(VMASST_CMD_enable, VMASST_TYPE_m2p_strict),
	{ CALL(vm_assist, "VMASST_CMD_enable", "type -1", VMASST_CMD_enable,
	       0xffffffff) },
	{ CALL(vm_assist, "vm_assist command 2", "unknown", 2, 0) },
};

void conf_sched(void)
{
	RUN(rows);
}
