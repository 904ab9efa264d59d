# SPDX-License-Identifier: GPL-2.0
"""What the fuzzer of page tables begins with: see seeds.

Each step is eight bytes, struct step of pages.h. The stories are short and each
means something; the rest is chosen at random, with weight on what means
something.
"""
import random

# Steps by name, as tests/fuzz/host/pages.c counts them
(UPDATE, _, STORE, PIN, UNPIN, ROOT, VA, _, CONTENTS, GDT, DESCRIPTOR, LDT,
 RESERVE, EXCHANGE, DESTROY, WRITE, OFFER, MAP, UNMAP, REPLACE, COPY) = range(21)
RW, ABSENT = 2, 1
ALWAYS = 0xf8   # with an actor: it is preempted wherever that can be
D1 = 0xa0       # names a page of domain 1; its vCPUs are actors 2 and 3

# op, actor, x, y, slot, flags, kind: what a guest or a tool would do
STORIES = (
    # a tool maps a page, lets it go, and its owner makes a table of it
    ((UPDATE, 0, 5, D1 + 20, 9, RW, 4), (UPDATE, 0, 5, 0, 9, ABSENT, 0),
     (PIN, 2, 20, 0, 0, 0, 0), (UNPIN, 2, 20, 0, 0, 0, 0)),
    # ... or gives it up
    ((UPDATE, 0, 5, D1 + 20, 9, 0, 4), (UPDATE, 0, 5, 0, 9, ABSENT, 0),
     (RESERVE, 2, 20, 0, 0, 0, 0)),
    # a grant is mapped, the granter gives the page up, it is unmapped
    ((OFFER, 2, 20, 0, 0, 0, 2), (MAP, 4, 0, 9, 0, 2, 1),
     (RESERVE, 2, 20, 0, 0, 0, 0), (UNMAP, 4, 0, 9, 0, 0, 0)),
    # read-only by a page-table entry, and for devices
    ((OFFER, 2, 20, 0, 1, RW, 2), (MAP, 4, 5, 9, 1, 0x16, 1),
     (MAP, 4, 0, 10, 1, 5, 1), (UPDATE, 4, 5, 1, 9, RW, 0),
     (UNMAP, 4, 5, 9, 0, 1, 0), (UNMAP, 4, 0, 0, 1, 2, 0)),
    # two grants, and one mapping takes the other's place
    ((OFFER, 2, 20, 0, 0, 0, 2), (OFFER, 2, 21, 0, 1, 0, 2),
     (MAP, 4, 0, 9, 0, 2, 0x81), (REPLACE, 4, 0, 9, 0, 10, 0)),
    # one page mapped both ways; the wrong one is unmapped
    ((OFFER, 2, 20, 0, 0, 0, 2), (OFFER, 2, 20, 0, 1, 0, 2),
     (MAP, 4, 0, 9, 0, 2, 1), (MAP, 4, 0, 10, 1, 6, 1),
     (UNMAP, 4, 0, 10, 0, 0, 0), (UNMAP, 4, 0, 9, 1, 0, 0)),
    # pages of one domain in the tables of another, by the privileged one
    ((UPDATE, 0, D1 + 5, 0xd4, 9, RW, 21), (DESTROY, 0, 1, 0, 0, 0, 0),
     (DESTROY, 0, 1, 0, 0, 0, 0), (UPDATE, 2, 5, 0, 9, ABSENT, 0)),
    # what only the privileged one may, tried by another
    ((UPDATE, 2, 5, 0xd4, 9, RW, 5), (UPDATE, 2, 0xc5, 20, 9, RW, 24),
     (PIN, 2, 0xd4, 0, 0, 0, 5), (CONTENTS, 2, 0xd5, 0, 1, 0, 5)),
    # another root, and back; the first one's entries change
    ((PIN, 2, 9, 0, 2, 0, 0), (ROOT, 2, 9, 0, 0, 0, 0),
     (UPDATE, 2, 9, 10, 2, 0, 0), (ROOT, 2, 0, 0, 0, 0, 0),
     (UNPIN, 2, 9, 0, 0, 0, 0), (STORE, 2, 10, 20, 2, RW, 0)),
    # a table that is not through is written, and its validation goes on
    ((PIN, 2 | ALWAYS, 11, 0, 1, 0, 0), (UPDATE, 3, 11, 20, 9, 0, 0),
     (STORE, 3, 11, 20, 9, 0, 0), (ROOT, 2, 0, 0, 0, 0, 0),
     (UNPIN, 3, 11, 0, 0, 0, 0)),
    # descriptors: GDT and LDT, then the pages are wanted again
    ((GDT, 2, 8, 8, 1, 0, 0), (DESCRIPTOR, 2, 8, 0, 2, 0, 3),
     (VA, 2, 9, 8, 0, 0, 0), (LDT, 2, 9, 0, 0, 0, 1),
     (LDT, 2, 0, 0, 1, 0, 0), (GDT, 2, 8, 8, 0, 0, 0),
     (CONTENTS, 2, 8, 0, 1, 0, 0)),
    # a page pinned, wanted otherwise, given up, exchanged
    ((PIN, 2, 20, 0, 0, 0, 0), (RESERVE, 2, 20, 0, 0, 0, 0),
     (EXCHANGE, 2, 20, 21, 0, 0, 0), (UNPIN, 2, 20, 0, 0, 0, 0),
     (EXCHANGE, 2, 20, 21, 2, 0, 0), (RESERVE, 2, 0, 0, 2, 0, 0)),
)


def page(choose):
    return choose.choice([choose.randrange(12), choose.randrange(32),
                          choose.randrange(256)])


def step(choose):
    """Eight bytes, struct step: mostly what means something."""
    preempt = choose.choice([0, 0, 0, 8, 0x50, 8 * choose.randrange(32)])
    return bytes([
        choose.randrange(256), choose.randrange(6) | preempt,
        page(choose), page(choose),
        choose.choice([choose.randrange(8), choose.randrange(256)]),
        choose.choice([0, 2, 6, 14, choose.randrange(256)]),
        choose.choice([0, 0, choose.randrange(256)]),
        choose.choice([0, 0, choose.randrange(16)])])


def story(steps, at=None, meet=0):
    """With a lock to meet the next step at, for the step at a place."""
    return b"".join(bytes(s) + bytes([meet if n == at else 0])
                    for n, s in enumerate(steps))


def pages():
    choose = random.Random(1)
    for steps in STORIES:
        yield story(steps)
        for at in range(len(steps) - 1):
            yield story(steps, at, 1 + at % 3)
    for _ in range(40):
        yield b"".join(step(choose) for _ in range(160))


def pages64():
    """Any bytes are steps of the 64-bit guest."""
    choose = random.Random(64)
    for _ in range(40):
        yield choose.randbytes(1280)
