// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decides which 64-bit domains have XPTI: those that the option xpti names or,
 * by default, all if the processor has the Meltdown fault. The option and the
 * log line are those of Xen.
 */
#include "cpu/xpti.h"
#include "lib/lib.h"
#include "machine/boot.h"

#define VENDOR_AMD	0x68747541u	/* EBX of leaf 0: "Auth" */
#define VENDOR_HYGON	0x6f677948u	/* "Hygo" */
#define RDCL_NO		BIT(0)
#define WORD_SIZE	16

/* 1, 0, or -1: as the processor needs. */
static struct wanted {
	int dom0, domu;
} wanted = { -1, -1 };

static struct {
	bool dom0, domu;
} enabled;

static bool set_word(struct wanted *w, const char *word)
{
	int first = boot_truth_of(word, "dom0");
	int others = boot_truth_of(word, "domu"), both = boot_truth(word);

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

/* The value is a list of words, separated by commas. */
bool xpti_set_option(const char *value)
{
	struct wanted new = wanted;
	char word[WORD_SIZE];
	size_t n;

	for (;; value += n + 1) {
		n = str_until(value, ',');
		str_copy(word, value, MIN(n + 1, sizeof(word)));
		if (n >= sizeof(word) || !set_word(&new, word))
			return false;
		if (!value[n])
			break;
	}
	wanted = new;
	return true;
}

static const char *state(bool on)
{
	return on ? "enabled" : "disabled";
}

void xpti_decide(bool faulty)
{
	enabled.dom0 = wanted.dom0 < 0 ? faulty : wanted.dom0;
	enabled.domu = wanted.domu < 0 ? faulty : wanted.domu;
	log_info("XPTI (64-bit PV only): Dom0 %s, DomU %s (without PCID)",
		 state(enabled.dom0), state(enabled.domu));
	if (faulty && !(enabled.dom0 && enabled.domu))
		log_warn("without XPTI, 64-bit guests can read all memory (Meltdown)");
}

/* As Xen 4.17: all processors that are not known to be safe. */
bool xpti_is_faulty(u32 vendor, u64 capabilities)
{
	return vendor != VENDOR_AMD && vendor != VENDOR_HYGON &&
	       !(capabilities & RDCL_NO);
}

bool xpti_enabled(bool privileged)
{
	return privileged ? enabled.dom0 : enabled.domu;
}
