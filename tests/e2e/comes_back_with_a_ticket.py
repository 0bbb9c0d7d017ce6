#!/usr/bin/env python3
"""A second play of a title uses the tickets of the first: it is whole, begins a round trip earlier, and each ticket serves once."""

from harness import check_counts, expect, main

ROUND_TRIP = 0.2


def test(world):
    world.clip(seconds=4)
    _, port, fingerprint = world.serve()
    _, line = world.link(port, "--delay", "100ms", "--seed", 7)
    seen = []
    for _ in range(3):
        _, stats = world.play(line, "clip", "--rendition", "240p", "--latency", "150ms", "--trust", fingerprint)
        check_counts(stats)
        expect(stats["framesDecoded"] == stats["framesExpected"] == 96, f"96 frames were expected: {stats}")
        tickets = sorted((world.folder / "state").rglob("tickets/*"))
        expect(len(tickets) == 2, f"one ticket for the server and one for the title: {tickets}")
        expect(all(t.stat().st_mode & 0o077 == 0 for t in tickets), "tickets are for their owner only")
        seen.append((stats, {t.name: t.read_bytes() for t in tickets}))
    for before, after in zip(seen, seen[1:]):
        expect(not set(before[1].values()) & set(after[1].values()), "a ticket was kept after its use")
    first, *others = (stats["timeToFirstFrame"] for stats, _ in seen)
    for other in others:
        expect(other < first - 0.7 * ROUND_TRIP, f"first frame after {first} s, and {other} s with a ticket")


main(__doc__, test)
