// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (cpu/context.c): a vCPU finds in the x87, MMX and SSE registers, MXCSR
 * and the x87 control and status words what it left there, however often
 * others ran in between, with CR0.TS set while it waited or not; a new domain
 * finds nothing of anybody's. An exception that is pending in one domain's
 * x87 is nobody else's, and a MXCSR that no processor takes stops nobody.
 * (QEMU keeps no x87 instruction and data pointers: XSA-52 cannot be seen.)
 *
 * Test: fpu
 * Test: fpu-64 -w 64
 */
#include "domu.h"

#define DOMUS		3u
#define ROUNDS		200u
#define IMAGE		0x8000	/* what is loaded and must be found */
#define SEEN		0x9000
#define RESULT		0xa000	/* rounds, differences */

/* The image of FXSAVE: where its fields are, and values of them */
#define FCW		0u
#define FSW		2u
#define FTW		4u
#define MXCSR		24u
#define MXCSR_MASK	28u
#define X87		32u	/* 8 registers of 10 bytes, in 16 each */
#define SSE		160u
#define SSE_END		288u
#define FCW_DEFAULT	0x37f	/* all exceptions are masked */
#define FCW_UNMASKED	0x340
#define FSW_PENDING	0x80b7	/* all exceptions, error summary, busy */
#define FTW_FULL	0xff	/* no register is empty */
#define MXCSR_DEFAULT	0x1f80
#define MXCSR_ROUNDING	0x9fc0	/* flush to zero, denormals are zeros */

PAGE_BUFFER(place);
static u8 results[DOMUS + 1][4096] __attribute__((aligned(4096)));
static struct domu domus[DOMUS + 1];
static u8 mine[512] __attribute__((aligned(16)));
static u8 seen[512] __attribute__((aligned(16)));

/*
 * Loads its image, then for ever: yields with TS set, clears it, and looks.
 * Bytes 0 to 5 (control, status, tags) and 24 to 415 (MXCSR, registers) are
 * compared; the pointers between belong to no one here.
 */
__asm__(".pushsection .rodata\n"
	"fpu_code:	fxrstor " STRING(IMAGE) "\n"
	"1:" ASM_HYPERCALL(__HYPERVISOR_fpu_taskswitch, 1, 0)
	ASM_HYPERCALL(__HYPERVISOR_sched_op, SCHEDOP_yield, 0)
	ASM_HYPERCALL(__HYPERVISOR_fpu_taskswitch, 0, 0)
	ASM_HYPERCALL(__HYPERVISOR_sched_op, SCHEDOP_yield, 0)
	"	fxsave " STRING(SEEN) "; cld\n"
	"	movl $" STRING(IMAGE) " + 24, %esi\n"
	"	movl $" STRING(SEEN) " + 24, %edi\n"
	"	movl $98, %ecx; repe cmpsl; jne 2f\n"
	"	movl $" STRING(IMAGE) ", %esi; movl $" STRING(SEEN) ", %edi\n"
	"	movl $5, %ecx; repe cmpsb; je 3f\n"
	"2:	incl " STRING(RESULT) " + 4\n"
	"3:	incl " STRING(RESULT) "; jmp 1b\n"
	"fpu_code_end:\n"
	/* A new one: only looks. */
	"new_code:	fxsave " STRING(SEEN) "; incl " STRING(RESULT) "\n"
	"1:	jmp 1b\n"
	"new_code_end:\n"
	".popsection");
extern const u8 fpu_code[], fpu_code_end[], new_code[], new_code_end[];

/* An image whose registers all tell whose they are. */
static void image(u8 *at, u32 who)
{
	u32 i;

	memset(at, 0, 512);
	*(u16 *)(at + FCW) = who & 1 ? FCW_DEFAULT : FCW_UNMASKED;
	*(u16 *)(at + FSW) = who & 1 ? 0 : FSW_PENDING;
	at[FTW] = FTW_FULL;
	*(u32 *)(at + MXCSR) = who & 1 ? MXCSR_DEFAULT : MXCSR_ROUNDING;
	for (i = X87; i < SSE; i++)
		if ((i & 15) < 10)
			at[i] = (u8)(who * 37 + i);
	for (i = SSE; i < SSE_END; i++)
		at[i] = (u8)(who * 53 + i);
	/* The processor's own word: which bits MXCSR has. */
	__asm__ volatile("fxsave %0" : "=m" (seen));
	memcpy(at + MXCSR_MASK, seen + MXCSR_MASK, 4);
}

