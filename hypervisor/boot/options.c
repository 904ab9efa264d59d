// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line. Options carry Xen's names and forms
 * (docs/misc/xen-command-line.pandoc of Xen 4.17). One table has them all:
 * those that Krypton implements, with the function that takes the value, and
 * those that change nothing here, with the reason. The log names every word
 * that has no effect. A value that asks for a protection which Krypton lacks
 * stops the boot; no other word does. The last occurrence of an option counts.
 * Documentation/command-line.md shows the table.
 */
#include "boot/boot.h"
#include "boot/dom0.h"
#include "device/watchdog.h"
#include "domain/domain.h"
#include "grant/grant.h"
#include "machine/ap.h"
#include "machine/efi.h"
#include "machine/log.h"

u64 boot_mem_end = ~0ull;

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

/* Only checks the value: boot_flag() reads it later. */
static bool set_flag(const char *s)
{
	return boot_truth(s) >= 0;
}

/*
 * A name may end in '*', for any end. What changes nothing has a reason instead of a
 * function, a number or levels. Where a value would have protected something, Krypton
 * does not start without: the list of such values.
 */
static const struct option {
	const char *names;			/* one, if it does something */
	bool (*set)(const char *value);		/* false: a bad value */
	u64 *number, least, most;		/* outside: the nearer one counts */
	struct log_levels *levels;
	const char *why, *refused;
} options[] = {
#define NUMBER(at, low, high) .number = &(at), .least = (low), .most = (high)
	DEBUG_OPTIONS
	{ "allow_unsafe", .set = set_flag },
	{ "com1", .set = console_set_com1 },
	{ "com2", .set = console_set_com2 },
	{ "console", .set = console_set },
	{ "debug_stack_lines", NUMBER(domain_stack_lines, 0, 1000) },
	{ "dom0_max_vcpus", .set = dom0_set_max_vcpus },
	{ "dom0_mem", .set = dom0_set_mem },
	{ "dom0_vcpus_pin", .set = set_flag },
	{ "efi", .set = efi_set_option },
	{ "gnttab_max_frames", NUMBER(grant_frames_limit, 1, GRANT_MAX_FRAMES) },
	{ "gnttab_max_maptrack_frames",
	  NUMBER(grant_maptrack_limit, 1, GRANT_MAX_MAPTRACK) },
	{ "guest_loglvl", .levels = &log_guests },
	{ "loglvl", .levels = &log_own },
	{ "maxcpus", NUMBER(ap_max_cpus, 1, MAX_CPUS) },
	{ "mem", .set = set_mem },
	{ "noreboot", .set = set_flag },
	{ "nosmp", .set = set_flag },
	{ "sync_console", .set = set_flag },
	{ UNSAFE_PASSTHROUGH, .set = set_flag },
	{ "vga", .set = console_set_vga },
	{ "watchdog", .set = watchdog_set },
	{ "watchdog_timeout", .set = watchdog_set_timeout },
	{ "x2apic", .set = set_flag },
	{ "xpti", .set = xpti_set_option },
	{ "placeholder no-real-mode edd edid", .why = "" },
	{ "conring_size console_* conswitch dbgp font gdb serial_* tbuf_size "
	  "vesa*",
	  .why = "the console is one serial line and a screen, as they are" },
	{ "sched-gran", .refused = "core socket",
	  .why = "each processor is scheduled by itself" },
	{ "sched* credit2_* tickle_* vcpu_migration_delay",
	  .why = "there is one scheduler, without parameters" },
	{ "altp2m apicv asid ept hap* hvm* ple_* unrestricted* viridian* vm-* "
	  "vpid force-ept", .why = "guests use neither VT-x nor SVM" },
	{ "iommu", .refused = "force required",
	  .why = "there is no IOMMU support" },
	{ "ats dom0-iommu iommu_* ivmd ivrs* pci-phantom rmrr snb_*",
	  .why = "there is no IOMMU support" },
	{ "acpi* apic* arat availmem badpage clocksource cmos* dma_bits "
	  "dom0_io* e820* extra_* hest* highmem* hpet* ioapic* irq* lapic* "
	  "max_gsi_irqs mm* msi noapic noirqbalance nolapic nr_irqs numa "
	  "pci ro-hpet tdt tevt_mask timer_slop tsc x2apic*",
	  .why = "devices, interrupts and memory are used as the firmware "
		 "describes them" },
	{ "core_parking cpufreq cpuidle idle_* max_cstate mwait* preferred* "
	  "rcu-* reboot", .why = "the firmware and Dom0 manage power" },
	{ "smt", .refused = "0 no off false disable",
	  .why = "every processor is used" },
	{ "pv", .refused = "no-32",
	  .why = "32-bit guests always run" },
	{ "ucode", .why = "the firmware's microcode is used" },
	{ "cet cmci* cpu_type cpuid* cpuinfo dit dom0-cpuid global-pages "
	  "invpcid ler mce* mtrr* nmi pcid pku psr pv-* smap smep spec-ctrl "
	  "tsx vpmu xsave", .why = "processor features are not configured" },
	{ "bootscrub* scrub*",
	  .why = "memory is cleaned when it is given out" },
	{ "gnttab", .why = "grant tables have version 1 and no transfer" },
	{ "dom0", .refused = "pvh", .why = "Dom0 is a PV domain" },
	{ "flask", .refused = "enforcing", .why = "there are no XSM policies" },
	{ "xsm", .refused = "flask silo", .why = "there are no XSM policies" },
	{ "argo async* crash* debug* dom0_nodes hardware_dom "
	  "low_* memop* shim_mem tboot",
	  .why = "Krypton has no such part" },
};

