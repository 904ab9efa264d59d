// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every operation of every hypercall, every instruction that traps, register,
 * leaf, port, selector and vector: a line for each that says what was asked
 * and what came. Rule: the lines are those of reference Xen, but for the
 * differences that Documentation/hypervisor-conformance.md names; conformance-run
 * compares them. First Dom0 makes its calls, then a domain that it makes of
 * the same program: a domain's lines go to a buffer that Dom0 prints.
 */
#include "conf.h"

#define P_START_INFO	6u
#define P_LIST		7u
#define OUTPUT		(448u * 1024)

/* In the start_info page of the domain, in place of its command line. */
struct mailbox {
	u32 output, length, domid, dom0_frame, over;
};

bool is_domu;
u32 other_domain, other_frame;

static struct mailbox *mailbox(void *start_info_page)
{
	return (struct mailbox *)((start_info_t *)start_info_page)->cmd_line;
}

static void all_families(void)
{
	restore();
	conf_version();
	conf_sched();
	conf_events();
	conf_vcpu();
	conf_mmu();
	conf_memory();
	conf_grants();
	conf_physdev();
	conf_platform();
	conf_domctl();
	conf_sysctl();
	conf_others();
	conf_insn();
	conf_exceptions();
	conf_selectors();
	conf_ports();
	conf_registers();
}

#ifdef DOMU_IMAGE
__asm__(".section .rodata\n.balign 16\n"
	".globl image, image_end\n"
	"image: .incbin \"" DOMU_IMAGE "\"\nimage_end:\n.text");
extern const u8 image[], image_end[];
extern u8 start[], hypercall_page[];

PAGE_BUFFER(by);
PAGE_BUFFER(dom0_page);
static struct domu u;
static vcpu_guest_context_t ctx;

static void fill_start_info(void)
{
	start_info_t *si = (start_info_t *)by;
	u32 frame;

	CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
	frame = (u32)domctl_op.u.getdomaininfo.shared_info_frame;
	CHECK(domu_map(&u, by, u.frames[P_LIST], PTE_RWP), 0);
	memcpy(by, u.frames, sizeof(u.frames));
	CHECK(domu_map(&u, by, u.frames[P_START_INFO], PTE_RWP), 0);
	memcpy(si->magic, GUEST_MAGIC, sizeof(GUEST_MAGIC));
	si->nr_pages = DOMU_PAGES;
	si->shared_info = frame << 12;
	si->mfn_list = P_LIST << 12;
	si->nr_pt_frames = 6;
	mailbox(si)->domid = u.id;
	mailbox(si)->dom0_frame = va_mfn(dom0_page);
}

/* The domain, paused: its image starts at 'start', as ours does. */
static void make_domain(void)
{
	u32 i;

	domu_empty(&u);
	domu_fill(&u, by, image, (u32)(image_end - image));
	fill_start_info();
	domctl_op.u.hypercall_init.gmfn = u.frames[(ulong)hypercall_page >> 12];
	CHECK(set_pte_va(by, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_hypercall_init), 0);
	CHECK(domu_pin(&u, PIN_ROOT, (u32)u.frames[0]), 0);
	domu_context(&u, &ctx);
	ctx.user_regs.eip = (ulong)start;
	ctx.user_regs.esi = P_START_INFO << 12;
	for (i = 0; i < 256; i++)
		ctx.trap_ctxt[i].vector = (u8)i;
	CHECK(domu_set_context(&u, &ctx), 0);
	domctl_op.u.max_mem.max_memkb = (DOMU_PAGES + 16) * 4;
	CHECK(domu_ctl(&u, XEN_DOMCTL_max_mem), 0);
	other_domain = u.id;
	other_frame = (u32)u.frames[DOMU_PAGES - 1];
}

static void print_output(const struct mailbox *m)
{
	u32 done = 0, n;

	while (done < m->length) {
		n = m->length - done < PAGE_SIZE ? m->length - done : PAGE_SIZE;
		CHECK(domu_map(&u, by, u.frames[(m->output + done) >> 12],
			       PTE_RO), 0);
		print_to((const char *)by, n);
		done += n;
	}
}

static void run_domain(void)
{
	static struct mailbox m;
	u32 i;

	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	for (i = 0; i < 6000; i++) {
		sleep_ms(10);
		CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
		if (domctl_op.u.getdomaininfo.flags & XEN_DOMINF_shutdown)
			break;
	}
	CHECK(domu_ctl(&u, XEN_DOMCTL_pausedomain), 0);
	CHECK(domu_map(&u, by, u.frames[P_START_INFO], PTE_RO), 0);
	m = *mailbox(by);
	print_output(&m);
	CHECK(m.over, 1);
}

void test_main(void)
{
	make_domain();
	all_families();
	run_domain();
}
#else
static char output[OUTPUT] __attribute__((aligned(4096)));

static void put_output(const char *s, u32 n)
{
	struct mailbox *m = mailbox(start_info);

	if (m->length + n > sizeof(output)) {
		failures++;
		return;
	}
	memcpy(output + m->length, s, n);
	m->length += n;
}

void test_main(void)
{
	struct sched_shutdown sd = { .reason = SHUTDOWN_poweroff };
	struct mailbox *m = mailbox(start_info);

	m->output = (u32)(ulong)output;
	is_domu = true;
	print_to = put_output;
	other_frame = m->dom0_frame;
	all_families();
	m->over = failures == 0;
	/* The verdict is Dom0's to say. */
	HC2(sched_op, SCHEDOP_shutdown, &sd);
}
#endif
