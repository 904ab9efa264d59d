/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the time stamp counters of all processors agree. */
#ifndef KRYPTON_TSC_H
#define KRYPTON_TSC_H

/* Undo what firmware added to this processor's counter; before it is read. */
void tsc_init_cpu(void);
/* Whether the counter keeps its rate in all power states, as CPUID says. */
bool tsc_is_steady(void);
/*
 * The boot processor calls tsc_lead() while one other processor is in
 * tsc_follow(). That corrects its counter if it differs. False: the counters
 * differ after that too; the other processor then stays in tsc_follow().
 */
bool tsc_lead(void);
void tsc_follow(void);

#endif
