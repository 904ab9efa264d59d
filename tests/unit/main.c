// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"

#define RUN(name) \
	(_cmocka_run_group_tests(#name, name##_tests, name##_count_tests, \
				 NULL, NULL))

int main(void)
{
	int failed = 0;

	failed += RUN(frames);
	failed += RUN(machines);
	failed += RUN(ptype);
	failed += RUN(roots);
	failed += RUN(random64);
	failed += RUN(tables64);
	failed += RUN(holds64);
	failed += RUN(foreign);
	failed += RUN(image);
	failed += RUN(dom0);
	failed += RUN(unpack);
	failed += RUN(descriptor);
	failed += RUN(format);
	failed += RUN(evtchn);
	failed += RUN(devices);
	failed += RUN(ptwrite);
	failed += RUN(grants);
	failed += RUN(fifo);
	failed += RUN(cpus);
	failed += RUN(start);
	failed += RUN(errata);
	failed += RUN(idle);
	failed += RUN(mce);
	failed += RUN(apic);
	failed += RUN(time);
	failed += RUN(timer);
	failed += RUN(timer_race);
	failed += RUN(race);
	failed += RUN(vcpu_race);
	failed += RUN(queue_race);
	failed += RUN(emulate);
	failed += RUN(decode);
	failed += RUN(port);
	failed += RUN(pci);
	failed += RUN(option);
	failed += RUN(multiboot);
	failed += RUN(firmware);
	failed += RUN(efi);
	failed += RUN(log);
	failed += RUN(privileged);
	failed += RUN(layout);
	failed += RUN(context);
	failed += RUN(fpu_image);
	failed += RUN(exit);
	failed += RUN(vcpu_timer);
	failed += RUN(entry);
	failed += RUN(debug);
	return failed ? 1 : 0;
}
