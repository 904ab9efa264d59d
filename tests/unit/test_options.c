// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line in Xen's forms (xen-command-line.pandoc): what each value
 * means, that a bad one changes nothing and is named, and that every word that
 * does nothing is named.
 */
#include <stdio.h>
#include <string.h>
#include "machine/ap.h"
#include "boot/boot.h"
#include "boot/dom0.h"
#include "cpu/xpti.h"
#include "device/watchdog.h"
#include "grant/grant.h"
#include "host.h"
#include "machine/log.h"

#define MIB	256u			/* pages */
#define ALL	(2048ull * MIB)
#define NO_MAX	0xffffffffull		/* pages: as many as it wants */

/* The command line, and what the loader gives with Dom0's kernel. */
static void options_and(const char *line, const char *dom0_line)
{
	host_reset();
	snprintf(boot_info.cmdline, sizeof(boot_info.cmdline), "%s", line);
	snprintf(boot_info.module[0].cmdline, BOOT_CMDLINE_SIZE, "%s",
		 dom0_line);
	options_init();
}

static void options(const char *line)
{
	options_and(line, "");
}

/* Sizes are in MiB; the largest 0 for none. */
static const struct {
	const char *value;
	u64 pages, max;
} sizes[] = {
	{ "600M", 600 * MIB, NO_MAX },
	{ "614400", 600 * MIB, NO_MAX },
	{ "614400k", 600 * MIB, NO_MAX },
	{ "629145600B", 600 * MIB, NO_MAX },
	{ "1G", 1024 * MIB, NO_MAX },
	{ "1t", ALL, NO_MAX },
	{ "min:600M,max:600M", 600 * MIB, 600 * MIB },
	{ "min:128M,max:256M", 256 * MIB, 256 * MIB },
	{ "max:600M", 600 * MIB, 600 * MIB },
	{ "1G,max:2G", 1024 * MIB, 2048 * MIB },
	{ "1G,max:4G", 1024 * MIB, 4096 * MIB },
	{ "1G,max:512M", 512 * MIB, 512 * MIB },
	{ "max:1G,min:600M,500M", 600 * MIB, 1024 * MIB },
	{ "-512M", 1536 * MIB, NO_MAX },
	{ "-3G", 1920 * MIB, NO_MAX },
	{ "25%", 512 * MIB, NO_MAX },
	{ "512M+25%", 1024 * MIB, NO_MAX },
	{ "-25%", 1536 * MIB, NO_MAX },
	{ "-512M+25%", 1024 * MIB, NO_MAX },
	{ "25%,max:-1G", 512 * MIB, 1024 * MIB },
	{ "min:1G", 1920 * MIB, NO_MAX },
	{ "0", 1920 * MIB, NO_MAX },
};

static const char *const bad_sizes[] = {
	"", "x", "600Q", "max", "max:", "min:x", "100%", "25%+1G", "1G+2G",
	"1G+", "--1G", "600M,", "600M,max:", "1G;2G", "max=1G", "1G+25%+25%",
};

/*
 * dom0_mem takes sizes, minimum and maximum in Xen's forms, each within the
 * memory that there is; anything else is refused with a line in the log and
 * changes nothing.
 */
static void test_mem(void **state)
{
	char line[80];
	u64 n, max;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		options("dom0_mem=min:0,max:0,0");
		snprintf(line, sizeof(line), "dom0_mem=%s", sizes[i].value);
		options(line);
		n = dom0_pages(ALL, ~0ull, &max);
		if (n != sizes[i].pages || max != sizes[i].max || host_log[0])
			fail_msg("%s: %lu MiB, at most %lu; %s", line, n / MIB,
				 max / MIB, host_log);
	}
	for (i = 0; i < ARRAY_SIZE(bad_sizes); i++) {
		snprintf(line, sizeof(line), "dom0_mem=%s", bad_sizes[i]);
		options(line);
		if (!strstr(host_log, "option dom0_mem is ignored: bad value"))
			fail_msg("%s is accepted", line);
	}
	options("dom0_mem=min:0,max:0,0");
	n = dom0_pages(4096ull * MIB, ~0ull, &max);
	assert_int_equal(n, (4096 - 128) * MIB);
	/* What is sensible limits the default alone. */
	assert_int_equal(dom0_pages(ALL, 1024 * MIB, &max), 1024 * MIB);
	options("dom0_mem=1500M");
	assert_int_equal(dom0_pages(ALL, 1024 * MIB, &max), 1500 * MIB);
	options("dom0_mem=0");
}

