# SPDX-License-Identifier: GPL-2.0-only
"""Which contests window-steps holds, and what is known of each."""
import collections

BOOTS = 10
TRIES = 3               # at an instruction, which some other way may leave out
WARM = 2                # rounds that may allocate what the later ones find
RECORDS = 2             # of the instructions


class Choice:
    """What the command line names."""
    def __init__(self, args):
        self.all = "--all" in args
        self.boots = 10000 if self.all else BOOTS
        self.part = (1, 1)
        if "--part" in args:
            at = args.index("--part")
            self.part = tuple(int(x) for x in args[at + 1].split("/"))
            args = args[:at] + args[at + 2:]
        self.names = [x for x in args if x != "--all"]

    def wants(self, name, number):
        if self.names:
            return name in self.names
        return number % self.part[1] == self.part[0] % self.part[1]


class Contest:
    """What is known of one, from all machines that it was held in."""
    def __init__(self, name, function, exclusive, limit):
        self.name, self.function, self.exclusive = name, function, exclusive
        self.limit, self.stops, self.left = limit, None, []
        self.held = self.passed = self.missed = self.seen = 0
        self.tries, self.ways = collections.Counter(), []
        self.rounds = self.won = 0

    def recorded(self, stops, boots):
        """The shortest way counts: others waited for a lock by chance."""
        self.ways.append(stops)
        if len(self.ways) < RECORDS and self.limit != 1:
            return
        self.stops = min(self.ways, key=len)
        rounds = max(self.limit - WARM, self.limit and 1)
        room = rounds * boots - RECORDS
        step = -(-len(self.stops) // room) if rounds else 1
        self.left = self.stops[::step][::-1]

    def miss(self, stop):
        """Its way was another one this time: to be tried again, TRIES times."""
        self.tries[stop] += 1
        if self.tries[stop] < TRIES:
            self.left.insert(0, stop)
        else:
            self.missed += 1

    def good(self):
        lost = self.missed + len(self.left)
        return (self.held and 20 * lost <= max(self.held, 20) and
                (not self.exclusive or 0 < self.won < self.rounds))

    def __str__(self):
        return (f"{self.name}: {len(self.stops or [])} instructions, held at "
                f"{self.held}, missed {self.missed}; vCPU 1 came to its end "
                f"meanwhile at {self.passed}; {self.won} of {self.rounds} "
                "rounds won by vCPU 0")
