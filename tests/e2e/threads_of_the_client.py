#!/usr/bin/env python3
"""All threads of the client at once: network, decoding, sound, recording, statistics. Run under the thread sanitizer too."""

from harness import check_counts, expect, main, quiet_about_foreign_threads


def test(world):
    quiet_about_foreign_threads(world)
    world.clip(seconds=5)
    _, port, fingerprint = world.serve()
    _, line = world.link(port, "--delay", "10ms", "--loss", "1%", "--rate", "4mbit@0s,1mbit@3s", "--seed", 3)
    recording = world.folder / "out.mkv"
    done, stats = world.play(line, "clip", "--record", recording, "--trust", fingerprint, "--cap", "720p")
    expect("ThreadSanitizer" not in done.stderr, done.stderr)
    check_counts(stats)
    expect(stats["framesDecoded"] == 120, f"120 frames were expected: {stats}")
    expect(recording.stat().st_size > 50_000, "the recording is too short")


main(__doc__, test)
