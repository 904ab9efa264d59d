// SPDX-License-Identifier: GPL-2.0-only
/*
 * platform_op's EFI operations (xen/platform.h), for callers of both widths: the
 * firmware gets what the caller's structure says, the caller gets its answer at
 * the places of its own layout, and errors are Xen's. The firmware is a stub.
 */
#include <string.h>
#include <xen/platform.h>
#include "control/ctl.h"
#include "domain/domain.h"
#include "host.h"
#include "machine/efi.h"

#define BASE	0x10000u		/* of the guest's memory */
#define NAME	0x100u			/* offsets in it */
#define DATA	0x200u

struct efi_info efi;
extern const struct width real_width32, real_width64;

static u8 memory[0x1000];
static struct {
	u64 a, b, c, d, e;
	enum efi_service service;
	u16 name[8];
	u8 guid[16], data[16];
	u32 calls;
} got;
static u64 answer;			/* the status */
static const u8 guid[16] = "0123456789abcdef";
static const u16 name[] = { 'A', 0x20ac, 0 };

u64 efi_call(enum efi_service service, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	got.calls++;
	got.service = service;
	got.a = a;
	got.c = c;
	got.d = d;
	if (service == EFI_GET_VARIABLE || service == EFI_SET_VARIABLE) {
		memcpy(got.name, (void *)a, sizeof(name));
		memcpy(got.guid, (void *)b, sizeof(guid));
	}
	if (service == EFI_SET_VARIABLE)
		memcpy(got.data, (void *)e, d);
	if (service == EFI_GET_VARIABLE) {
		*(u32 *)c = 7;
		*(u64 *)d = 5;
		if (!answer)
			memcpy((void *)e, "value", 5);
	}
	if (service == EFI_NEXT_VARIABLE) {
		got.b = *(u64 *)a;
		*(u64 *)a = sizeof(name);
		memcpy((void *)b, name, sizeof(name));
		memcpy((void *)c, guid, sizeof(guid));
	}
	if (service == EFI_QUERY_VARIABLES) {
		*(u64 *)b = 0x1111222233334444;
		*(u64 *)c = 0x5555666677778888;
		*(u64 *)d = 0x9999aaaabbbbcccc;
	}
	return answer;
}

/* The caller's members, of 4 bytes or of its longs. */
struct writer {
	u32 at, bytes;
};

static void put(struct writer *w, u64 value, u32 size)
{
	w->at = ROUND_UP(w->at, MIN(size, w->bytes));
	memcpy(memory + w->at, &value, size);
	w->at += size;
}

static u64 get(struct writer *w, u32 size)
{
	u64 value = 0;

	w->at = ROUND_UP(w->at, MIN(size, w->bytes));
	memcpy(&value, memory + w->at, size);
	w->at += size;
	return value;
}

static void setup(u32 bytes)
{
	struct domain *d, *other;
	u32 first;

	host_two(4, &d, &first, &other, &first);
	current_domain()->width = bytes == 4 ? &real_width32 : &real_width64;
	host_window(BASE, memory, sizeof(memory));
	memset(memory, 0xee, sizeof(memory));
	memcpy(memory + NAME, name, sizeof(name));
	memset(&got, 0, sizeof(got));
	answer = 0;
	efi = (struct efi_info){
		.version = 0x20046, .services_version = 0x20046,
		.tables = 0x123456000, .table_count = 9,
		.vendor_version = 0x10000, .vendor = { 'E', 'D', 'K' },
	};
}

static struct writer start(u32 function, u32 misc, u32 bytes)
{
	struct writer w = { 0, bytes };

	put(&w, function, 4);
	put(&w, misc, 4);
	put(&w, 0, bytes);
	return w;
}

static long call(void)
{
	u8 body[sizeof(struct xenpf_efi_runtime_call)];

	memcpy(body, memory, sizeof(body));
	return platform_efi_call(body, BASE);
}

static void put_variable(u32 function, u32 misc, u32 bytes, u64 size)
{
	struct writer w = start(function, misc, bytes);

	put(&w, BASE + NAME, bytes);
	put(&w, size, bytes);
	put(&w, BASE + DATA, bytes);
	memcpy(memory + w.at, guid, sizeof(guid));
}

static void check_variables(u32 bytes)
{
	struct writer w = { 4, bytes };

	setup(bytes);
	put_variable(XEN_EFI_get_variable, 0, bytes, 8);
	assert_int_equal(call(), 0);
	assert_memory_equal(got.name, name, sizeof(name));
	assert_memory_equal(got.guid, guid, sizeof(guid));
	assert_memory_equal(memory + DATA, "value\xee", 6);
	assert_int_equal(get(&w, 4), 7);		/* attributes */
	assert_int_equal(get(&w, bytes), 0);		/* status */
	get(&w, bytes);
	assert_int_equal(get(&w, bytes), 5);		/* size */

	setup(bytes);
	answer = EFI_ERROR | 5;				/* too small */
	put_variable(XEN_EFI_get_variable, 0, bytes, 2);
	assert_int_equal(call(), 0);
	w.at = 8;
	assert_int_equal(get(&w, bytes),
			 bytes == 4 ? 0x80000005 : EFI_ERROR | 5);
	get(&w, bytes);
	assert_int_equal(get(&w, bytes), 5);
	assert_int_equal(memory[DATA], 0xee);

	setup(bytes);
	memcpy(memory + DATA, "new", 3);
	put_variable(XEN_EFI_set_variable, 0x27, bytes, 3);
	assert_int_equal(call(), 0);
	assert_memory_equal(got.data, "new", 3);
	assert_int_equal(got.c, 0x27);
	assert_int_equal(got.d, 3);
}

