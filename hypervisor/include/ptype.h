/* SPDX-License-Identifier: GPL-2.0-only */
/* References and types of a domain's frames. */
#ifndef KRYPTON_PTYPE_H
#define KRYPTON_PTYPE_H

#include "frames.h"

struct domain;

/* A general reference; false if the domain does not own the frame. */
bool ptype_get_ref(struct domain *d, mfn_t m);
void ptype_put_ref(mfn_t m);
/*
 * A type reference. 0; -EBUSY: it has another type; -EINVAL: it is not fit
 * for the type; -ERESTART: call again to go on validating.
 */
int ptype_get(struct domain *d, mfn_t m, enum frame_type type, bool top);
void ptype_put(struct domain *d, mfn_t m);
/* Both at once; the second gives false without telling why. */
int ptype_get_both(struct domain *d, mfn_t m, enum frame_type t, bool top);
bool ptype_get_page(struct domain *d, mfn_t m, enum frame_type type);
void ptype_put_both(struct domain *d, mfn_t m);

/* Give a free frame to a domain; false at its limit. */
bool ptype_assign(struct domain *d, mfn_t m, bool count);
/* The domain gives up the frame; -EINVAL if it is not its own to give. */
int ptype_release(struct domain *d, mfn_t m);

/* pv/tables.c: what stands behind the table types. */
int tables_validate(struct domain *d, mfn_t m, enum frame_type type);
void tables_devalidate(struct domain *d, mfn_t m, enum frame_type type);
/* Replace one entry of a table that has a type. */
int tables_set_l1(struct domain *d, u64 *entry, u64 value, bool keep_ad);
/* Only if it still is *old; -EAGAIN and *old updated if not. */
int tables_cmpxchg_l1(struct domain *d, u64 *entry, u64 *old, u64 value);
int tables_set_l2(struct domain *d, mfn_t table, u32 index, u64 value);
int tables_set_l3(struct domain *d, mfn_t table, u32 index, u64 value);
/* pv/descriptors.c */
int descriptors_validate(mfn_t m);

/* Flush wherever this domain's translations may be cached. */
void domain_flush(struct domain *d);

#endif
