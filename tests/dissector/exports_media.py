#!/usr/bin/env python3
"""Media exported from a capture are what the library holds: the same pictures and the same sound, decoded by FFmpeg.

Exit status 77 means: no tshark or no ffmpeg here.
"""

import os
import pathlib
import random
import subprocess
import sys
from functools import partial

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402
from captures import packets_of, write
from recorder import Recorder  # noqa: E402
from runner import main  # noqa: E402

expect = harness.expect
# What the ladder makes of a title, and the files that come out of a capture of its play.
TITLES = [(["--codec", "h264", "--audio", "aac"], "h264", "aac"), (["--codec", "h265", "--audio", "opus"], "hevc", "opus")]


def decoded(file, kind):
    """Checksums of the decoded pictures, or of the sound; fails when FFmpeg complains."""
    output = ["-f", "framehash"] if kind == "v" else ["-f", "hash", "-ac", "1"]
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", file, "-map", f"0:{kind}:0", *output, "-"], capture_output=True, text=True,
                          check=False)
    expect(done.returncode == 0 and not done.stderr, f"ffmpeg cannot decode {file.name}: {done.stderr[-1000:]}")
    return [line.rsplit(",", 1)[-1].strip() for line in done.stdout.splitlines() if not line.startswith("#")]


def audio_packets(file):
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a:0", "-count_packets", "-show_entries", "stream=nb_read_packets",
                           "-of", "csv=p=0", file], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0])


def record(world, codecs, name):
    """A title, and the capture of a play of its smallest rendition, from which nothing is lost."""
    source = world.folder / "source.mkv"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24", "-f", "lavfi", "-i",
                    "sine=frequency=440:sample_rate=48000", "-t", "3", "-c:v", "libx264", "-c:a", "aac", source], check=True)
    world.run("avocet-server", "add", source, "--library", world.library, "--name", name, "--preset", "ultrafast", *codecs, timeout=600)
    keys = world.folder / f"{name}.keys"
    server, port, _ = world.serve("--keylog", keys)
    recorder = Recorder(port, world.folder / f"{name}.pcap")
    recorder.start()
    world.play(recorder.port, name, "--rendition", "240p", "--no-decode")
    recorder.stop()
    world.stop(server)
    os.chmod(keys, 0o644)
    return world.folder / f"{name}.pcap", keys


def export(shark, capture, keys):
    folder = shark.home.parent / capture.stem
    shark.read(capture, "-q", "--export-objects", f"avocet,{folder}", keys=keys)
    return {file.suffix[1:]: file for file in folder.iterdir()}


def check(shark, world, codecs, video, audio):
    capture, keys = record(world, codecs, f"{video}-{audio}")
    files = export(shark, capture, keys)
    expect(set(files) == {video, audio}, f"exported are {sorted(files)}")
    stored = world.library / f"{video}-{audio}_240p.mp4"
    pictures, wanted = decoded(files[video], "v"), decoded(stored, "v")
    expect(pictures == wanted and len(wanted) > 60, f"{len(pictures)} pictures, of which {len(wanted)} are those of the library")
    # Containers cut the sound at its ends differently: so the packets are counted, and decoded without complaint.
    decoded(files[audio], "a")
    packets = audio_packets(files[audio])
    expect(abs(packets - audio_packets(stored)) <= 1, f"{packets} packets of sound, {audio_packets(stored)} in the library")
    expect(packets > 100, "hardly any sound")
    again = export(shark, shuffled(capture), keys)
    for kind, file in files.items():
        expect(again[kind].read_bytes() == file.read_bytes(), f"the {kind} file is another when packets came in another order")
    return f"{len(pictures)} pictures, {packets} packets of sound"


def shuffled(capture):
    """The same packets after the handshake in another order, some early and some late."""
    source, packets = random.Random(7), packets_of(capture)
    places = sorted(range(len(packets)), key=lambda i: i if i < 30 else i + source.randrange(25))
    return write(capture.with_stem(f"{capture.stem}-shuffled"), [(packets[i][0], packets[j][1]) for i, j in enumerate(places)])


def checks(arguments, shark, _folder):
    world = harness.World(arguments.bin)
    try:
        os.chmod(world.folder, 0o755)
        for codecs, video, audio in TITLES:
            yield f"{video}-{audio}", partial(check, shark, world, codecs, video, audio)
    finally:
        world.close()


if __name__ == "__main__":
    main(__doc__, checks, tools=["tshark", "ffmpeg"])