/*
 * dom0_max_vcpus takes a number or a range, of which the processors choose, up
 * to 32; anything else is refused with a line in the log.
 */
static void test_vcpus(void **state)
{
	static const struct {
		const char *value;
		u32 cpus, vcpus;
	} good[] = {
		{ "0", 4, 1 }, { "3", 1, 3 }, { "3", 8, 3 }, { "4-8", 2, 4 }, { "4-8", 6, 6 },
		{ "4-8", 10, 8 }, { "1-16", 2, 2 }, { "-2", 4, 2 },
		{ "-2", 1, 1 }, { "4-", 2, 4 }, { "4-", 16, 16 },
		{ "1000", 2, 32 }, { "0x10", 1, 16 }, { "010", 1, 8 },
	};
	static const char *const bad[] = {
		"", "x", "1-x", "-0", "1-2-3", "1,", "0x", "08", "1-0x",
	};
	char line[80];
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(line, sizeof(line), "dom0_max_vcpus=%s",
			 good[i].value);
		options(line);
		assert_string_equal(host_log, "");
		if (dom0_vcpus(good[i].cpus) != good[i].vcpus)
			fail_msg("%s: %u of %u", line,
				 dom0_vcpus(good[i].cpus), good[i].cpus);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(line, sizeof(line), "dom0_max_vcpus=%s", bad[i]);
		options(line);
		if (!strstr(host_log, "bad value"))
			fail_msg("%s is accepted", line);
	}
	options("dom0_max_vcpus=1-");
}

/*
 * A flag is on or off by the words that Xen knows, or by its name alone or with
 * no- before it; the last one counts, and other words are refused.
 */
static void test_flags(void **state)
{
	static const struct {
		const char *line;
		bool on, bad;
	} flags[] = {
		{ "noreboot", true, false }, { "noreboot=1", true, false },
		{ "noreboot=yes", true, false }, { "noreboot=on", true, false },
		{ "noreboot=true", true, false },
		{ "noreboot=enable", true, false },
		{ "noreboot=0", false, false }, { "noreboot=no", false, false },
		{ "noreboot=off", false, false },
		{ "noreboot=false", false, false },
		{ "noreboot=disable", false, false },
		{ "no-noreboot", false, false },
		{ "noreboot no-noreboot", false, false },
		{ "no-noreboot noreboot", true, false },
		{ "noreboot=maybe", false, true },
		{ "", false, false },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		options(flags[i].line);
		if (boot_flag("noreboot", false) != flags[i].on ||
		    flags[i].bad != !!strstr(host_log, "bad value"))
			fail_msg("%s: %d, %s", flags[i].line,
				 boot_flag("noreboot", false), host_log);
	}
	options("x2apic=0");
	assert_false(boot_flag("x2apic", true));
}

/*
 * loglvl and guest_loglvl take one level or two; a bad value leaves what was,
 * and the log names it.
 */
static void test_levels(void **state)
{
	static const struct {
		const char *value;
		u32 shown, limited;
	} levels[] = {
		{ "none", 0, 0 }, { "error", 1, 1 }, { "warning", 2, 2 },
		{ "info", 3, 3 }, { "debug", 4, 4 }, { "all", 4, 4 },
		{ "none/warning", 0, 2 }, { "error/all", 1, 4 },
	};
	const struct log_levels own = log_own, guests = log_guests;
	char line[80];
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		snprintf(line, sizeof(line), "loglvl=%s guest_loglvl=%s",
			 levels[i].value, levels[i].value);
		options(line);
		assert_string_equal(host_log, "");
		assert_int_equal(log_own.shown, levels[i].shown);
		assert_int_equal(log_own.limited, levels[i].limited);
		assert_int_equal(log_guests.shown, levels[i].shown);
		assert_int_equal(log_guests.limited, levels[i].limited);
	}
	options("loglvl=loud guest_loglvl=none/ loglvl");
	assert_string_equal(host_log,
		"option loglvl is ignored: bad value \"loud\"\n"
		"option guest_loglvl is ignored: bad value \"none/\"\n"
		"option loglvl is ignored: bad value \"\"\n");
	assert_int_equal(log_own.shown, 1);
	log_own = own;
	log_guests = guests;
}

