#!/usr/bin/env python3
"""kill -9 of the server in the middle of a play, and another start on the same port, at first without the title: the client
goes on by itself, and what it records is complete, decodes, and is what the server sent."""

import json
import signal
import subprocess
import time

from harness import check_counts, expect, main

SECONDS, RATE = 12, 24


def frames_of(file):
    out = subprocess.run(["ffmpeg", "-v", "error", "-i", str(file), "-map", "0:v", "-f", "framemd5", "-"], capture_output=True,
                         text=True)
    expect(out.returncode == 0 and not out.stderr, f"{file} does not decode: {out.stderr}")
    return [line.rsplit(",", 1)[1].strip() for line in out.stdout.splitlines() if not line.startswith("#")]


def play(world, port, fingerprint, recording, stats, *args):
    return subprocess.Popen(world.command("avocet-client", "play", f"avocet://127.0.0.1:{port}/clip", "--no-window", "--stats",
                                          stats, "--record", recording, "--trust", fingerprint, *args),
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=world.env, cwd=world.folder,
                            stdin=subprocess.DEVNULL)


def test(world):
    world.clip(seconds=SECONDS, rate=RATE)
    server, port, fingerprint = world.serve()
    recording, stats = world.folder / "out.mkv", world.folder / "play.json"
    client = play(world, port, fingerprint, recording, stats, "--rendition", "720p")
    world.processes.append(client)
    time.sleep(4.3)
    server.send_signal(signal.SIGKILL)
    server.wait()
    time.sleep(1.5)
    title, elsewhere = world.library / "clip_720p.mp4", world.folder / "elsewhere.mp4"
    title.rename(elsewhere)
    world.serve(port=port)
    time.sleep(3)
    elsewhere.rename(title)
    text, _ = client.communicate(timeout=60)
    expect(client.returncode == 0, f"the client ended with {client.returncode}:\n{text}")
    expect("asking again" in text, f"it did not wait for the title:\n{text}")
    expect("reconnecting" in text and "connected again" in text, f"it said nothing of it:\n{text}")
    counts = json.loads(stats.read_text())
    check_counts(counts)
    expect(counts["reconnections"] == 1, f"reconnections: {counts}")
    expect(counts["framesDecoded"] == SECONDS * RATE, f"frames: {counts}")
    expect(1 <= counts["freezeCount"] <= 2, f"freezes: {counts}")
    expect(frames_of(recording) == frames_of(world.library / "clip_720p.mp4"), "the recording is not the title")

    # Without the wish it is the end; and whoever serves with another key is not believed.
    server = world.processes[-1]
    stubborn = play(world, port, fingerprint, world.folder / "b.mkv", world.folder / "b.json", "--no-reconnect")
    trusting = play(world, port, fingerprint, world.folder / "c.mkv", world.folder / "c.json", "--user", "other")
    time.sleep(3)
    server.send_signal(signal.SIGKILL)
    server.wait()
    (world.folder / "state/avocet/server/server.key").unlink()
    world.serve(port=port)
    for process, word in ((stubborn, "was started anew"), (trusting, "not trusted")):
        text, _ = process.communicate(timeout=60)
        expect(process.returncode == 1 and word in text, f"expected '{word}', got {process.returncode}:\n{text}")


main(__doc__, test)
