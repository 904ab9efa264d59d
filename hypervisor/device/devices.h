/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices of a domain: interrupts, ports and memory. */
#ifndef KRYPTON_DEVICES_H
#define KRYPTON_DEVICES_H

#define MAX_PIRQS	1024	/* of the privileged domain */
/* Pirqs of others, besides those for GSIs: most; least, if a page holds no more */
#define DOMU_MESSAGES	232u
#define DOMU_LEAST	32u
#define PIRQS_A_PAGE	((u32)(PAGE_SIZE / sizeof(struct pirq)))
#define MAX_IOMEM	16

/* A domain's part. */
struct domain_devices {
	struct pirq {			/* the event lock */
		u32 port;
		u16 irq;		/* 0: none */
		u16 gsi;		/* plus 1; 0: a message */
		u16 was;		/* gsi, unmapped under a bound port */
		bool reserved : 1;
		bool share : 1;		/* its port allows sharing the irq */
		bool allowed : 1;	/* an unprivileged domain may bind it */
	} *pirqs;
	u32 pirq_count;			/* fixed */
	u8 *eoi_map;			/* the event lock; set once */
	u8 *ioports;			/* bit set: denied; NULL: all are. The
					 * domctl lock; read without it */
	struct frame_range {
		u64 first, end;
	} iomem[MAX_IOMEM];		/* device frames; the page lock */
	u32 pci_cf8;			/* last write to 0xcf8; no lock */
	u8 cmos_index;			/* last write to 0x70; no lock */
};

/* device/ioport.c: give or take ports, within 0 to 65535. 0 or -ENOMEM. */
int ioport_set(struct domain *d, u32 first, u32 count, bool allow);
bool ioport_has(const struct domain *d, u32 first, u32 count);
/*
 * The same for device frames from 'first' up to, but not including, 'end'.
 * -ENOSPC: there are too many ranges; the domain may have lost other frames
 * then, but has gained none.
 */
int devices_set_iomem(struct domain *d, u64 first, u64 end, bool allow);

#endif