static void make(u32 n, const u8 *code, u32 size, u32 mxcsr)
{
	static vcpu_guest_context_t ctx;
	struct domu *u = &domus[n];

	domu_empty(u);
	domu_fill(u, place, code, size);
	CHECK(domu_map(u, place, u->frames[IMAGE >> 12], PTE_RWP), 0);
	image(place, n + 1);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_pin(u, PIN_ROOT, u->frames[0]), 0);
	domu_context(u, &ctx);
	if (mxcsr) {
		image((u8 *)&ctx.fpu_ctxt, 1);
		*(u32 *)((u8 *)&ctx.fpu_ctxt + MXCSR) = mxcsr;
		ctx.flags |= VGCF_i387_valid;
	}
	CHECK(domu_set_context(u, &ctx), 0);
}

static u32 result(u32 n, u32 index)
{
	return ((volatile u32 *)results[n])[index];
}

static void look_at(u32 n, u32 page)
{
	CHECK(domu_map(&domus[n], results[n], domus[n].frames[page >> 12],
		       PTE_RO), 0);
}

static void start(u32 n)
{
	look_at(n, RESULT);
	CHECK(domu_ctl(&domus[n], XEN_DOMCTL_unpausedomain), 0);
}

/* Ours as well, among them. */
static void run_all(void)
{
	u32 i, k, rounds, differences = 0;

	image(mine, 77);
	__asm__ volatile("fxrstor %0" :: "m" (mine));
	for (i = 0; i < 20000; i++) {
		HC1(fpu_taskswitch, i & 1);
		if (i & 2)
			HC2(sched_op, SCHEDOP_yield, 0);
		else
			sleep_ms(1);
		HC1(fpu_taskswitch, 0);
		__asm__ volatile("fxsave %0" : "=m" (seen));
		for (k = MXCSR; k < 416; k++)
			differences += seen[k] != mine[k];
		if (i > 50 && result(0, 0) > ROUNDS &&
		    result(1, 0) > ROUNDS && result(2, 0) > ROUNDS)
			break;
	}
	rounds = i;
	CHECK(differences, 0);
	for (i = 0; i < DOMUS; i++) {
		CHECK(result(i, 0) > ROUNDS, 1);
		CHECK(result(i, 1), 0);
	}
	print("rounds: ours %u, theirs %u %u %u\n", rounds, result(0, 0),
	      result(1, 0), result(2, 0));
}

static void check_empty(u32 n, u32 mxcsr)
{
	u32 i, found = 0, waited = 0;

	start(n);
	while (!result(n, 0) && waited++ < 2000)
		sleep_ms(1);
	CHECK(result(n, 0), 1);
	CHECK(domu_ctl(&domus[n], XEN_DOMCTL_pausedomain), 0);
	look_at(n, SEEN);
	if (mxcsr)
		return;		/* it runs: QEMU takes any MXCSR */
	CHECK(*(u16 *)(results[n] + FCW), FCW_DEFAULT);
	CHECK(*(u16 *)(results[n] + FSW), 0);
	CHECK(*(u32 *)(results[n] + MXCSR), MXCSR_DEFAULT);
	for (i = 6; i < 416; i++)
		found += results[n][i] != 0 && (i < MXCSR || i >= X87);
	CHECK(found, 0);
}

static void end(u32 n)
{
	CHECK(set_pte_va(results[n], 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&domus[n], XEN_DOMCTL_destroydomain), 0);
}

void test_main(void)
{
	u32 i;

	for (i = 0; i < DOMUS; i++) {
		make(i, fpu_code, (u32)(fpu_code_end - fpu_code), 0);
		start(i);
	}
	run_all();
	make(DOMUS, new_code, (u32)(new_code_end - new_code), 0);
	check_empty(DOMUS, 0);
	end(DOMUS);
	make(DOMUS, new_code, (u32)(new_code_end - new_code), 0xffffffff);
	check_empty(DOMUS, 1);
	for (i = 0; i <= DOMUS; i++)
		end(i);
}
