// SPDX-License-Identifier: GPL-2.0
/*
 * entries OTHER - check what a program sees of its ways into the kernel and back.
 *
 * Rule: a system call, a signal, an interrupt and a switch to another process alter no
 * register, no segment base and no memory of a program, except for what the call
 * returns.  This source is built for 32 and for 64 bits; OTHER is the program of the
 * other width, which this one executes.
 *
 * A 32-bit program makes system calls with int 0x80, and with the instruction that the
 * kernel chose for its vDSO: SYSENTER on Intel's processors, SYSCALL on AMD's.
 */
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <err.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS		10000
#define TICKS		100
#define SPIN		20000
#define CHILDREN	8
#define PAGE		4096UL
#define MEGABYTES	16
#define HELLO		7	/* how a program that OTHER executes ends */

int rounds, wrong;
const void *vsyscall;

/*
 * keep_NAME() puts a value into each of the registers, executes the code as often as
 * the variable rounds says, and returns how many registers have changed.  The code may
 * use (e/r)ax.
 */
#define KEEP(name, registers, code)					\
asm(".pushsection .text\n"						\
"keep_" #name ":\n"							\
"	.irp	r, " SAVED "\n	push	%\\r\n	.endr\n"		\
"	movl	$0, wrong\n"						\
"	.set	n, 0\n"							\
"	.irp	r, " registers "\n"					\
"	.set	n, n + 1\n	" VALUE ", %\\r\n"			\
"	.endr\n"							\
"1:	" code "\n"							\
"	decl	rounds\n"						\
"	jnz	1b\n"							\
"	.set	n, 0\n"							\
"	.irp	r, " registers "\n"					\
"	.set	n, n + 1\n	" VALUE ", %" ACC "\n"			\
"	cmp	%" ACC ", %\\r\n"					\
"	setne	%al\n	movzbl	%al, %eax\n	addl	%eax, wrong\n"	\
"	.endr\n"							\
"	movl	wrong, %eax\n"						\
"	.irp	r, " RESTORED "\n	pop	%\\r\n	.endr\n"	\
"	ret\n"								\
"	.popsection\n");						\
int keep_##name(void)

#ifdef __x86_64__
#define STACK		"rsp"
#define ACC		"rax"
#define VALUE		"movabs	$0x0101010101010101 * n"
#define SAVED		"rbx, rbp, r12, r13, r14, r15"
#define RESTORED	"r15, r14, r13, r12, rbp, rbx"
#define BOTH		"rbx, rbp, rdi, rsi, rdx, r12, r13, r14, r15"
#define ALL		BOTH ", rcx, r8, r9, r10, r11"

KEEP(syscall, BOTH ", r8, r9, r10", "movl $110, %eax; syscall");
KEEP(int80, BOTH ", rcx", "movl $64, %eax; int $0x80");
#else
#define STACK		"esp"
#define ACC		"eax"
#define VALUE		"movl	$0x01010101 * n"
#define SAVED		"ebx, ebp, edi, esi"
#define RESTORED	"esi, edi, ebp, ebx"
#define ALL		"ebx, ebp, edi, esi, edx, ecx"

KEEP(int80, ALL, "movl $64, %eax; int $0x80");
KEEP(vdso, ALL, "movl $64, %eax; call *vsyscall");
#endif
KEEP(signal, ALL, "int3");
KEEP(interrupt, ALL, "nop");

static bool kept(const char *what, int (*keep)(void), int times)
{
	int changed;

	rounds = times;
	changed = keep();
	if (changed)
		printf("%s changed %d registers\n", what, changed);
	return !changed;
}

#ifdef __x86_64__
static bool system_calls(void)
{
	return kept("SYSCALL", keep_syscall, ROUNDS) &
	       kept("int 0x80", keep_int80, ROUNDS);
}
#else
static bool vendor(const char *name)
{
	char line[1000];
	bool found = false;
	FILE *file = fopen("/proc/cpuinfo", "r");

	if (!file)
		err(1, "/proc/cpuinfo");
	while (fgets(line, sizeof(line), file))
		found |= strstr(line, name) != NULL;
	fclose(file);
	return found;
}

static bool chosen(const char *name, const char *instruction, const char *code)
{
	if (!vendor(name))
		return true;
	printf("the vDSO must use %s\n", instruction);
	return memmem(vsyscall, 16, code, 2);
}

static bool system_calls(void)
{
	vsyscall = (void *)getauxval(AT_SYSINFO);
	if (!vsyscall)
		errx(1, "the kernel offers no vDSO");
	return kept("int 0x80", keep_int80, ROUNDS) &
	       kept("the vDSO", keep_vdso, ROUNDS) &
	       chosen("AuthenticAMD", "SYSCALL", "\x0f\x05") &
	       chosen("GenuineIntel", "SYSENTER", "\x0f\x34");
}
#endif

static void handle(int signal, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = {
		.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART,
	};

	if (sigaction(signal, &action, NULL))
		err(1, "sigaction");
}

/* Exceptions */

