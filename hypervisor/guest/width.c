// SPDX-License-Identifier: GPL-2.0-only
/* The hypercall page of guests of both widths. */
#include "guest/width.h"
#include "lib/lib.h"

static u8 *append(u8 *p, const char *code)
{
	size_t n = strlen(code);

	return (u8 *)memcpy(p, code, n) + n;
}

void width_fill_page(const struct width *w, u8 *page)
{
	u32 i;
	u8 *p;

	memset(page, 0xcc, PAGE_SIZE);
	for (i = 0; i < PAGE_SIZE / 32; i++) {
		p = append(page + i * 32, w->hypercall.before);
		if (i == __HYPERVISOR_iret)
			*p++ = 0x50;	/* push %rax */
		*p++ = 0xb8;		/* mov $i, %eax */
		memcpy(p, &i, sizeof(i));
		p = append(p + sizeof(i), w->hypercall.call);
		if (i != __HYPERVISOR_iret)
			append(p, w->hypercall.after);
	}
}
