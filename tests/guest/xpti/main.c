// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen-command-line.pandoc xpti): the log says for Dom0 and for DomUs whether
 * 64-bit ones run on tables without the hypervisor's memory: as the option says, or
 * else as the processor needs it. Whatever holds, DomUs run. Class: XSA-254,
 * variant 3.
 *
 * Test: xpti
 * Test: xpti-intel -I
 * Test: xpti-64 -w 64
 * Test: xpti-64-intel -w 64 -I
 * Test: xpti-64-off -w 64 -I -o xpti=no
 * Test: xpti-64-domu -w 64 -o xpti=domu
 * Test: xpti-64-domu-off -w 64 -I -o xpti=domu=no
 * Test: xpti-64-asked -w 64 -o xpti
 */
#include "domu.h"

#define AUTH	0x68747541u	/* of "AuthenticAMD" */
#define HEAD	"XPTI (64-bit PV only): "

PAGE_BUFFER(place);
static char log_text[65536] __attribute__((aligned(4096)));
static char line[1024], capabilities[1024];
DEFINE_CODE(code, "1: jmp 1b");

/* Behind the first place of the words, or NULL. */
static const char *find(const char *in, const char *words)
{
	u32 n;

	for (; *in; in++) {
		for (n = 0; words[n] && in[n] == words[n];)
			n++;
		if (!words[n])
			return in + n;
	}
	return NULL;
}

static bool has(const char *in, const char *words)
{
	return find(in, words);
}

static bool begins(const char *in, const char *words)
{
	while (in && *words && *in == *words)
		in++, words++;
	return in && !*words;
}

static void read_log(void)
{
	xen_sysctl_t s = { .cmd = XEN_SYSCTL_readconsole,
			   .interface_version = XEN_SYSCTL_INTERFACE_VERSION };

	s.u.readconsole.count = sizeof(log_text) - 1;
	set_xen_guest_handle(s.u.readconsole.buffer, log_text);
	CHECK(HC1(sysctl, &s), 0);
}

/* QEMU's processors of another vendor do not say that they are without it. */
static bool is_faulty(void)
{
	u32 a = 0, b, c, d;

	__asm__ volatile("cpuid" : "+a" (a), "=b" (b), "=c" (c), "=d" (d));
	return b != AUTH;
}

static void check_log(const char *dom0, const char *domu)
{
	const char *at = find(log_text, HEAD);

	CHECK(begins(at, "Dom0 "), 1);
	at = at ? find(at, "Dom0 ") : NULL;
	CHECK(begins(at, dom0), 1);
	at = at ? find(at, "DomU ") : NULL;
	CHECK(begins(at, domu), 1);
}

static const char *state(const char *option)
{
	bool on = has(line, " xpti=no ") ? false : has(line, " xpti ") ||
		  has(line, option) || is_faulty();

	return on ? "enabled" : "disabled";
}

/* One that is whole but for its state. */
static long try_domain(void)
{
	static vcpu_guest_context_t ctx;
	static struct domu u;
	long rc;

	domu_empty(&u);
	domu_fill(&u, place, code, CODE_SIZE(code));
	CHECK(domu_pin(&u, PIN_ROOT, u.frames[0]), 0);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	domu_context(&u, &ctx);
	rc = domu_set_context(&u, &ctx);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	return rc;
}

void test_main(void)
{
	u32 n = 0;

	CHECK(HC2(xen_version, XENVER_commandline, line), 0);
	/* Each word has a space before it and behind it. */
	while (line[n])
		n++;
	line[n] = ' ';
	CHECK(HC2(xen_version, XENVER_capabilities, capabilities), 0);
	CHECK(has(capabilities, "xen-3.0-x86_64"), 1);
	CHECK(has(capabilities, "xen-3.0-x86_32p"), 1);
	read_log();
	check_log(state(" xpti=dom0 "), has(line, " xpti=domu=no ") ?
		  "disabled" : state(" xpti=domu "));
	CHECK(try_domain(), 0);
}
