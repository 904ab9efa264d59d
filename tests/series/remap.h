/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the kernel that xen_remap_pfn() needs, for the test remap. */
#ifndef REMAP_H
#define REMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES		8192u
#define PAGE_SHIFT	12
#define TABLE_SIZE	0x200000ul	/* what a page-table page maps */

#define VM_PFNMAP	1
#define VM_IO		2
#define GFP_KERNEL	0
#define __GFP_NOWARN	0
#define MMU_NORMAL_PT_UPDATE		0
#define MMU_PT_UPDATE_NO_TRANSLATE	3
#define MMUEXT_TLB_FLUSH_ALL		6
#define DOMID_SELF	0x7ff0

#define min(a, b)	((a) < (b) ? (a) : (b))
#define BUG()		abort()
#define BUG_ON(x)	do { if (x) abort(); } while (0)
#define EXPORT_SYMBOL_GPL(x)	_Static_assert(1, "")
#define cond_resched()	do { } while (0)
#define IS_ENABLED(x)	(x)
#define PAGE_SIZE	(1ul << PAGE_SHIFT)

typedef uint64_t u64;
typedef unsigned long xen_pfn_t;
typedef struct { u64 val; } pte_t;
typedef struct { u64 val; } pgprot_t;
typedef struct { u64 maddr; } xmaddr_t;
typedef int (*pte_fn_t)(pte_t *pte, unsigned long addr, void *data);
typedef int (*pte_batch_fn_t)(pte_t *pte, unsigned int nr, unsigned long addr,
			      void *data);

struct mm_struct {
	int nothing;
};

struct vm_area_struct {
	unsigned long vm_flags;
	struct mm_struct *vm_mm;
};

struct mmu_update {
	u64 ptr, val;
};

struct mmuext_op {
	unsigned int cmd;
};

extern pte_t table[ENTRIES];
extern bool no_memory;

static inline pte_t mfn_pte(unsigned long mfn, pgprot_t prot)
{
	return (pte_t) { (u64)mfn << PAGE_SHIFT | prot.val };
}

static inline pte_t pte_mkspecial(pte_t pte)
{
	return pte;
}

static inline u64 pte_val_ma(pte_t pte)
{
	return pte.val;
}

static inline xmaddr_t virt_to_machine(pte_t *pte)
{
	return (xmaddr_t) { (u64)(pte - table) * sizeof(*pte) };
}

static inline void *kvmalloc_array(size_t n, size_t size, int gfp)
{
	return no_memory ? NULL : malloc(n * size);
}

static inline void kvfree(void *p)
{
	free(p);
}

int apply_to_page_range(struct mm_struct *mm, unsigned long addr,
			unsigned long size, pte_fn_t fn, void *data);
int apply_to_page_range_batch(struct mm_struct *mm, unsigned long addr,
			      unsigned long size, pte_batch_fn_t fn,
			      void *data);
int HYPERVISOR_mmu_update(struct mmu_update *update, int nr, int *done,
			  unsigned int domid);
int HYPERVISOR_mmuext_op(struct mmuext_op *op, int nr, int *done,
			 unsigned int domid);
void xen_flush_tlb_all(void);

typedef int remap_fn(struct vm_area_struct *vma, unsigned long addr,
		     xen_pfn_t *pfn, int nr, int *err_ptr, pgprot_t prot,
		     unsigned int domid, bool no_translate);
remap_fn remap_entries, remap_runs;

#endif
