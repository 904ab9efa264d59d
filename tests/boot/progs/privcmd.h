/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Map a domain's frames by their numbers. Source: <xen/privcmd.h> of Linux, which no
 * program can include, because linux-libc-dev lacks the headers that it includes.
 */
#include <stdint.h>
#include <sys/ioctl.h>

struct mmapbatch {
	uint32_t num;
	uint16_t dom, pad;
	uint64_t addr __attribute__((aligned(4)));
	const unsigned long *frames;
	int *errors;
};

/*
 * Map num frames of domain dom at address at, which must be a mapping of privcmd.
 * Returns -1 and sets errno if the whole call fails; errors[] gets a negative error
 * code for each frame that could not be mapped, otherwise 0.
 */
static inline int map_frames(int privcmd, void *at, uint16_t dom,
			     const unsigned long *frames, int *errors, uint32_t num)
{
	struct mmapbatch batch = {
		.num = num, .dom = dom, .addr = (uintptr_t)at,
		.frames = frames, .errors = errors,
	};

	/* IOCTL_PRIVCMD_MMAPBATCH_V2 */
	return ioctl(privcmd, _IOC(_IOC_NONE, 'P', 4, sizeof(batch)), &batch);
}