/*
 * xpti takes a list of words, and is on by its name alone. For whom it is not
 * said, the processor decides: AMD's and Hygon's, and those that say so, need no
 * XPTI.
 */
static void test_xpti(void **state)
{
	enum { NONE, DOM0, DOMU, BOTH };
	static const struct {
		const char *line;
		u32 sound, faulty;	/* who has it on such a processor */
	} values[] = {
		{ "", NONE, BOTH }, { "xpti", BOTH, BOTH },
		{ "xpti=yes", BOTH, BOTH }, { "xpti=no", NONE, NONE },
		{ "no-xpti", NONE, NONE }, { "xpti xpti=off", NONE, NONE },
		{ "xpti=off xpti=default", NONE, BOTH },
		{ "xpti=dom0", DOM0, BOTH }, { "xpti=domu", DOMU, BOTH },
		{ "xpti=no-domu", NONE, DOM0 }, { "xpti=no-dom0", NONE, DOMU },
		{ "xpti=domu=0", NONE, DOM0 }, { "xpti=no,domu", DOMU, DOMU },
		{ "xpti=dom0=on,domu=off", DOM0, DOM0 },
	};
	static const char *const logs[] = {
		[NONE] = "Dom0 disabled, DomU disabled",
		[DOM0] = "Dom0 enabled, DomU disabled",
		[DOMU] = "Dom0 disabled, DomU enabled",
		[BOTH] = "Dom0 enabled, DomU enabled",
	};
	static const char *const bad[] = {
		"maybe", "dom", "domu2", "domu=x", "no-domu=1", "no,maybe",
		"no,", "dom0=yes;domu=no", "no-default", "defaults",
		"a-word-as-long-as-none-is",
	};
	const u32 amd = 0x68747541, hygon = 0x6f677948, intel = 0x756e6547;
	u32 i, faulty, who;
	char line[80];

	(void)state;
	for (i = 0; i < 2 * ARRAY_SIZE(values); i++) {
		faulty = i & 1;
		snprintf(line, sizeof(line), "xpti=default %s",
			 values[i / 2].line);
		options(line);
		assert_string_equal(host_log, "");
		xpti_decide(faulty);
		who = faulty ? values[i / 2].faulty : values[i / 2].sound;
		if (xpti_enabled(true) != (who & DOM0) ||
		    xpti_enabled(false) != !!(who & DOMU) ||
		    !strstr(host_log, logs[who]) ||
		    !!strstr(host_log, "(Meltdown)") != (faulty && who != BOTH))
			fail_msg("%s, %u: %s", line, faulty, host_log);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(line, sizeof(line), "xpti=no xpti=%s", bad[i]);
		options(line);
		if (!strstr(host_log, "option xpti is ignored: bad value"))
			fail_msg("%s is accepted", line);
		xpti_decide(true);
		assert_false(xpti_enabled(true) || xpti_enabled(false));
	}
	options("xpti=default");
	assert_false(xpti_is_faulty(amd, 0) || xpti_is_faulty(hygon, 0));
	assert_true(xpti_is_faulty(intel, 0) && xpti_is_faulty(intel, ~1ull));
	assert_false(xpti_is_faulty(intel, 1));
	xpti_decide(false);
}

/*
 * maxcpus and mem bound what is used of the machine, debug_stack_lines what the log
 * shows of a stack, and two options the grant tables; bad values leave what was.
 */