static void check_others(u32 bytes)
{
	struct writer w;

	setup(bytes);
	w = start(XEN_EFI_get_next_variable_name, 0, bytes);
	put(&w, 64, bytes);
	put(&w, BASE + DATA, bytes);
	assert_int_equal(call(), 0);
	assert_int_equal(got.b, 64);
	assert_memory_equal(memory + DATA, name, sizeof(name));
	assert_memory_equal(memory + w.at, guid, sizeof(guid));

	setup(bytes);
	w = start(XEN_EFI_query_variable_info, 0, bytes);
	put(&w, 3, 4);
	assert_int_equal(call(), 0);
	assert_int_equal(got.a, 3);
	assert_int_equal(get(&w, 8), 0x1111222233334444);
	assert_int_equal(get(&w, 8), 0x5555666677778888);
	assert_int_equal(get(&w, 8), 0x9999aaaabbbbcccc);
}

static void test_calls(void **state)
{
	(void)state;
	check_variables(4);
	check_variables(8);
	check_others(4);
	check_others(8);
}

/* Nothing is asked of the firmware when the caller's structure is wrong. */
static void test_errors(void **state)
{
	(void)state;
	setup(8);
	put_variable(XEN_EFI_get_variable, 1, 8, 8);
	assert_int_equal(call(), -EINVAL);
	put_variable(XEN_EFI_update_capsule, 0, 8, 8);
	assert_int_equal(call(), -ENOSYS);
	put_variable(~0u, 0, 8, 8);
	assert_int_equal(call(), -ENOSYS);
	put_variable(XEN_EFI_set_variable, 7, 8, 1ull << 40);
	assert_int_equal(call(), -ENOMEM);
	put_variable(XEN_EFI_set_variable, 7, 8, 0x2000);
	assert_int_equal(call(), -EFAULT);
	memset(memory + NAME, 1, sizeof(memory) - NAME);	/* no end */
	put_variable(XEN_EFI_get_variable, 0, 8, 8);
	assert_int_equal(call(), -EFAULT);
	efi.services_version = 0;
	assert_int_equal(call(), -EOPNOTSUPP);
	efi.version = 0;
	assert_int_equal(call(), -ENOSYS);
	assert_int_equal(got.calls, 0);
}

static long info(u32 index)
{
	return platform_efi_info(index, memory, BASE);
}

static void check_info(u32 bytes)
{
	struct efi_descriptor d = {
		.type = EFI_RUNTIME_DATA, .phys = 0x5000, .pages = 3,
		.attributes = EFI_MEMORY_RUNTIME | 0xf,
	};
	u64 mem[4] = { 0x6000, 0x10000 };

	setup(bytes);
	assert_int_equal(info(XEN_FW_EFI_VERSION), 0);
	assert_int_equal(*(u32 *)memory, 0x20046);
	assert_int_equal(info(XEN_FW_EFI_CONFIG_TABLE), 0);
	assert_int_equal(*(u64 *)memory, 0x123456000);
	assert_int_equal(*(u32 *)(memory + 8), 9);
	memset(memory, 0, 16);
	*(u32 *)(memory + 4) = 5;		/* two characters and a half */
	*(u32 *)(memory + 8) = BASE + DATA;
	assert_int_equal(info(XEN_FW_EFI_VENDOR), 0);
	assert_int_equal(*(u32 *)memory, 0x10000);
	assert_memory_equal(memory + DATA, "E\0D\0\xee", 5);
	memcpy(phys_to_virt(paddr(0x3000)), &d, sizeof(d));
	boot_info.efi = (struct boot_efi){ 0, 0x3000, sizeof(d), sizeof(d) };
	memcpy(memory, mem, sizeof(mem));
	assert_int_equal(info(XEN_FW_EFI_MEM_INFO), 0);
	assert_int_equal(*(u64 *)(memory + 8), 0x2000);
	assert_int_equal(*(u64 *)(memory + 16), d.attributes);
	assert_int_equal(*(u32 *)(memory + 24), EFI_RUNTIME_DATA);
	mem[0] = 0x8000;
	memcpy(memory, mem, sizeof(mem));
	assert_int_equal(info(XEN_FW_EFI_MEM_INFO), -ESRCH);
	memset(&boot_info.efi, 0, sizeof(boot_info.efi));
}

static void test_info(void **state)
{
	(void)state;
	check_info(4);
	check_info(8);
	assert_int_equal(info(XEN_FW_EFI_PCI_ROM), -ESRCH);
	assert_int_equal(info(XEN_FW_EFI_APPLE_PROPERTIES), -ENODATA);
	assert_int_equal(info(99), -EINVAL);
	efi.tables = 0;
	assert_int_equal(info(XEN_FW_EFI_CONFIG_TABLE), -EOPNOTSUPP);
	efi.services_version = 0;
	assert_int_equal(info(XEN_FW_EFI_RT_VERSION), -EOPNOTSUPP);
	efi.version = 0;
	assert_int_equal(info(XEN_FW_EFI_VERSION), -ENOSYS);
	host_window(0, NULL, 0);
}

EXPORT_TESTS(efi, cmocka_unit_test(test_calls), cmocka_unit_test(test_errors),
	     cmocka_unit_test(test_info));
