// SPDX-License-Identifier: GPL-2.0-only
/* Code that 32/user.c and 64/user.c run, and what is printed of its end. */
#include "conf.h"

DEFINE_CODE(ending, "int $0x80");
DEFINE_CODE(nop, "nop");

/* Ends right behind it, and where a far return goes to. */
void put_code(u8 *page, const u8 *code, u32 n)
{
	memset(page, nop[0], RETURN_PLACE);
	memcpy(page, code, n);
	memcpy(page + n, ending, CODE_SIZE(ending));
	memcpy(page + RETURN_PLACE, ending, CODE_SIZE(ending));
}

void out_came(const struct came *c, u32 n)
{
	if (c->vector == SYSTEM_CALL && c->eip == n + CODE_SIZE(ending)) {
		out_text("ok");
		return;
	}
	out_text("trap ");
	out_number(c->vector, 10);
	if (c->error) {
		out_text(" error ");
		out_number(c->error, 16);
	}
	if (c->eip < PAGE_SIZE) {
		out_text(" at +");
		out_number(c->eip, 10);
	} else {
		out_text(" at address ");
		out_number(c->at, 16);
	}
}
