// SPDX-License-Identifier: GPL-2.0-only
/* xen_version (xen/version.h) and console_io. */
#include "conf.h"

#define V(op, ...)	{ OPN(xen_version, #op, op, __VA_ARGS__) }
static const struct row rows[] = {
	{ CALL(xen_version, "XENVER_version", "no argument",
	       XENVER_version) },
	{ OP_AT(xen_version, XENVER_version, "bad address", BAD) },
	{ OP(xen_version, XENVER_extraversion, NULL, 0), .flags = R_MASK_ALL },
	{ OP_AT(xen_version, XENVER_extraversion, "bad address", BAD) },
	{ OP_AT(xen_version, XENVER_extraversion, "read-only", READONLY) },
	{ OP(xen_version, XENVER_compile_info, NULL, 0), .flags = R_MASK_ALL },
	{ OP_AT(xen_version, XENVER_compile_info, "bad address", BAD) },
	{ OP(xen_version, XENVER_capabilities, NULL, 0) },
	{ OP_AT(xen_version, XENVER_capabilities, "bad address", BAD) },
	{ OP(xen_version, XENVER_changeset, NULL, 0), .flags = R_MASK_ALL },
	{ OP_AT(xen_version, XENVER_changeset, "bad address", BAD) },
	{ OP(xen_version, XENVER_platform_parameters, NULL, 0) },
	{ OP_AT(xen_version, XENVER_platform_parameters, "bad address", BAD) },
	V(XENVER_get_features, "submap 0", 0),
	V(XENVER_get_features, "submap 1", 1),
	V(XENVER_get_features, "submap 2", 2),
	V(XENVER_get_features, "submap -1", 0xffffffff),
	{ OP_AT(xen_version, XENVER_get_features, "bad address", BAD) },
	{ CALL(xen_version, "XENVER_pagesize", "no argument",
	       XENVER_pagesize) },
	{ OP_AT(xen_version, XENVER_pagesize, "bad address", BAD) },
	V(XENVER_guest_handle, NULL, 1, 1, 1, 1),
	{ OP_AT(xen_version, XENVER_guest_handle, "bad address", BAD) },
	{ OP(xen_version, XENVER_commandline, NULL, 0), .flags = R_MASK_ALL },
	{ OP_AT(xen_version, XENVER_commandline, "bad address", BAD) },
	{ CALL(xen_version, "XENVER_build_id", "no argument, for the size",
	       XENVER_build_id), .flags = R_MASK_RC },
	{ OP(xen_version, XENVER_build_id, "length 0", 0) },
	{ OP(xen_version, XENVER_build_id, "length 4", 4) },
	{ OP(xen_version, XENVER_build_id, "length 64", 64),
	  .flags = R_MASK_RC | R_MASK_ALL },
	{ OP_AT(xen_version, XENVER_build_id, "bad address", BAD) },
	V(11, "unknown", 0),
	V(77, "unknown", 0),
	V(0xffffffff, "unknown", 0),
	{ CALL(console_io, "CONSOLEIO_write", "nothing", CONSOLEIO_write, 0,
	       ARG) },
	{ CALL(console_io, "CONSOLEIO_write", "bad address", CONSOLEIO_write,
	       4, BAD) },
	{ CALL(console_io, "CONSOLEIO_write", "across an end",
	       CONSOLEIO_write, 64, ACROSS) },
	{ CALL(console_io, "CONSOLEIO_write", NULL, CONSOLEIO_write, 1, ARG),
	  WORDS('\n') },
	{ CALL(console_io, "CONSOLEIO_read", "nothing", CONSOLEIO_read, 0,
	       ARG) },
	{ CALL(console_io, "CONSOLEIO_read", NULL, CONSOLEIO_read, 16, ARG) },
	{ CALL(console_io, "CONSOLEIO_read", "bad address", CONSOLEIO_read, 16,
	       BAD) },
	{ CALL(console_io, "console_io 2", "unknown", 2, 0, ARG) },
};

void conf_version(void)
{
	RUN(rows);
}
