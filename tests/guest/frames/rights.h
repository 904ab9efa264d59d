/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RIGHTS_H
#define RIGHTS_H

/* What user mode may do, and what an iret frame can give it. */
void test_rights(void);

#endif
