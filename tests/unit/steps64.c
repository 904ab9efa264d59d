// SPDX-License-Identifier: GPL-2.0-only
/* Steps of the 64-bit guest of model64.h, chosen by drawn numbers. */
#include "hypercalls.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "model64.h"

u32 (*model_draw)(u32 n);

u32 model_any_slot(void)
{
	return model_slots[model_draw(MODEL_SLOTS)];
}

u64 model_any_entry(void)
{
	static const u64 flags[] = {
		PTE_P, PTE_P | PTE_NX, PTE_P | PTE_US, TABLE, TABLE,
		PTE_P | PTE_RW, 0, TABLE | PTE_PSE, TABLE | PTE_G,
	};
	u64 m = model_draw(50) ? model_first + model_draw(PAGES) :
		model_draw(1u << 31);

	return make_pte(mfn(m), flags[model_draw(ARRAY_SIZE(flags))]);
}

/* Contents as a guest writes them where it may: its own slots and others. */
static void scribble(u32 i)
{
	u32 slot = model_any_slot();
	u64 e = model_any_entry();

	if (model_frame(i)->kind == FRAME_GUEST &&
	    (!model_frame(i)->type_count ||
	     model_frame(i)->type == TYPE_WRITABLE))
		model_page(i)[slot] = e;
}

void model_step(void)
{
	u32 i = model_draw(PAGES);

	host_current = model->vcpu[model_draw(CPUS)];
	switch (model_draw(16)) {
	case 0 ... 1:
		model_on(MMUEXT_PIN_L1_TABLE + model_draw(3), i);
		return;
	case 2:
		model_on(MMUEXT_PIN_L4_TABLE, i);
		return;
	case 3 ... 4:
		model_on(MMUEXT_UNPIN_TABLE, i);
		return;
	case 5:
		model_on(MMUEXT_NEW_BASEPTR, i);
		return;
	case 6:
		model_operation(MMUEXT_NEW_USER_BASEPTR,
				model_draw(4) ? model_first + i : 0);
		return;
	case 7 ... 10:
		scribble(i);
		return;
	default:
		model_update(i, model_any_slot(), model_any_entry());
	}
}
