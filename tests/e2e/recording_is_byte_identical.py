#!/usr/bin/env python3
"""On loopback a recording of one rendition holds exactly the packets of the library's file."""

import subprocess

from harness import check_counts, expect, main


def packets(file, stream):
    """Size and MD5 of each packet's data, in order."""
    listing = subprocess.run(["ffmpeg", "-v", "error", "-i", str(file), "-map", f"0:{stream}:0", "-c", "copy", "-f", "framemd5", "-"],
                             check=True, capture_output=True, text=True).stdout
    return [tuple(line.split(",")[-2:]) for line in listing.splitlines() if line and not line.startswith("#")]


def test(world):
    world.clip(seconds=5)
    _, port, fingerprint = world.serve()
    recording = world.folder / "out.mkv"
    _, stats = world.play(port, "clip", "--rendition", "720p", "--record", recording, "--trust", fingerprint)
    check_counts(stats)
    expect(stats["framesDecoded"] == 120, f"120 frames were expected: {stats}")
    expect(stats["renditionSwitches"] == [], f"a fixed rendition was switched: {stats['renditionSwitches']}")
    for stream in ("v", "a"):
        sent = packets(world.library / "clip_720p.mp4", stream)
        got = packets(recording, stream)
        expect(len(sent) > 100, f"{len(sent)} packets in the library")
        # A recording begins with the first picture: the sound that primes an AAC decoder before it is left out.
        primed = sent[1:] if stream == "a" and len(got) == len(sent) - 1 else sent
        expect(got == primed, f"stream {stream}: {len(got)} packets recorded, {len(sent)} in the library; first difference at "
                              f"{next((i for i, (a, b) in enumerate(zip(got, primed)) if a != b), 'the end')}")


main(__doc__, test)