static sigjmp_buf back;
static volatile int got_signal, got_code;
static void *volatile got_address;
static char *nothing, *data;
static const int zero;

static void caught(int signal, siginfo_t *info, void *context)
{
	(void)context;
	got_signal = signal;
	got_code = info->si_code;
	got_address = info->si_addr;
	siglongjmp(back, 1);
}

#define ACT(name, code) static void name(void) { asm volatile(code); }

ACT(undefined, "ud2")
ACT(breakpoint, "int3")
ACT(privileged, "hlt")
ACT(gate, "int $0x90")
ACT(step, "pushf; orl $0x100, (%" STACK "); popf; nop")

static void division(void)
{
	asm volatile("cltd; idivl %0" : : "m" (zero) : "eax", "edx");
}

static void reading(void)
{
	*(volatile char *)nothing;
}

static void writing(void)
{
	*(volatile char *)data = 1;
}

static void executing(void)
{
	((void (*)(void))data)();
}

static const struct {
	const char *name;
	void (*act)(void);
	int signal, code;
	char **address;
} exceptions[] = {
	{ "a division by zero", division, SIGFPE, FPE_INTDIV, NULL },
	{ "an undefined instruction", undefined, SIGILL, ILL_ILLOPN, NULL },
	{ "a breakpoint", breakpoint, SIGTRAP, SI_KERNEL, NULL },
	{ "a single step", step, SIGTRAP, TRAP_TRACE, NULL },
	{ "a privileged instruction", privileged, SIGSEGV, SI_KERNEL, NULL },
	{ "a gate of the kernel", gate, SIGSEGV, SI_KERNEL, NULL },
	{ "a read without a page", reading, SIGSEGV, SEGV_MAPERR, &nothing },
	{ "a write to a read-only page", writing, SIGSEGV, SEGV_ACCERR, &data },
	{ "a jump to data", executing, SIGSEGV, SEGV_ACCERR, &data },
};

/* The exception's signal, code and address arrive */
static bool raises(int i)
{
	got_signal = 0;
	if (!sigsetjmp(back, 1))
		exceptions[i].act();
	if (got_signal == exceptions[i].signal && got_code == exceptions[i].code &&
	    (!exceptions[i].address || got_address == *exceptions[i].address))
		return true;
	printf("%s: expected signal %d, code %d; got signal %d, code %d at %p\n",
	       exceptions[i].name, exceptions[i].signal, exceptions[i].code,
	       got_signal, got_code, got_address);
	return false;
}

static void passed(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	(void)context;
}

static bool signals(void)
{
	static const int all[] = { SIGFPE, SIGILL, SIGTRAP, SIGSEGV };
	size_t i;
	bool right = true;

	data = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		err(1, "mmap");
	nothing = data + PAGE;
	munmap(nothing, PAGE);
	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		handle(all[i], caught);
	for (i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++)
		right &= raises(i);
	handle(SIGTRAP, passed);
	return right & kept("a signal and its return", keep_signal, ROUNDS / 10);
}

/* Interrupts, while other processes take the processor */

static volatile int ticks;

static void tick(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	(void)context;
	asm volatile("fninit; pxor %xmm0, %xmm0; pxor %xmm1, %xmm1; pxor %xmm7, %xmm7");
	ticks++;
}

static void start_ticks(void)
{
	const struct itimerval often = { { 0, 2000 }, { 0, 2000 } };

	handle(SIGALRM, tick);
	ticks = 0;
	setitimer(ITIMER_REAL, &often, NULL);
}

static bool stop_ticks(const char *what, bool right)
{
	const struct itimerval never = {};

	setitimer(ITIMER_REAL, &never, NULL);
	if (!right)
		printf("%s changed after %d ticks\n", what, ticks);
	return right;
}

static bool interrupts(void)
{
	bool right = true;

	start_ticks();
	while (right && ticks < TICKS)
		right = kept("an interrupt", keep_interrupt, SPIN);
	return stop_ticks("a register", right);
}

/* What XSAVE writes of x87, SSE and AVX; FXSAVE's part alone without AVX */
struct vectors {
	uint8_t header[32], x87[8][16], xmm[sizeof(long) * 2][16];
	uint8_t rest[512 - 32 - 128 - sizeof(long) * 32];
	uint64_t present, zero[7];
	uint8_t ymm[sizeof(long) * 2][16];
	uint8_t space[512];
} __attribute__((aligned(64)));

static struct vectors old, in, out;

#define SPIN_WITH(save, load)						\
	asm volatile(save "	%0\n" load "	%2\n"			\
		     "1:	dec	%3\n	jnz	1b\n"		\
		     save "	%1\n" load "	%0\n"			\
		     : "+m" (old), "+m" (out), "+m" (in), "+r" (spin)	\
		     : "a" (7), "d" (0))

static void spin_with(bool avx)
{
	long spin = SPIN;

	if (avx)
		SPIN_WITH("xsave", "xrstor");
	else
		SPIN_WITH("fxsave", "fxrstor");
}

