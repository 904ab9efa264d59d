// SPDX-License-Identifier: GPL-2.0-only
/* The information from the boot loader, and options of one word. */
#include "lib/lib.h"
#include "machine/boot.h"

struct boot_info boot_info;
struct boot_word boot_word[BOOT_MAX_WORDS];
u32 boot_words;

static char text[BOOT_CMDLINE_SIZE];

void boot_split(void)
{
	char *p = text;

	str_copy(text, boot_info.cmdline, sizeof(text));
	for (boot_words = 0; *p && boot_words < BOOT_MAX_WORDS; boot_words++) {
		boot_word[boot_words].name = p;
		boot_word[boot_words].value = NULL;
		boot_word[boot_words].done = false;
		for (; *p && *p != ' '; p++)
			if (*p == '=' && !boot_word[boot_words].value) {
				*p = 0;
				boot_word[boot_words].value = p + 1;
			}
		while (*p == ' ')
			*p++ = 0;
	}
}

/* The words that Xen takes for off and on: 0 or 1; -1 for other words. */
int boot_truth(const char *s)
{
	static const char *const names[] = {
		"0", "1", "no", "yes", "off", "on", "false", "true", "disable",
		"enable"
	};
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(names); i++)
		if (!strncmp(s, names[i], strlen(names[i]) + 1))
			return i & 1;
	return -1;
}

int boot_word_truth(const char *word, const char *name)
{
	size_t n = strlen(name);
	bool no = strncmp(word, name, n) && !strncmp(word, "no-", 3);

	word += no ? 3 : 0;
	if (strncmp(word, name, n))
		return -1;
	if (word[n] == '=' && !no)
		return boot_truth(word + n + 1);
	return word[n] ? -1 : !no;
}

bool boot_flag(const char *name, bool otherwise)
{
	u32 i;
	int v;

	for (i = 0; i < boot_words; i++) {
		v = boot_word_truth(boot_word[i].name, name);
		if (boot_word[i].value)
			v = v > 0 ? boot_truth(boot_word[i].value) : -1;
		if (v >= 0)
			otherwise = v;
	}
	return otherwise;
}
