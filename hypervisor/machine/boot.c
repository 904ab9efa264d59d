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
		boot_word[boot_words] = (struct boot_word){ .name = p };
		for (; *p && *p != ' '; p++)
			if (*p == '=' && !boot_word[boot_words].value) {
				*p = 0;
				boot_word[boot_words].value = p + 1;
			}
		while (*p == ' ')
			*p++ = 0;
	}
}

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

int boot_truth_of(const char *word, const char *name)
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
	const struct boot_word *w;
	int v;

	for (w = boot_word; w < boot_word + boot_words; w++) {
		v = boot_truth_of(w->name, name);
		if (w->value)
			v = v > 0 ? boot_truth(w->value) : -1;
		if (v >= 0)
			otherwise = v;
	}
	return otherwise;
}
