/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values as a reader knows them: "-EINVAL", "#PF", "FLAT_RING3_CS". What has
 * no name is a number. A name may be written over after eight more.
 */
#ifndef NAMES_H
#define NAMES_H

const char *error_name(long rc);
const char *trap_name(long vector);		/* or NO_TRAP */
const char *selector_name(long selector);
const char *grant_name(long status);

#endif
