#!/usr/bin/env python3
"""All threads of the client at once: network, decoding, sound, recording, statistics. Run under the thread sanitizer too."""

from harness import check_counts, expect, main

# Their threads hand over work by means that the sanitizer does not see, because they are not built with it.
FOREIGN = ("libavcodec", "libavutil", "libavformat", "libswscale", "libswresample", "libSDL2", "libX11", "libx264", "libgallium",
           "libpulse")


def test(world):
    suppressions = world.folder / "tsan.suppressions"
    suppressions.write_text("".join(f"race:{name}\ncalled_from_lib:{name}\n" for name in FOREIGN))
    world.env["TSAN_OPTIONS"] = f"suppressions={suppressions} halt_on_error=0 exitcode=66 ignore_noninstrumented_modules=1"
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
