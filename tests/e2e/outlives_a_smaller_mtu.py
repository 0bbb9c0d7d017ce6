#!/usr/bin/env python3
"""The MTU falls from 9000 to 1300 bytes in the middle of a play: what is too large no longer leaves, and nothing is missing."""

import json
import subprocess
import threading

from harness import check_counts, expect, in_a_network_of_its_own, main


def set_mtu(size):
    subprocess.run(["ip", "link", "set", "lo", "mtu", str(size)], check=True)


def test(world):
    world.clip(seconds=10)
    set_mtu(9000)
    counts = world.folder / "server.json"
    _, port, fingerprint = world.serve("--stats", counts)
    seen = []

    def note_and(size=None):
        seen.append(json.loads(counts.read_text())["sessions"][0]["datagramSize"])
        if size:
            set_mtu(size)

    timers = [threading.Timer(4, note_and, [1300]), threading.Timer(9, note_and)]
    for timer in timers:
        timer.start()
    done, stats = world.play(port, "clip", "--rendition", "720p", "--latency", "500ms", "--trust", fingerprint)
    for timer in timers:
        timer.join()
    before, after = seen
    check_counts(stats)
    expect(before > 1272 >= after, f"datagrams of {before} bytes before, of {after} after")
    expect(stats["framesDecoded"] == stats["framesExpected"] == 240, f"frames are missing: {stats}\n{done.stderr}")
    expect(stats["freezeCount"] <= 1, f"it froze more than once: {stats}")


in_a_network_of_its_own()
main(__doc__, test)
