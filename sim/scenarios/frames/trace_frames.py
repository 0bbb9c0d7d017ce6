#!/usr/bin/env python3
"""Writes down the frames of a title: their sizes, times and which are key frames, for `frames` in a scenario.

With files: of these, the renditions of one title in ascending order, such as a library of avocet-server holds them
(film_240p.mp4 film_720p.mp4 ...). Sound is taken from the first. Without: of a clip that FFmpeg makes of its own
test pictures (30 s, a calm half and a restless one, in 240p, 480p and 720p); so clip.frames was made.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

RENDITIONS = [("240p", 426, 240, 300), ("480p", 854, 480, 1000), ("720p", 1280, 720, 2500)]
CALM = "testsrc2=size=1280x720:rate=24:duration=15"
RESTLESS = "mandelbrot=size=1280x720:rate=24,trim=duration=15,noise=alls=6:allf=t"


def make_clip(folder):
    """Renditions whose key frames stand at the same instants, once a second, as avocet-server makes them."""
    for name, width, height, rate in RENDITIONS:
        yield (folder / f"clip_{name}.mp4", [
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i", CALM, "-f", "lavfi", "-i", RESTLESS,
            "-f", "lavfi", "-i", "sine=frequency=220:sample_rate=48000:duration=30",
            "-filter_complex", f"[0][1]concat,scale={width}:{height},format=yuv420p[v]", "-map", "[v]", "-map", "2:a",
            "-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-b:v", f"{rate}k", "-maxrate", f"{rate * 3 // 2}k",
            "-bufsize", f"{rate * 2}k", "-g", "24", "-sc_threshold", "0", "-flags", "+cgop",
            "-c:a", "aac", "-b:a", "64k", str(folder / f"clip_{name}.mp4")])


def probe(path, kind):
    """What FFmpeg reads in the first stream of a kind; None when there is none."""
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", f"{kind}:0", "-show_streams", "-show_packets", "-of", "json",
         str(path)], capture_output=True, text=True, check=True)
    found = json.loads(shown.stdout)
    return (found["streams"][0], found["packets"]) if found["streams"] else None


def print_track(head, packets, out):
    print(head, file=out)
    for p in packets:
        flags = "K" if "K" in p["flags"] else "D" if "D" in p["flags"][1:] else "-"
        print(p["pts"], p["dts"], p["duration"], p["size"], flags, file=out)


def rendition_of(path, stream):
    named = re.search(r"_([0-9]+p)$", path.stem)
    return named[1] if named else f"{stream['height']}p"


def print_title(files, out):
    print("# avocet frame trace: track lines, each with its frames in decode order: pts dts duration size flags", file=out)
    for path in files:
        stream, packets = probe(path, "v")
        rate = sum(int(p["size"]) for p in packets) * 8 / float(stream["duration"])
        print_track(f"track video {rendition_of(path, stream)} {stream['codec_name']} {stream['time_base']} "
                    f"{stream['width']}x{stream['height']} {rate:.0f}", packets, out)
    if sound := probe(files[0], "a"):
        stream, packets = sound
        rate = sum(int(p["size"]) for p in packets) * 8 / float(stream["duration"])
        print_track(f"track audio {stream['codec_name']} {stream['time_base']} {stream['sample_rate']}Hz "
                    f"{stream['channels']}ch {rate:.0f}", packets, out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="renditions of one title, ascending (default: a clip made here)")
    files = parser.parse_args().files
    try:
        if files:
            print_title(files, sys.stdout)
            return 0
        with tempfile.TemporaryDirectory() as folder:
            for path, command in make_clip(Path(folder)):
                subprocess.run(command, check=True)
                files.append(path)
            print_title(files, sys.stdout)
    except (subprocess.CalledProcessError, FileNotFoundError, KeyError) as error:
        print(f"trace_frames: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
