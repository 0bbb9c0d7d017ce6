#!/usr/bin/env python3
"""A NAT gives the client another port twice in the middle of a play: one connection, every frame, at most one freeze each."""

import json

from harness import check_counts, expect, main


def test(world):
    world.clip(seconds=12)
    counts = world.folder / "server.json"
    _, port, fingerprint = world.serve("--stats", counts)
    link, line = world.link(port, "--delay", "20ms", "--rebind", "4s,8s")
    _, stats = world.play(line, "clip", "--rendition", "720p", "--latency", "300ms", "--trust", fingerprint)
    check_counts(stats)
    expect(stats["framesDecoded"] == stats["framesExpected"] >= 288, f"frames are missing: {stats}")
    expect(stats["freezeCount"] <= 2, f"it froze more than once per change: {stats}")
    log = open(link.log).read()
    expect(log.count(" now\n") == 2, f"the port did not change twice:\n{log}")
    handshakes = json.loads(counts.read_text())["handshakesCompleted"]
    expect(handshakes == 1, f"{handshakes} handshakes: it reconnected instead of moving")


main(__doc__, test)