static void test_machine(void **state)
{
	const u64 cpus = ap_max_cpus, end = boot_mem_end;
	const u64 lines = domain_stack_lines, frames = grant_frames_limit;
	const u64 maptrack = grant_maptrack_limit;

	(void)state;
	options("maxcpus=2 mem=1G");
	assert_int_equal(ap_max_cpus, 2);
	assert_int_equal(boot_mem_end, 1ull << 30);
	assert_string_equal(host_log, "");
	options("maxcpus= mem= maxcpus=1x mem=1X");
	assert_int_equal(ap_max_cpus, 2);
	assert_int_equal(boot_mem_end, 1ull << 30);
	options("maxcpus=0");
	assert_int_equal(ap_max_cpus, 1);
	options("maxcpus=1000");
	assert_int_equal(ap_max_cpus, MAX_CPUS);
	options("nosmp");
	assert_int_equal(ap_max_cpus, 1);
	options("debug_stack_lines=0x30");
	assert_int_equal(domain_stack_lines, 48);
	options("debug_stack_lines=-1 debug_stack_lines=two");
	assert_int_equal(domain_stack_lines, 48);
	options("gnttab_max_frames=256 gnttab_max_maptrack_frames=10");
	assert_int_equal(grant_frames_limit, 256);
	assert_int_equal(grant_maptrack_limit, 10);
	options("gnttab_max_frames=0 gnttab_max_maptrack_frames=0");
	assert_int_equal(grant_frames_limit, 1);
	assert_int_equal(grant_maptrack_limit, 1);
	options("gnttab_max_frames=2049 gnttab_max_maptrack_frames=32769");
	assert_int_equal(grant_frames_limit, 2048);
	assert_int_equal(grant_maptrack_limit, 32768);
	options("gnttab_max_frames=x gnttab_max_maptrack_frames=");
	assert_int_equal(grant_frames_limit, 2048);
	assert_int_equal(grant_maptrack_limit, 32768);
	grant_frames_limit = frames;
	grant_maptrack_limit = maptrack;
	ap_max_cpus = cpus;
	boot_mem_end = end;
	domain_stack_lines = lines;
}

/* As many words as the command line has room for. */
static void test_many(void **state)
{
	const u64 cpus = ap_max_cpus;
	char line[BOOT_CMDLINE_SIZE] = "";
	u32 i;

	(void)state;
	for (i = 0; i < 490; i++)
		strcpy(line + 2 * i, "x ");
	strcpy(line + 2 * i, "maxcpus=5");
	options(line);
	assert_int_equal(ap_max_cpus, 5);
	ap_max_cpus = cpus;
}

/* Every word that does nothing, with the reason; not the file's name. */
static void test_named(void **state)
{
	static const struct {
		const char *word, *message;
	} words[] = {
		{ "sched=credit2", "option sched is ignored: there is one" },
		{ "sched-gran=cpu", "option sched-gran is ignored: each" },
		{ "iommu=no-igfx,force2", "option iommu is ignored: there is" },
		{ "gnttab=max-ver:1",
		  "option gnttab is ignored: grant tables" },
		{ "no-hap", "option no-hap is ignored: guests use" },
		{ "ept=no-ad", "option ept is ignored: guests use" },
		{ "dom0=pv", "option dom0 is ignored: Dom0 is a PV domain" },
		{ "smt", "option smt is ignored: every" },
		{ "dom0x", "option dom0x is ignored: not known" },
		{ "dom0_mem2=1G", "option dom0_mem2 is ignored: not known" },
		{ "no-dom0_mem", "option no-dom0_mem is ignored: not known" },
		{ "=", "option  is ignored: not known" },
		{ "conring_size=1M", "option conring_size is ignored: the" },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		options(words[i].word);
		if (!strstr(host_log, words[i].message))
			fail_msg("%s: %s", words[i].word, host_log);
	}
	options("  ");
	assert_string_equal(host_log, "");
	options("placeholder no-real-mode edd=off");
	assert_string_equal(host_log, "");
}

/*
 * watchdog takes a truth or "force", watchdog_timeout seconds, of which any but 0
 * switch it on. This machine has no PIT that sends NMIs.
 */
