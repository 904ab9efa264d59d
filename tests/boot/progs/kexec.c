// SPDX-License-Identifier: GPL-2.0
/*
 * kexec - load an image of one page by kexec_load() and start it
 *
 * The image is UD2 instructions. Returns only if a call fails.
 */
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE	4096
#define PLACE	(32ul << 20)	/* where it goes: some RAM of the domain */

int main(void)
{
	static unsigned char image[PAGE];
	struct kexec_segment segment = {
		.buf = image, .bufsz = PAGE, .mem = (void *)PLACE, .memsz = PAGE,
	};
	unsigned int i;

	for (i = 0; i < PAGE; i += 2)
		memcpy(image + i, "\x0f\x0b", 2);
	if (syscall(SYS_kexec_load, PLACE, 1ul, &segment, KEXEC_ARCH_DEFAULT)) {
		perror("kexec_load");
		return 1;
	}
	printf("kexec: loaded\n");
	fflush(stdout);
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	perror("reboot");
	return 1;
}
