// SPDX-License-Identifier: GPL-2.0-only
/* sysctl (xen/sysctl.h): command, version, then what it needs. */
#include "conf.h"

#define V	XEN_SYSCTL_INTERFACE_VERSION
#define S(op, note, ...) \
	{ CALL(sysctl, #op, note, ARG), WORDS(op, V, __VA_ARGS__) }
#define SM(op, note, ...) \
	{ CALL(sysctl, #op, note, ARG), WORDS(op, V, __VA_ARGS__), \
	  .flags = R_MASK_ALL }

/* Power management of processor 4095, which there is not */
#define PM(name_) \
	{ CALL(sysctl, #name_, "no such processor", ARG), \
	  WORDS(XEN_SYSCTL_pm_op, V, name_, 4095) }
#define FEATURES(name_) \
	{ CALL(sysctl, #name_, NULL, ARG), \
	  WORDS(XEN_SYSCTL_get_cpu_featureset, V, \
		name_, 32, AT(40), 0) }
#define POLICY(name_) \
	{ CALL(sysctl, #name_, "sizes", ARG), \
	  WORDS(XEN_SYSCTL_get_cpu_policy, V, name_, \
		0, 0, 0, 0, 0, 0) }

static const struct row rows[] = {
	{ CALL(sysctl, "sysctl", "bad address", BAD) },
	{ CALL(sysctl, "sysctl", "version 0", ARG),
	  WORDS(XEN_SYSCTL_physinfo, 0) },
	{ CALL(sysctl, "sysctl", "version 0x16", ARG),
	  WORDS(XEN_SYSCTL_physinfo, 0x16) },
	/* clear and incremental, index, buffer (64), count */
	SM(XEN_SYSCTL_readconsole, NULL, 0, 0, AT(40), 0, 64),
	S(XEN_SYSCTL_readconsole, "nothing", 0, 0, AT(40), 0, 0),
	S(XEN_SYSCTL_readconsole, "bad buffer", 0, 0, BAD, 0, 64),
	SM(XEN_SYSCTL_readconsole, "incremental, from the future", 0x100,
	  0x70000000, AT(40), 0, 64),
	S(XEN_SYSCTL_tbuf_op, "get info", XEN_SYSCTL_TBUFOP_get_info),
	S(XEN_SYSCTL_tbuf_op, "enable", XEN_SYSCTL_TBUFOP_enable),
	S(XEN_SYSCTL_tbuf_op, "disable", XEN_SYSCTL_TBUFOP_disable),
	S(XEN_SYSCTL_tbuf_op, "event mask", XEN_SYSCTL_TBUFOP_set_evt_mask),
	S(XEN_SYSCTL_tbuf_op, "unknown", 99),
	{ CALL(sysctl, "XEN_SYSCTL_physinfo", NULL, ARG),
	  WORDS(XEN_SYSCTL_physinfo, V), .mask = 0xfffff100 },
	S(XEN_SYSCTL_sched_id, NULL, 0),
	S(XEN_SYSCTL_perfc_op, "reset", XEN_SYSCTL_PERFCOP_reset),
	S(XEN_SYSCTL_perfc_op, "unknown", 99),
	/* first, room, buffer (64) */
	S(XEN_SYSCTL_getdomaininfolist, "no room", 0, 0, VA(13), 0),
	S(XEN_SYSCTL_getdomaininfolist, "room for 4", 0, 4, VA(13), 0),
	S(XEN_SYSCTL_getdomaininfolist, "from 0x7000", 0x7000, 4, VA(13), 0),
	S(XEN_SYSCTL_getdomaininfolist, "bad buffer", 0, 4, BAD, 0),
	S(XEN_SYSCTL_debug_keys, "none", AT(40), 0, 0),
	S(XEN_SYSCTL_debug_keys, "bad buffer", BAD, 0, 1),
	SM(XEN_SYSCTL_getcpuinfo, "room for 4", 4, 0, VA(13), 0),
	S(XEN_SYSCTL_getcpuinfo, "no room", 0, 0, VA(13), 0),
	S(XEN_SYSCTL_getcpuinfo, "bad buffer", 4, 0, BAD, 0),
	SM(XEN_SYSCTL_availheap, "all", 0, 0, 0xffffffff),
	SM(XEN_SYSCTL_availheap, "node 0", 0, 0, 0),
	SM(XEN_SYSCTL_availheap, "node 63", 0, 0, 63),
	SM(XEN_SYSCTL_availheap, "node -2", 0, 0, 0xfffffffe),
	SM(XEN_SYSCTL_availheap, "below 2^12", 0, 12, 0xffffffff),
	S(XEN_SYSCTL_get_pmstat, "P-states", PMSTAT_get_max_px, 0),
	S(XEN_SYSCTL_get_pmstat, "C-states", PMSTAT_get_max_cx, 0),
	S(XEN_SYSCTL_get_pmstat, "no such processor", PMSTAT_get_max_cx, 4095),
	S(XEN_SYSCTL_get_pmstat, "unknown", 0x30, 0),
	S(XEN_SYSCTL_cpu_hotplug, "online 0", 0, 0),
	S(XEN_SYSCTL_cpu_hotplug, "offline 4095", 4095, 1),
	S(XEN_SYSCTL_cpu_hotplug, "unknown", 0, 99),
	S(XEN_SYSCTL_pm_op, "parameters", GET_CPUFREQ_PARA, 0),
	PM(XEN_SYSCTL_pm_op_set_sched_opt_smt),
	PM(XEN_SYSCTL_pm_op_get_max_cstate),
	PM(XEN_SYSCTL_pm_op_set_max_cstate),
	PM(XEN_SYSCTL_pm_op_set_vcpu_migration_delay),
	PM(XEN_SYSCTL_pm_op_get_vcpu_migration_delay),
	PM(XEN_SYSCTL_pm_op_enable_turbo),
	PM(XEN_SYSCTL_pm_op_disable_turbo),
	S(XEN_SYSCTL_pm_op, "unknown", 0x99, 0),
	S(XEN_SYSCTL_page_offline_op, "query, nobody's",
	  sysctl_query_page_offline, MFN(P_NONE), MFN(P_NONE), AT(40)),
	S(XEN_SYSCTL_page_offline_op, "query, a page",
	  sysctl_query_page_offline, MFN(9), MFN(9), AT(40)),
	S(XEN_SYSCTL_page_offline_op, "unknown", 99, 0, 0, AT(40)),
	S(XEN_SYSCTL_lockprof_op, "reset", 1, 0),
	/* room, buffer (64): of processors */
	S(XEN_SYSCTL_cputopoinfo, "number", 0, 0, 0, 0),
	S(XEN_SYSCTL_cputopoinfo, "room for 4", 4, 0, VA(13), 0),
	S(XEN_SYSCTL_cputopoinfo, "bad buffer", 4, 0, BAD, 0),
	S(XEN_SYSCTL_numainfo, "number", 0, 0, 0, 0, 0, 0),
	S(XEN_SYSCTL_numainfo, "room for 4", 4, 0, VA(13), 0, VA(14), 0),
	S(XEN_SYSCTL_numainfo, "bad buffers", 4, 0, BAD, 0, BAD, 0),
	/* operation, pool, scheduler, domain, processor, domains, map */
	S(XEN_SYSCTL_cpupool_op, "info 0", XEN_SYSCTL_CPUPOOL_OP_INFO, 0, 0, 0,
	  0, 0, AT(40), 0, 64),
	S(XEN_SYSCTL_cpupool_op, "info 1", XEN_SYSCTL_CPUPOOL_OP_INFO, 1, 0, 0,
	  0, 0, AT(40), 0, 64),
	S(XEN_SYSCTL_cpupool_op, "free", XEN_SYSCTL_CPUPOOL_OP_FREEINFO, 0, 0,
	  0, 0, 0, AT(40), 0, 64),
	S(XEN_SYSCTL_cpupool_op, "create, no such scheduler",
	  XEN_SYSCTL_CPUPOOL_OP_CREATE, 0xffffffff, 99),
	S(XEN_SYSCTL_cpupool_op, "destroy 77", XEN_SYSCTL_CPUPOOL_OP_DESTROY,
	  77),
	S(XEN_SYSCTL_cpupool_op, "destroy 0", XEN_SYSCTL_CPUPOOL_OP_DESTROY,
	  0),
	S(XEN_SYSCTL_cpupool_op, "add, pool 77", XEN_SYSCTL_CPUPOOL_OP_ADDCPU,
	  77, 0, 0, 0),
	S(XEN_SYSCTL_cpupool_op, "add 4095", XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 0,
	  0, 0, 4095),
	S(XEN_SYSCTL_cpupool_op, "remove 4095", XEN_SYSCTL_CPUPOOL_OP_RMCPU,
	  0, 0, 0, 4095),
	S(XEN_SYSCTL_cpupool_op, "move OTHER to 0",
	  XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 0, 0, OTHER),
	S(XEN_SYSCTL_cpupool_op, "move none such",
	  XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 0, 0, 0x1234),
	S(XEN_SYSCTL_cpupool_op, "move Dom0",
	  XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 0, 0, 0),
	S(XEN_SYSCTL_cpupool_op, "move DOMID_SELF",
	  XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 0, 0, DOMID_SELF),
	S(XEN_SYSCTL_cpupool_op, "move OTHER to 77",
	  XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 77, 0, OTHER),
	S(XEN_SYSCTL_cpupool_op, "unknown", 99),
	/* pool, scheduler, command */
	S(XEN_SYSCTL_scheduler_op, "get", 0, XEN_SCHEDULER_CREDIT2,
	  XEN_SYSCTL_SCHEDOP_getinfo),
	S(XEN_SYSCTL_scheduler_op, "put 1000", 0, XEN_SCHEDULER_CREDIT2,
	  XEN_SYSCTL_SCHEDOP_putinfo, 1000),
	S(XEN_SYSCTL_scheduler_op, "put 2000", 0, XEN_SCHEDULER_CREDIT2,
	  XEN_SYSCTL_SCHEDOP_putinfo, 2000),
	S(XEN_SYSCTL_scheduler_op, "get again", 0, XEN_SCHEDULER_CREDIT2,
	  XEN_SYSCTL_SCHEDOP_getinfo),
	S(XEN_SYSCTL_scheduler_op, "put 1", 0, XEN_SCHEDULER_CREDIT2,
	  XEN_SYSCTL_SCHEDOP_putinfo, 1),
	S(XEN_SYSCTL_scheduler_op, "pool 77", 77, XEN_SCHEDULER_CREDIT2,
	  XEN_SYSCTL_SCHEDOP_getinfo),
	S(XEN_SYSCTL_scheduler_op, "credit", 0, XEN_SCHEDULER_CREDIT,
	  XEN_SYSCTL_SCHEDOP_getinfo),
	S(XEN_SYSCTL_scheduler_op, "unknown", 0, XEN_SCHEDULER_CREDIT2, 99),
	S(XEN_SYSCTL_scheduler_op, "unknown, pool 77", 77,
	  XEN_SCHEDULER_CREDIT2, 99),
	S(XEN_SYSCTL_coverage_op, "size", 0, 0),
	S(XEN_SYSCTL_psr_cmt_op, "enabled", 0, 0),
	/* number, devices (64), nodes (64) */
	S(XEN_SYSCTL_pcitopoinfo, "no lists", 0, 0, 0, 0, 0, 0),
	S(XEN_SYSCTL_pcitopoinfo, "none", 0, 0, AT(40), 0, AT(48), 0),
	S(XEN_SYSCTL_pcitopoinfo, "three times 00:00.0", 3, 0, AT(40), 0, AT(48), 0),
	S(XEN_SYSCTL_pcitopoinfo, "bad list of nodes", 3, 0, AT(40), 0, BAD, 0),
	S(XEN_SYSCTL_pcitopoinfo, "bad list of devices", 3, 0, BAD, 0, AT(48),
	  0),
	S(XEN_SYSCTL_psr_alloc, "L3", 0, 0),
	S(XEN_SYSCTL_get_cpu_levelling_caps, NULL, 0),
	SM(XEN_SYSCTL_get_cpu_featureset, "number", 0, 0, 0, 0),
	SM(XEN_SYSCTL_get_cpu_featureset, "number, unknown set", 99, 0, 0, 0),
	FEATURES(XEN_SYSCTL_cpu_featureset_raw),
	FEATURES(XEN_SYSCTL_cpu_featureset_host),
	FEATURES(XEN_SYSCTL_cpu_featureset_pv),
	FEATURES(XEN_SYSCTL_cpu_featureset_hvm),
	FEATURES(XEN_SYSCTL_cpu_featureset_pv_max),
	FEATURES(XEN_SYSCTL_cpu_featureset_hvm_max),
	S(XEN_SYSCTL_get_cpu_featureset, "bad buffer", 0, 32, BAD, 0),
	S(XEN_SYSCTL_get_cpu_featureset, "unknown", 99, 32, AT(40), 0),
	S(XEN_SYSCTL_livepatch_op, "list", 2, 0, 0, 0, 0, 0),
	POLICY(XEN_SYSCTL_cpu_policy_raw),
	POLICY(XEN_SYSCTL_cpu_policy_host),
	POLICY(XEN_SYSCTL_cpu_policy_pv_max),
	POLICY(XEN_SYSCTL_cpu_policy_hvm_max),
	POLICY(XEN_SYSCTL_cpu_policy_pv_default),
	POLICY(XEN_SYSCTL_cpu_policy_hvm_default),
	S(XEN_SYSCTL_get_cpu_policy, "unknown", 99, 0, 0, 0, 0, 0, 0),
	/* set, numbers of leaves and MSRs, 0, lists of them (64) */
	S(XEN_SYSCTL_get_cpu_policy, "room for one leaf",
	  XEN_SYSCTL_cpu_policy_host, 1, 5, 0, VA(13), 0, 0, 0),
	S(XEN_SYSCTL_get_cpu_policy, "bad list",
	  XEN_SYSCTL_cpu_policy_host, 1, 5, 0, BAD, 0, 0, 0),
	S(13, "no more", 0),
	S(24, "no more", 0),
	S(28, "no more", 0),
	S(30, "unknown", 0),
	S(0xffffffff, "unknown", 0),
};

void conf_sysctl(void)
{
	RUN(rows);
}
