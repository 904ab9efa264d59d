/* SPDX-License-Identifier: GPL-2.0-only */
/* Grant tables: what the rest of the hypervisor sees of them. */
#ifndef KRYPTON_GRANT_H
#define KRYPTON_GRANT_H

#define GRANT_MAX_FRAMES	2048u
#define GRANT_MAX_MAPTRACK	32768u

/* Options: the limits of a domain created without limits, and the maximum. */
extern u64 grant_frames_limit, grant_maptrack_limit;
/* Whether a new domain may have this version and these limits. */
bool grant_config_ok(u32 options, s32 frames, s32 maptrack);
/* How many frames the domain's table may have. */
u32 grant_max_frames(const struct domain *d);
/*
 * Frame number 'index' of the domain's grant table, which grows as far as it
 * may. 0, -EINVAL past its limit, -ENOMEM, or -ERESTART: the table has grown,
 * ask again. For XENMEM_acquire_resource.
 */
int grant_get_frame(struct domain *d, u32 index, mfn_t *out);

#endif
