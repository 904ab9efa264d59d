// SPDX-License-Identifier: GPL-2.0-only
/*
 * console_io: the privileged domain's emergency console on the serial line.
 * Others get -EPERM. The hypervisor copies output in small pieces and can stop
 * after each. While the line is slow it restarts the hypercall, so that
 * interrupts are handled in between.
 */
#include "domain/domain.h"
#include "hypercalls.h"
#include "machine/log.h"
#include "machine/serial.h"

static long console_write(u64 *count, u64 *buffer)
{
	char piece[128];
	u64 n;

	while (*count) {
		n = MIN(*count, sizeof(piece));
		if (guest_read(piece, gva(*buffer), n))
			return -EFAULT;
		if (!log_write(piece, n))
			return -ERESTART;
		*count -= n;
		*buffer += n;
		if (*count && sched_preempt_needed())
			return -ERESTART;
	}
	return 0;
}

static long console_read(u64 count, u64 buffer)
{
	char piece[128];
	u64 done = 0;
	size_t n;

	if (count > 0x7fffffff)
		return -E2BIG;
	while (done < count) {
		n = serial_read(piece, MIN(count - done, sizeof(piece)));
		if (!n)
			break;
		if (guest_write(gva(buffer + done), piece, n))
			return -EFAULT;
		done += n;
	}
	return (long)done;
}

long do_console_io(u64 a[])
{
	if (!current_domain()->privileged)
		return -EPERM;
	a[1] = (u32)a[1];	/* Xen takes 32 bits of the count */
	switch ((u32)a[0]) {
	case CONSOLEIO_write:
		return console_write(&a[1], &a[2]);
	case CONSOLEIO_read:
		return console_read(a[1], a[2]);
	default:
		return -ENOSYS;
	}
}
