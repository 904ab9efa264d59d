// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hypervisor shows before the machine stops: registers, and the chain
 * of functions. After panic_begin() nothing here takes a lock. For a domain
 * that crashed, panic_dump() runs without panic_begin(), and takes the log's
 * lock.
 */
#include "machine/cpu.h"
#include "machine/log.h"
#include "machine/panic.h"
#include "machine/smp.h"

#define MAX_FRAMES	24

void panic_begin(void)
{
	irq_disable();
	smp_stop_others();
	log_unlock();
}

void panic_stop(void)
{
	panic_begin();
	log_raw("(KR) machine stopped\n");
	for (;;)
		__asm__ volatile("cli; hlt");
}

void panic_backtrace(const struct cpu_block *b, u64 ip, const u64 *frame)
{
	u32 n;

	for (n = 0; n < MAX_FRAMES; n++) {
		symbol_print(ip);
		if ((const void *)frame < (const void *)b ||
		    (const void *)frame >= (const void *)(b + 1) ||
		    ((u64)frame & 7))
			break;
		/* Within the call: it may be the last thing in its function. */
		ip = frame[1] - 1;
		frame = (const u64 *)frame[0];
	}
}

void panic_show_cpus(const struct regs *mine)
{
	const struct regs *r;
	u32 i;

	for (i = 0; i < cpu_count; i++) {
		r = i == this_cpu()->id ? mine : smp_stopped_at[i];
		if (!r)
			continue;
		log_err("CPU%u %s:", i, r->cs & 3 ? "in a guest" : "at");
		panic_backtrace(cpu_blocks[i], r->ip,
				r->cs & 3 ? NULL : (const u64 *)r->bp);
	}
}

void panic_dump(const struct regs *r)
{
	log_err("CPU%u vector %lu error %lx cr2 %lx", this_cpu()->id, r->vector,
		r->error, read_cr2());
	log_err("%04lx:%016lx flags %lx sp %04lx:%016lx", r->cs, r->ip,
		r->flags, r->ss, r->sp);
	log_err("ax %016lx bx %016lx cx %016lx dx %016lx", r->ax, r->bx, r->cx,
		r->dx);
	log_err("si %016lx di %016lx bp %016lx r8 %016lx", r->si, r->di, r->bp,
		r->r8);
	log_err("r9 %016lx r10 %016lx r11 %016lx r12 %016lx", r->r9, r->r10,
		r->r11, r->r12);
	log_err("r13 %016lx r14 %016lx r15 %016lx cr3 %016lx", r->r13, r->r14,
		r->r15, read_cr3());
}

/* Stop the machine, even if another CPU holds a lock. */
void panic(const char *fmt, ...)
{
	const u64 *frame = __builtin_frame_address(0);
	char why[200];
	va_list ap;

	panic_begin();
	log_raw("\n(KR) PANIC\n");
	va_start(ap, fmt);
	vformat(why, sizeof(why), fmt, ap);
	va_end(ap);
	log_err("%s", why);
	log_err("on CPU%u, from:", this_cpu()->id);
	panic_backtrace(this_block(), frame[1] - 1, (const u64 *)frame[0]);
	panic_stop();
}
