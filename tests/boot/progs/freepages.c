// SPDX-License-Identifier: GPL-2.0
/*
 * freepages - print the hypervisor's free memory in pages, from sysctl physinfo
 * (xen/sysctl.h); xl prints MiB only. Pages that must still be scrubbed count as free.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define SYSCTL		35	/* __HYPERVISOR_sysctl */
#define VERSION		0x15	/* XEN_SYSCTL_INTERFACE_VERSION */
#define PHYSINFO	3	/* XEN_SYSCTL_physinfo */

struct sysctl {
	uint32_t cmd, interface_version;
	uint32_t numbers[10];
	uint64_t total_pages, free_pages, scrub_pages, outstanding_pages;
	uint8_t rest[56];
} __attribute__((packed));
_Static_assert(sizeof(struct sysctl) == 136, "xen/sysctl.h");

struct hypercall {
	uint64_t op, arg[5];
};

int main(void)
{
	int privcmd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
	int buffers = open("/dev/xen/hypercall", O_RDWR | O_CLOEXEC);
	struct hypercall call = { .op = SYSCTL };
	struct sysctl *op;

	if (privcmd < 0 || buffers < 0)
		return perror("/dev/xen"), 1;
	op = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, buffers, 0);
	if (op == MAP_FAILED)
		return perror("mmap"), 1;
	memset(op, 0, sizeof(*op));
	op->cmd = PHYSINFO;
	op->interface_version = VERSION;
	call.arg[0] = (uintptr_t)op;
	if (ioctl(privcmd, _IOC(_IOC_NONE, 'P', 0, sizeof(call)), &call) < 0)
		return perror("sysctl physinfo"), 1;
	printf("%llu\n",
	       (unsigned long long)(op->free_pages + op->scrub_pages));
	return 0;
}