static bool is_in(const char *list, const char *name)
{
	size_t n;

	for (; *list; list += n + (list[n] == ' ')) {
		n = str_until(list, ' ');
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
		if (is_in(options[i].names, name))
			return &options[i];
	return NULL;
}

/* Also finds what "no-" stands before, and then the value for that. */
static const struct option *find_word(const char *name, const char **value)
{
	const struct option *o = find_option(name);

	if (o || *value || strncmp(name, "no-", 3))
		return o;
	*value = "no";
	return find_option(name + 3);
}

static bool set(const struct option *o, const char *s)
{
	const char *end;
	u64 n;

	if (!o->number)
		return o->set ? o->set(s) : set_levels(o->levels, s);
	n = str_to_u64(s, &end);
	if (end == s || *end)
		return false;
	*o->number = MIN(MAX(n, o->least), o->most);
	return true;
}

/* Set an option; false: there is none that does anything. */
static bool take(const char *name, const char *value)
{
	bool has_value = value, flag;
	const struct option *o = find_word(name, &value);

	flag = o && (o->set == set_flag || o->set == xpti_set_option ||
		     o->set == watchdog_set);
	if (!o || o->why || (value && !has_value && !flag))
		return false;
	if (!set(o, value ? value : flag ? "yes" : ""))
		log_err("option %s is ignored: bad value \"%s\"", name,
			value ? value : "");
	return true;
}

/*
 * Whether one of the words between commas is in the list. NAME there also stands
 * for NAME=yes, no-NAME for NAME=no, with each of the words for them.
 */
static bool has_word(const char *value, const char *list)
{
	char text[32] = "no-", *word = text + 3, *end;
	size_t n;
	int v;

	for (; *value; value += n + (value[n] == ',')) {
		n = str_until(value, ',');
		str_copy(word, value, MIN(n + 1, sizeof(text) - 3));
		end = word + str_until(word, '=');
		v = *end ? boot_truth(end + 1) : -1;
		if (v >= 0)
			*end = 0;
		if (n && is_in(list, v ? word : text))
			return true;
	}
	return false;
}

static void tell_ignored(const char *name, const char *value)
{
	const struct option *o = find_word(name, &value);

	if (!o || !o->why)
		log_warn("option %s is ignored: not known", name);
	else if (value && o->refused && has_word(value, o->refused))
		panic("option %s (%s) cannot be had: %s", name, value,
		      o->why);
	else if (*o->why)
		log_info("option %s is ignored: %s", name, o->why);
}

/*
 * As on Xen, the words behind the first " -- " are for Dom0's kernel. They follow
 * those that the loader gave with it, so they count where the last word does.
 */
static void give_dom0_words(void)
{
	char *own = boot_info.module[0].cmdline, *s = boot_info.cmdline;
	size_t n = strlen(own);

	for (; strncmp(s, " -- ", 4); s++)
		if (!*s)
			return;
	*s = 0;
	for (s += 3; s[1] == ' '; s++)
		;
	str_copy(own + n, s, BOOT_CMDLINE_SIZE - n);
}

/* First set options, since they set the log's levels; then log other words. */
void options_init(void)
{
	u32 i;

	give_dom0_words();
	boot_split();
	for (i = 0; i < boot_words; i++)
		if (take(boot_word[i].name, boot_word[i].value))
			boot_word[i].done = true;
	for (i = 0; i < boot_words; i++)
		if (!boot_word[i].done && (*boot_word[i].name || boot_word[i].value))
			tell_ignored(boot_word[i].name, boot_word[i].value);
	if (boot_flag("nosmp", false))
		ap_max_cpus = 1;
}
