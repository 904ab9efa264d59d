// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line. Options carry Xen's names and forms
 * (docs/misc/xen-command-line.pandoc of Xen 4.17). One table has the options
 * that Krypton implements, each with the function that takes its value. The
 * other has Xen's options that change nothing here, with the reason. The log
 * names every word that has no effect; no word makes the boot fail. The last
 * occurrence of an option counts.
 */
#include "boot/boot.h"
#include "boot/dom0.h"
#include "config.h"
#include "cpu/xpti.h"
#include "debug.h"
#include "grant/grant.h"
#include "machine/ap.h"
#include "machine/log.h"

u64 boot_mem_end = ~0ull;

static bool same(const char *a, const char *b)
{
	return !strncmp(a, b, strlen(b) + 1);
}

u64 options_parse_size(const char *s, const char **end)
{
	static const char units[] = "bkmgt";
	u64 v = str_to_u64(s, end);
	u32 i;

	for (i = 0; units[i]; i++)
		if ((**end | 0x20) == units[i]) {
			++*end;
			return v << 10 * i;
		}
	return v << 10;
}

static bool set_max_cpus(const char *s)
{
	u64 n = str_to_u64(s, &s);

	if (*s || !n)
		return false;
	ap_max_cpus = MIN(n, (u64)MAX_CPUS);
	return true;
}

static bool set_mem(const char *s)
{
	u64 n = options_parse_size(s, &s);

	if (*s || !n)
		return false;
	boot_mem_end = n;
	return true;
}

/* The number of levels that a name includes; returns the rest of s, or NULL. */
static const char *parse_level(const char *s, u32 *levels)
{
	static const char *const names[] = {
		"none", "error", "warning", "info", "debug", "all"
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(s, names[i], strlen(names[i]))) {
			*levels = MIN(i, LOG_DEBUG + 1u);
			return s + strlen(names[i]);
		}
	return NULL;
}

static bool set_levels(struct log_levels *l, const char *s)
{
	struct log_levels new = { 0 };

	s = parse_level(s, &new.shown);
	new.limited = new.shown;
	if (s && *s == '/')
		s = parse_level(s + 1, &new.limited);
	if (!s || *s)
		return false;
	*l = new;
	return true;
}

static bool set_loglvl(const char *s)
{
	return set_levels(&log_own, s);
}

static bool set_guest_loglvl(const char *s)
{
	return set_levels(&log_guests, s);
}

/* Only checks the value: boot_flag() reads it later. */
static bool set_flag(const char *s)
{
	return boot_truth(s) >= 0;
}

static const struct option {
	const char *name;
	bool (*set)(const char *value);		/* false: a bad value */
} options[] = {
	DEBUG_OPTIONS
	{ "dom0_max_vcpus", dom0_set_max_vcpus },
	{ "dom0_mem", dom0_set_mem },
	{ "dom0_vcpus_pin", set_flag },
	{ "gnttab_max_frames", grant_set_max_frames },
	{ "gnttab_max_maptrack_frames", grant_set_max_maptrack },
	{ "guest_loglvl", set_guest_loglvl },
	{ "loglvl", set_loglvl },
	{ "maxcpus", set_max_cpus },
	{ "mem", set_mem },
	{ "noreboot", set_flag },
	{ "nosmp", set_flag },
	{ "sync_console", set_flag },
	{ UNSAFE_PASSTHROUGH, set_flag },
	{ "x2apic", set_flag },
	{ "xpti", xpti_set_option },
};

/* Xen's options that change nothing; a '*' matches any end of a name. */
static const struct {
	const char *why, *names;
} ignored[] = {
	{ "the console is COM1 at 115200,8n1",
	  "com1 com2 con* dbgp edid font gdb serial_* tbuf_size vesa* vga" },
	{ "there is one scheduler, without parameters",
	  "sched* credit2_* tickle_* vcpu_migration_delay" },
	{ "guests use neither VT-x nor SVM",
	  "altp2m apicv asid ept hap* hvm* ple_* unrestricted* viridian* vm-* "
	  "vpid force-ept" },
	{ "there is no IOMMU support",
	  "ats dom0-iommu iommu* irq-max-guests ivmd ivrs* pci* rmrr snb_*" },
	{ "devices and interrupts are used as the firmware describes them",
	  "acpi* apic* arat clocksource cmos* dom0_io* e820* edd efi extra_* "
	  "hest* hpet* ioapic* irq_* lapic* max_gsi_irqs mm* msi no-real-mode "
	  "noapic noirqbalance nolapic nr_irqs numa ro-hpet tdt tevt_mask "
	  "timer_slop tsc x2apic*" },
	{ "the firmware and Dom0 manage power",
	  "core_parking cpufreq cpuidle idle_* max_cstate mwait* preferred* "
	  "rcu-* reboot" },
	{ "processor features are not configured",
	  "cet cmci* cpu_type cpuid* cpuinfo dit dom0-cpuid global-pages "
	  "invpcid ler mce* mtrr* nmi pcid pku psr pv* smap smep smt spec-ctrl "
	  "tsx ucode vpmu xsave" },
	{ "memory is cleaned when it is given out",
	  "availmem badpage bootscrub* dma_bits highmem* low_mem* memop* scrub*" },
	{ "grant tables have version 1 and no transfer", "gnttab" },
	{ "Krypton has no such part",
	  "allow_unsafe argo async* crash* debug* dom0 dom0_nodes flask "
	  "hardware_dom low_crashinfo shim_mem tboot watchdog* xsm" },
};

static bool is_in(const char *list, const char *name)
{
	size_t n;

	for (; *list; list += n + (list[n] == ' ')) {
		for (n = 0; list[n] && list[n] != ' ';)
			n++;
		if (list[n - 1] == '*' ? !strncmp(name, list, n - 1) :
		    n == strlen(name) && !strncmp(name, list, n))
			return true;
	}
	return false;
}

static const struct option *find_option(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		if (same(name, options[i].name))
			return &options[i];
	return NULL;
}

/* Set an option; false: there is no such option. */
static bool take(const char *name, const char *value)
{
	bool no = !value && !strncmp(name, "no-", 3), flag;
	const struct option *o = find_option(no ? name + 3 : name);

	flag = o && (o->set == set_flag || o->set == xpti_set_option);
	if (!o || (no && !flag))
		return false;
	if (!value)
		value = !flag ? "" : no ? "no" : "yes";
	if (!o->set(value))
		log_err("option %s is ignored: bad value \"%s\"", name, value);
	return true;
}

static void tell_ignored(const char *name)
{
	const char *plain = strncmp(name, "no-", 3) ? name : name + 3;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		if (is_in(ignored[i].names, name) ||
		    is_in(ignored[i].names, plain)) {
			log_info("option %s is ignored: %s", name,
				 ignored[i].why);
			return;
		}
	log_warn("option %s is ignored: not known", name);
}

/* First set options, since they set the log's levels; then log other words. */
void options_init(void)
{
	u32 i;

	boot_split();
	for (i = 0; i < boot_words; i++)
		if (take(boot_word[i].name, boot_word[i].value))
			boot_word[i].done = true;
	/* The first word may be the file's name. */
	for (i = 0; i < boot_words; i++)
		if (!boot_word[i].done && (i || boot_word[i].value))
			tell_ignored(boot_word[i].name);
	if (boot_flag("nosmp", false))
		ap_max_cpus = 1;
}
