// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debug keys, with Xen's letters. Ctrl-A typed three times on the serial line
 * directs its input to the hypervisor, and three more times to Dom0 again.
 */
#include "control/keys.h"
#include "device/irq.h"
#include "domain/domain.h"
#include "machine/machine.h"
#include "machine/panic.h"
#include "machine/smp.h"

#define SWITCH_KEY	1	/* Ctrl-A */
#define SWITCH_TIMES	3u

static void dump_vcpu(const struct vcpu *v)
{
	const struct regs *r = v->sched.on_cpu ?
			       &cpu_blocks[v->sched.cpu]->guest : &v->proc.regs;

	log_info("  vCPU %u: state %x, CPU %u%s, cs %lx ip %lx ss %lx sp %lx "
		 "flags %lx table %lx",
		 v->id, v->sched.state, v->sched.cpu,
		 v->sched.running ? " running" : "", r->cs, r->ip, r->ss,
		 r->sp, r->flags, v->roots.kernel.table.n);
}

static void dump_domain(struct domain *d)
{
	struct vcpu *v;

	log_info("domain %u: refs %u, %s%s%spaused %u, %lu of %lu pages", d->id,
		 d->refs, d->life.is_dying ? "dying, " : "",
		 d->life.shut_down ? "shut down, " : "",
		 d->sched.parked ? "parked, " : "", d->life.pause_count,
		 d->mem.tot_pages, d->mem.max_pages);
	domain_for_each_vcpu(d, v)
		dump_vcpu(v);
}

void keys_handle(char key)
{
	switch (key) {
	case 'h':
		log_info("keys: h this text, 0 Dom0's registers as last saved, "
			 "a frame audit and l longest holds "
			 "(debug build), d this CPU, m memory, "
			 "i interrupts, q domains, r vCPUs, C panic, R reboot");
		break;
	case 'a':
		quiet_audit();
		break;
	case 'l':
		hold_report();
		break;
	case '0':
		dump_domain(dom0);
		break;
	case 'd':
		panic_dump(&this_block()->guest);
		break;
	case 'i':
		irq_dump();
		break;
	case 'm':
		log_info("memory: %lu of %lu frames free; TLB flushes: %lu",
			 frames_free(), frame_count, smp_next_flush() - 1);
		break;
	case 'q':
	case 'r':
		domain_for_each(dump_domain);
		break;
	case 'C':
		panic("by the key C");
	case 'R':
		machine_reboot();
	default:
		log_info("key '%c' does nothing; 'h' tells which do", key);
	}
}

bool keys_input(char c)
{
	static u32 switches;
	static bool ours;

	switches = c == SWITCH_KEY ? switches + 1 : 0;
	if (switches == SWITCH_TIMES) {
		switches = 0;
		ours = !ours;
		log_info("serial input to %s", ours ? "Krypton; h for help" :
			 "Dom0");
		return true;
	}
	if (ours && c != SWITCH_KEY) {
		atomic_inc(&smp_slow);	/* it may print much */
		keys_handle(c);
		atomic_dec(&smp_slow);
	}
	return ours;
}