static void test_watchdog(void **state)
{
	static const struct {
		const char *line, *message;
	} lines[] = {
		{ "", "" }, { "watchdog", "watchdog: 5 s" },
		{ "watchdog=force", "watchdog: 5 s" },
		{ "watchdog no-watchdog", "" },
		{ "watchdog_timeout=9", "watchdog: 9 s" },
		{ "watchdog_timeout=9 watchdog=off", "" },
		{ "watchdog watchdog_timeout=0", "" },
		{ "watchdog=forced", "option watchdog is ignored: bad value" },
		{ "watchdog_timeout=9s",
		  "option watchdog_timeout is ignored: bad value" },
		{ "watchdog_timeout", "option watchdog_timeout is ignored" },
	};
	char line[80];
	u32 i;

	(void)state;
	host_port_input = 0xff;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		snprintf(line, sizeof(line), "watchdog_timeout=5 no-watchdog %s",
			 lines[i].line);
		options(line);
		watchdog_init();
		if (strncmp(host_log, lines[i].message, strlen(lines[i].message)) ||
		    !lines[i].message[0] != !host_log[0])
			fail_msg("%s: %s", lines[i].line, host_log);
	}
	options("no-watchdog");
	host_port_input = 0;
}

static bool refuses(const char *line)
{
	static jmp_buf end;

	host_panic = &end;
	host_panic_text[0] = 0;
	if (!setjmp(end))
		options(line);
	host_panic = NULL;
	return strstr(host_panic_text, "cannot be had");
}

/* The words behind the first " -- " go to Dom0's kernel, behind its own. */
static void test_for_dom0(void **state)
{
	static const struct {
		const char *line, *own, *all, *left;
		bool logged;		/* "--" is a word that is not known */
	} cases[] = {
		{ "nosmp -- quiet x=1", "root=a", "root=a quiet x=1", "nosmp" },
		{ "nosmp --   quiet ", "", " quiet ", "nosmp" },
		{ "nosmp -- a -- b", "c", "c a -- b", "nosmp" },
		{ "nosmp  -- ", "c", "c ", "nosmp " },
		{ "nosmp", "c", "c", "nosmp" },
		{ "nosmp --", "c", "c", "nosmp --", true },
		{ "-- nosmp", "c", "c", "-- nosmp", true },
		{ "nosmp --x y -- z", "c", "c z", "nosmp --x y", true },
	};
	char own[BOOT_CMDLINE_SIZE - 4];
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		options_and(cases[i].line, cases[i].own);
		assert_string_equal(boot_info.module[0].cmdline, cases[i].all);
		assert_string_equal(boot_info.cmdline, cases[i].left);
		assert_true(boot_flag("nosmp", false));
		assert_int_equal(strstr(host_log, "not known") != NULL,
				 cases[i].logged);
	}
	options("maxcpus=1 -- nosmp");
	assert_false(boot_flag("nosmp", false));
	/* As much as there is room for. */
	snprintf(own, sizeof(own), "%*s", (int)sizeof(own) - 1, "b");
	options_and("nosmp -- quiet", own);
	assert_string_equal(boot_info.module[0].cmdline + sizeof(own) - 2,
			    "b qui");
}

/* Who asks for a protection that is not there gets no machine without it. */
static void test_refused(void **state)
{
	static const char *const words[] = {
		"iommu=force", "iommu=verbose,required", "smt=0", "no-smt",
		"pv=no-32", "dom0=pvh,shadow", "flask=enforcing", "xsm=silo",
		"sched-gran=core", "iommu=on,force=yes", "iommu=required=1",
		"pv=32=0", "pv=32=disable",
	};
	static const char *const other[] = {
		"iommu=no-force", "iommu=force=0,required=off", "pv=32", "pv=32=1",
		"pv=32=2", "pv=no-32=0", "pv=no-3",
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!refuses(words[i]))
			fail_msg("%s: boots", words[i]);
	for (i = 0; i < ARRAY_SIZE(other); i++)
		if (refuses(other[i]))
			fail_msg("%s: does not boot", other[i]);
}

EXPORT_TESTS(option, cmocka_unit_test(test_mem), cmocka_unit_test(test_vcpus),
	     cmocka_unit_test(test_flags), cmocka_unit_test(test_levels),
	     cmocka_unit_test(test_machine), cmocka_unit_test(test_xpti),
	     cmocka_unit_test(test_named), cmocka_unit_test(test_many),
	     cmocka_unit_test(test_for_dom0), cmocka_unit_test(test_watchdog), cmocka_unit_test(test_refused));
