// SPDX-License-Identifier: GPL-2.0
/// On one processor the kernel patches the lock prefix out of set_bit(),
/// cmpxchg(), atomic_inc() and similar functions. Memory that the hypervisor or
/// another domain changes at the same time needs functions that keep the prefix:
/// sync_set_bit(), sync_cmpxchg(). xchg() always locks.
///
// The rule recognises shared memory by its type: the structures of Xen's interface
// headers that live in shared pages. It follows a local pointer of another type
// from where it gets such an address. It does not see such a pointer that is passed
// to another function, bodies of macros, and types behind a macro, as in
// per_cpu(xen_vcpu, cpu)->flags.
// Options: --all-includes --include-headers-for-types

virtual report

@initialize:python@
@@
import re

PAGES = re.compile("""(?x)
	shared_info | arch_shared_info | vcpu_info | arch_vcpu_info
	| vcpu_runstate_info | vcpu_time_info
	| pvclock_vcpu_time_info | pvclock_wall_clock | xen_pmu_data
	| evtchn_fifo_control_block | grant_entry_v1 | grant_entry_header
	| .*_sring | .*_data_intf
	| xenstore_domain_interface | xencons_interface
	| xen_pci_sharedinfo | xen_pci_op | xen_pcie_aer_op
	| xenfb_page | xenkbd_page | vtpm_shared_page
	| xendispl_event_page | xensnd_event_page""")

# Operations by which argument is the address. Stores and loads alone, as
# atomic_set() and test_bit(), have no lock on any kernel.
FIRST = re.compile("""(?x) (raw_|arch_)*(
	(try_)?cmpxchg(64|_double)?(_local|_relaxed|_acquire|_release)?
	| xadd | set_64bit | set_mask_bits | bit_clear_unless
	| bitmap_(set|clear)
	| atomic(64|_long)?_(try_cmpxchg|cmpxchg|(fetch_)?(inc|dec)
		| (fetch_)?add_unless).* )""")
SECOND = re.compile("""(?x) (raw_|arch_)*_*(
	(test_and_)?(set|clear|change)_bit | test_and_set_bit_lock
	| clear_bit_unlock(_is_negative_byte)? | assign_bit
	| atomic(64|_long)?_(fetch_)?(add|sub|and|andnot|or|xor)
		(_return|_and_test|_negative)?(_relaxed|_acquire|_release)? )""")

def one_of(names, name):
	return names.fullmatch(name) is not None

@direct@
typedef event_word_t, grant_status_t;
identifier page: script:python() { one_of(PAGES, page) };
identifier first: script:python() { one_of(FIRST, first) };
identifier second: script:python() { one_of(SECOND, second) };
struct page s1;
struct page *s2;
union grant_entry_v2 *s3;
{event_word_t *, grant_status_t *} s4;
expression s5, E;
position p;
@@
(
first@p(<+... \(s1\|s2\|s3\|s4\|s5->sring\|s5.sring\) ...+>, ...)
|
second@p(E, <+... \(s1\|s2\|s3\|s4\|s5->sring\|s5.sring\) ...+>, ...)
)

@alias exists@
typedef event_word_t, grant_status_t;
identifier page: script:python() { one_of(PAGES, page) };
identifier first: script:python() { one_of(FIRST, first) };
identifier second: script:python() { one_of(SECOND, second) };
struct page s1;
struct page *s2;
union grant_entry_v2 *s3;
{event_word_t *, grant_status_t *} s4;
type T, T2;
local idexpression T *l;
identifier f;
expression E, E2, E3;
position p;
@@
(
l = <+... &\(s1.f\|s1.f[E3]\|s2->f\|s2->f[E3]\|s3->f\) ...+>
|
l = (T2)\(s1.f\|s2->f\|s2\|s3\|s4\)
)
... when != l = E2
(
first@p(<+... l ...+>, ...)
|
second@p(E, <+... l ...+>, ...)
)

@script:python depends on report@
p << direct.p;
@@
coccilib.report.print_report(p[0], "plain operation on a shared page")

@script:python depends on report@
p << alias.p;
@@
coccilib.report.print_report(p[0], "plain operation on a shared page")
