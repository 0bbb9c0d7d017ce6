#!/usr/bin/env python3
"""3 % loss and 40 ms of round trip, 150 ms of latency: at least 99.9 % of the frames are decoded, none with errors."""

from harness import check_counts, expect, main


def test(world):
    world.clip(seconds=12)
    _, port, fingerprint = world.serve()
    report = world.folder / "link.json"
    link, line = world.link(port, "--delay", "20ms", "--loss", "3%", "--seed", 7, "--stats", report)
    _, stats = world.play(line, "clip", "--rendition", "720p", "--latency", "150ms", "--trust", fingerprint)
    check_counts(stats)
    expect(stats["framesExpected"] >= 288, f"288 frames were expected: {stats}")
    expect(stats["framesDecoded"] >= 0.999 * stats["framesExpected"], f"too few frames: {stats}")
    expect(stats["packetsLost"] > 10, f"the line lost nothing? {stats}")
    expect(0.035 < stats["currentRoundTripTime"] < 0.2, f"round trip: {stats}")
    expect(world.stop(link) == 0, "avocet-link did not stop well")
    expect(report.exists(), "avocet-link wrote no report")


main(__doc__, test)
