#!/usr/bin/env python3
"""The window on a screen of its own (Xvfb): picture and sound together, the keys, and the end of the title."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

from harness import SKIPPED, check_counts, expect, main


class Screen:
    """An X server without hardware, and a player in it."""

    def __init__(self, world):
        self.world = world
        reader, writer = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
                                       pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        world.processes.append(self.server)
        self.env = {**world.env, "DISPLAY": ":" + os.fdopen(reader).readline().strip()}

    def play(self, port, *args):
        stats = self.world.folder / "window.json"
        stats.unlink(missing_ok=True)
        command = self.world.command("avocet-client", "play", f"avocet://127.0.0.1:{port}/clip", "--window", "--stats", stats,
                                     *args)
        process = subprocess.Popen(command, env=self.env, cwd=self.world.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
        self.world.processes.append(process)
        return process, stats

    def press(self, key):
        subprocess.run(["xdotool", "key", key], env=self.env, check=True)

    def colours(self):
        """How many different ones are on the screen: a picture has many, a black window two or three."""
        done = subprocess.run(["import", "-window", "root", "-format", "%k", "info:"], env=self.env, capture_output=True,
                              text=True, check=True)
        return int(done.stdout)


def finish(process, stats, seconds=30):
    said, _ = process.communicate(timeout=seconds)
    expect(process.returncode == 0, f"the player ended with {process.returncode}:\n{said}")
    return json.loads(pathlib.Path(stats).read_text())


def test(world):
    if any(shutil.which(tool) is None for tool in ("Xvfb", "xdotool", "import")):
        print("skipped: Xvfb, xdotool or imagemagick is not installed")
        sys.exit(SKIPPED)
    world.clip(seconds=8)
    _, port, fingerprint = world.serve()
    screen = Screen(world)

    # From beginning to end.
    process, stats_file = screen.play(port, "--trust", fingerprint)
    time.sleep(4)
    colours = screen.colours()
    stats = finish(process, stats_file)
    check_counts(stats)
    expect(colours > 200, f"no picture on the screen: {colours} colours")
    expect(stats["endReason"] == "the end of the title", stats["endReason"])
    expect(stats["framesRendered"] + stats["framesNotRendered"] == stats["framesDecoded"],
           f"pictures were neither shown nor skipped: {stats}")
    expect(stats["framesRendered"] >= 0.9 * stats["framesDecoded"], f"few were shown in time: {stats}")
    expect(stats["audio"]["played"] and stats["avSyncOffset"] is not None, f"no sound: {stats}")
    expect(stats["avSyncOffset"] < 0.045, f"picture and sound are apart: {stats['avSyncOffset']} s")

    # A pause makes it longer, a seek shorter; q ends it.
    process, stats_file = screen.play(port, "--trust", fingerprint)
    time.sleep(2)
    screen.press("space")
    time.sleep(1.2)
    before = json.loads(stats_file.read_text())["position"]
    time.sleep(1.2)
    after = json.loads(stats_file.read_text())["position"]
    expect(abs(after - before) < 0.05, f"it went on from {before} to {after} while paused")
    screen.press("space")
    screen.press("Right")
    screen.press("i")
    screen.press("m")
    time.sleep(1.5)
    screen.press("q")
    stats = finish(process, stats_file, 5)
    check_counts(stats)
    expect(stats["endReason"] == "stopped", stats["endReason"])
    expect(stats["position"] > before + 3, f"the seek went from {before} to {stats['position']}")

    # No sound card.
    screen.env["SDL_AUDIODRIVER"] = "alsa"
    screen.env["ALSA_CONFIG_PATH"] = "/dev/null"
    process, stats_file = screen.play(port, "--trust", fingerprint, "--for", "2s")
    stats = finish(process, stats_file)
    expect(not stats["audio"]["played"] and stats["framesRendered"] > 30, f"without a sound card: {stats}")


main(__doc__, test)