static bool same_vectors(bool avx)
{
	int i;

	for (i = 0; i < 8; i++)
		if (memcmp(in.x87[i], out.x87[i], 10))
			return false;
	return !memcmp(in.xmm, out.xmm, sizeof(in.xmm)) &&
	       (!avx || !memcmp(in.ymm, out.ymm, sizeof(in.ymm)));
}

static bool floating_point(void)
{
	bool avx = __builtin_cpu_supports("avx");
	bool right = true;
	uint8_t *byte = (uint8_t *)&in;
	size_t i;

	printf("%s\n", avx ? "x87, SSE and AVX" : "x87 and SSE");
	spin_with(avx);
	in = old;
	for (i = 0; i < sizeof(in); i++)
		if (byte + i >= in.x87[0] && byte + i < in.rest)
			byte[i] = i * getpid();
	if (avx) {
		in.present = 7;
		memset(in.ymm, getpid(), sizeof(in.ymm));
	}
	start_ticks();
	while (right && ticks < TICKS) {
		spin_with(avx);
		right = same_vectors(avx);
	}
	return stop_ticks("a floating-point register", right);
}

#ifdef __x86_64__
#define BASE	"gs"

static void set_base(unsigned long *base)
{
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, base))
		err(1, "arch_prctl");
}
#else
#define BASE	"fs"

static void set_base(unsigned long *base)
{
	struct user_desc area = {
		.entry_number = -1, .base_addr = (unsigned long)base, .seg_32bit = 1,
		.limit = 0xfffff, .limit_in_pages = 1, .useable = 1,
	};

	if (syscall(SYS_set_thread_area, &area))
		err(1, "set_thread_area");
	asm volatile("mov %0, %%fs" : : "r" (area.entry_number * 8 + 3));
}
#endif

static bool segment_base(void)
{
	unsigned long value = getpid(), got = 0;
	int i;

	set_base(&value);
	for (i = 0; i < 500; i++) {
		sched_yield();
		asm volatile("mov %%" BASE ":0, %0" : "=r" (got));
		if (got != value)
			break;
	}
	if (got != value)
		printf("the segment's base changed after %d yields\n", i);
	return got == value;
}

/* Memory of processes and their copies */

static bool filled(const unsigned long *memory, unsigned long what)
{
	size_t i;

	for (i = 0; i < MEGABYTES << 20; i += PAGE)
		if (memory[i / sizeof(long)] != (what ^ i))
			return false;
	return true;
}

static void fill(unsigned long *memory, unsigned long what)
{
	size_t i;

	for (i = 0; i < MEGABYTES << 20; i += PAGE)
		memory[i / sizeof(long)] = what ^ i;
}

static bool memory(void)
{
	const size_t size = MEGABYTES << 20;
	unsigned long *first, *moved;
	int status;
	bool right;

	first = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (first == MAP_FAILED)
		err(1, "mmap");
	fill(first, getpid());
	moved = mremap(first, size, 2 * size, MREMAP_MAYMOVE);
	if (moved == MAP_FAILED)
		err(1, "mremap");
	right = filled(moved, getpid());
	if (!fork()) {
		right &= filled(moved, getppid());
		fill(moved, 1);
		_exit(!(right && filled(moved, 1)));
	}
	wait(&status);
	right &= !status && filled(moved, getpid());
	munmap(moved, 2 * size);
	return right;
}

static bool all_children(int (*child)(int))
{
	int i, status;
	bool right = true;

	for (i = 0; i < CHILDREN; i++)
		if (!fork())
			_exit(child(i));
	while (wait(&status) > 0)
		right &= WIFEXITED(status) && WEXITSTATUS(status) == HELLO;
	return right;
}

static char *other;

static int execute(int i)
{
	char number[2] = { '0' + i, 0 };

	execl(other, "entries", "hello", number, NULL);
	return 1;
}

static bool execution(void)
{
	return all_children(execute);
}

static int child_vectors(int i)
{
	(void)i;
	return floating_point() ? HELLO : 1;
}

static bool floating_points(void)
{
	return all_children(child_vectors);
}

static int child_base(int i)
{
	(void)i;
	return segment_base() ? HELLO : 1;
}

static bool segment_bases(void)
{
	return all_children(child_base);
}

static const struct {
	const char *name;
	bool (*check)(void);
} checks[] = {
	{ "system calls", system_calls },
	{ "signals", signals },
	{ "interrupts", interrupts },
	{ "floating point", floating_points },
	{ "segment bases", segment_bases },
	{ "memory", memory },
	{ "execution of the other width", execution },
};

int main(int argc, char **argv)
{
	bool right = true, all = true;
	size_t i;

	if (argc == 3 && !strcmp(argv[1], "hello"))
		return HELLO;
	if (argc != 2)
		errx(2, "usage: entries OTHER");
	other = argv[1];
	setlinebuf(stdout);
	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		right = checks[i].check();
		printf("%zu bits, %s: %s\n", 8 * sizeof(long), checks[i].name,
		       right ? "right" : "WRONG");
		all &= right;
	}
	printf("%s\n", all ? "all right" : "something is wrong");
	return !all;
}
