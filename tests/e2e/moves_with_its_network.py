#!/usr/bin/env python3
"""The client's address goes away in the middle of a play and it has another: one connection, every frame, at most one freeze."""

import json
import subprocess
import threading

from harness import check_counts, expect, in_a_network_of_its_own, main


def leave_from(address):
    """What goes to 127.0.0.1 from now on leaves from `address`, if the sender does not say otherwise."""
    subprocess.run(["ip", "route", "replace", "local", "127.0.0.1", "dev", "lo", "table", "local", "proto", "kernel",
                    "scope", "host", "src", address], check=True)


def lose(address):
    subprocess.run(["ip", "route", "add", "blackhole", f"{address}/32", "table", "local"], check=True)


def test(world):
    world.clip(seconds=8)
    counts = world.folder / "server.json"
    _, port, fingerprint = world.serve("--stats", counts)
    leave_from("127.0.0.5")

    def move():
        lose("127.0.0.5")
        leave_from("127.0.0.6")

    moving = threading.Timer(4, move)
    moving.start()
    done, stats = world.play(port, "clip", "--rendition", "720p", "--latency", "500ms", "--trust", fingerprint)
    moving.join()
    check_counts(stats)
    expect("going on from 127.0.0.6:" in done.stderr, f"it did not move:\n{done.stderr}")
    expect(stats["framesDecoded"] == stats["framesExpected"] == 192, f"frames are missing: {stats}")
    expect(stats["freezeCount"] <= 1, f"it froze more than once: {stats}")
    handshakes = json.loads(counts.read_text())["handshakesCompleted"]
    expect(handshakes == 1, f"{handshakes} handshakes: it reconnected instead of moving")


in_a_network_of_its_own()
main(__doc__, test)
