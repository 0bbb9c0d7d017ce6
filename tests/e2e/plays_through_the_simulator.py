#!/usr/bin/env python3
"""Real server and client on the two sides of a simulated network that loses 3 %: every frame arrives."""

import json
import os
import signal
import sys

from harness import SKIPPED, check_counts, expect, main


def test(world):
    if not (world.bin / "avocet-sim").exists():
        print("skipped: avocet-sim was not built (ns-3 is missing)")
        sys.exit(SKIPPED)
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
        print("skipped: a bridge needs root and tap devices (/dev/net/tun)")
        sys.exit(SKIPPED)
    world.clip(seconds=8)
    bridge, _ = world.start("avocet-sim", "bridge", "rfc8867-5.1", "--set", "loss=3%", "--set", "scale=10", ready="ip netns exec.*play")
    try:
        _, found = world.start("avocet-server", "serve", "--library", world.library, "--listen", "10.64.0.1:4747",
                               ready="SHA-256: ([0-9a-f]{64})", inside="avocet-server")
        stats = world.folder / "play.json"
        world.run("avocet-client", "play", "avocet://10.64.0.1/clip", "--no-window", "--rendition", "720p", "--latency", "500ms",
                  "--trust", found[1], "--stats", stats, inside="avocet-client")
        seen = json.loads(stats.read_text())
        check_counts(seen)
        expect(seen["framesDecoded"] == seen["framesExpected"] == 192, f"frames are missing: {seen}")
        expect(seen["freezeCount"] == 0, f"it froze: {seen}")
        expect(seen["packetsLost"] >= 5, f"hardly anything was lost: {seen}")
    finally:
        bridge.send_signal(signal.SIGINT)  # or its namespaces stay behind
        bridge.wait(5)
    expect(bridge.returncode == 0, f"the bridge ended with {bridge.returncode}:\n{open(bridge.log).read()}")
    expect(not os.path.exists("/run/netns/avocet-server"), "a network namespace was left behind")


main(__doc__, test)
