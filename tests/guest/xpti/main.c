// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen-command-line.pandoc xpti): the log says what the hypervisor does about a
 * processor that lets ring 3 read all that is mapped, by default as the
 * processor needs it. A 64-bit DomU that needs XPTI has it or does not run, and
 * the capabilities say that; a 32-bit one always runs. Class: XSA-254, variant 3.
 *
 * Test: xpti
 * Test: xpti-intel -I
 * Test: xpti-64 -w 64
 * Test: xpti-64-intel -w 64 -I
 * Test: xpti-64-off -w 64 -I -o xpti=no
 * Test: xpti-64-domu-off -w 64 -I -o xpti=domu=no
 * Test: xpti-64-asked -w 64 -o xpti
 */
#include "domu.h"

#define AUTH	0x68747541u	/* of "AuthenticAMD" */
#define HEAD	"XPTI (64-bit PV only): Dom0 "

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
	while (*words && *in == *words)
		in++, words++;
	return !*words;
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

static bool is_wanted(void)
{
	return has(line, " xpti=no") || has(line, " xpti=domu=no") ? false :
	       has(line, " xpti") || is_faulty();
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
	const char *dom0, *domu;
	bool isolated, runs;

	CHECK(HC2(xen_version, XENVER_commandline, line), 0);
	CHECK(HC2(xen_version, XENVER_capabilities, capabilities), 0);
	read_log();
	dom0 = find(log_text, HEAD);
	domu = dom0 ? find(dom0, ", DomU ") : NULL;
	CHECK(domu != NULL, 1);
	if (!domu)
		return;
	CHECK(begins(dom0, "enabled") || begins(dom0, "disabled"), 1);
	isolated = begins(domu, "enabled");
	CHECK(isolated || begins(domu, "disabled"), 1);
	runs = isolated || !is_wanted();
	print("XPTI is %swanted, it is %s, 64-bit DomUs %s\n",
	      is_wanted() ? "" : "not ", isolated ? "on" : "off",
	      runs ? "run" : "are refused");
	CHECK(has(capabilities, "xen-3.0-x86_64"), runs);
	CHECK(has(capabilities, "xen-3.0-x86_32p"), 1);
	CHECK(has(log_text, "64-bit DomUs are refused"), !runs);
	CHECK(try_domain(), runs || WIDTH == 32 ? 0 : -XEN_EOPNOTSUPP);
}
