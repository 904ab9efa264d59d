// SPDX-License-Identifier: GPL-2.0-only
/* ELF files and their notes: all that is accepted lies where it may. */
#include "boot/image.h"
#include "parser.h"

static void check_segment(const struct image *im, const struct image_segment *s)
{
	parser_check(s->offset <= im->size &&
		     s->file_size <= im->size - s->offset,
		     "a segment within the file");
	parser_check(s->file_size <= s->mem_size, "a segment's sizes");
	parser_check(s->va >= im->start && s->va + s->mem_size <= im->end,
		     "a segment within the whole");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct image im;
	bool ok = image_parse_elf(&im, parser_copy(data, size), size);
	u32 i;

	parser_check(ok == !im.error, "an error, or none");
	if (!ok)
		return 0;
	parser_check(im.segments && im.segments <= IMAGE_MAX_SEGMENTS,
		     "the number of segments");
	for (i = 0; i < im.segments; i++)
		check_segment(&im, &im.segment[i]);
	parser_check(im.start >= im.virt_base && im.start < im.end &&
		     im.end <= im.space_end, "where the kernel lies");
	parser_check(im.entry >= im.start && im.entry < im.end, "the entry");
	parser_check(!im.symbols_va ||
		     im.symbols_va + sizeof(im.symbols) <= im.end,
		     "the symbols");
	parser_check(!im.has_hypercall_page ||
		     (im.hypercall_page >= im.start &&
		      im.hypercall_page + PAGE_SIZE <= im.end),
		     "the hypercall page");
	return 0;
}
