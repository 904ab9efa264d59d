// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom the hypervisor's memory must be hidden from. A processor with the
 * Meltdown fault lets code of ring 3 read whatever its tables map, allowed or
 * not. Kernel and processes of a 64-bit guest run in ring 3 on tables that
 * map all memory; no address of a 32-bit guest reaches that part of them
 * (include/config.h).
 *
 * The remedy is XPTI: other tables while the guest runs. It is not built yet.
 * Until it is, no 64-bit DomU runs where it is needed, unless the option xpti
 * accepts the risk. Dom0, which can do anything to the machine anyway, does.
 * The log says all that in the form that Xen gives it.
 */
#include "cpu/xpti.h"
#include "domain/domain.h"
#include "lib/lib.h"
#include "machine/boot.h"

#define VENDOR_AMD	0x68747541u	/* EBX of leaf 0: "Auth" */
#define VENDOR_HYGON	0x6f677948u	/* "Hygo" */
#define FEATURES	7u
#define EDX_ARCH_CAPS	BIT(29)
#define RDCL_NO		BIT(0)
#define WORD_SIZE	16

/* -1: what the processor needs. */
static struct wanted {
	s8 dom0, domu;
} wanted = { -1, -1 };

static bool domus_refused;

/* NAME, no-NAME or NAME=BOOLEAN: 1 or 0; -1 for other words. */
static s8 truth_of(const char *word, const char *name)
{
	bool no = !strncmp(word, "no-", 3);
	size_t n = strlen(name);

	word += no ? 3 : 0;
	if (strncmp(word, name, n))
		return -1;
	if (word[n] == '=' && !no)
		return (s8)boot_truth(word + n + 1);
	return word[n] ? -1 : !no;
}

static bool set_word(struct wanted *w, const char *word)
{
	s8 first = truth_of(word, "dom0"), others = truth_of(word, "domu");
	s8 both = (s8)boot_truth(word);

	if (both >= 0 || !strncmp(word, "default", sizeof("default")))
		w->dom0 = w->domu = both;
	else if (first >= 0)
		w->dom0 = first;
	else if (others >= 0)
		w->domu = others;
	else
		return false;
	return true;
}

/* A list of words, with commas between. */
bool xpti_set_option(const char *value)
{
	struct wanted new = wanted;
	char word[WORD_SIZE];
	size_t n;

	for (;; value += n + 1) {
		for (n = 0; value[n] && value[n] != ',';)
			n++;
		str_copy(word, value, MIN(n + 1, sizeof(word)));
		if (n >= sizeof(word) || !set_word(&new, word))
			return false;
		if (!value[n])
			break;
	}
	wanted = new;
	return true;
}

void xpti_decide(bool faulty)
{
	domus_refused = wanted.domu < 0 ? faulty : wanted.domu;
	log_info("XPTI (64-bit PV only): Dom0 disabled, DomU disabled");
	if (faulty)
		log_warn("this processor lets 64-bit guests read all memory (Meltdown)");
	if (domus_refused)
		log_warn("64-bit DomUs are refused, as there is no XPTI; option xpti=no allows them");
}

bool xpti_is_faulty(u32 vendor, u64 capabilities)
{
	return vendor != VENDOR_AMD && vendor != VENDOR_HYGON &&
	       !(capabilities & RDCL_NO);
}

void xpti_init(void)
{
	u32 first[4], r[4] = { 0 };

	cpuid(0, 0, first);
	if (first[0] >= FEATURES)
		cpuid(FEATURES, 0, r);
	xpti_decide(xpti_is_faulty(first[1], r[3] & EDX_ARCH_CAPS ?
				   rdmsr(MSR_ARCH_CAPABILITIES) : 0));
}

bool xpti_refuses_domus(void)
{
	return domus_refused;
}

bool xpti_refuses(const struct domain *d)
{
	return domus_refused && !d->privileged && width_is_long(d->width);
}
