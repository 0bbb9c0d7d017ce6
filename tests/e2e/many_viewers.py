#!/usr/bin/env python3
"""Several viewers of several titles at once, each with a rendition of its own; the same name is not given twice."""

import json
import subprocess
import time

from harness import check_counts, expect, main


def test(world):
    world.clip("first", seconds=4)
    world.clip("second", seconds=4, size="360x640", audio=False)
    server, port, fingerprint = world.serve("--stats", world.folder / "server.json")
    plays = []
    for i, (title, rendition) in enumerate([("first", "240p"), ("first", "720p"), ("second", "1440p"), ("second", "240p"),
                                            ("first", "auto"), ("second", "auto")]):
        stats = world.folder / f"viewer{i}.json"
        command = world.command("avocet-client", "play", f"avocet://127.0.0.1:{port}/{title}", "--rendition", rendition,
                                "--no-window", "--no-decode", "--user", f"viewer{i}", "--trust", fingerprint, "--stats", stats,
                                "--state", world.folder / f"state{i}")
        process = subprocess.Popen(command, env=world.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        world.processes.append(process)
        plays.append((process, stats))
    for process, stats_file in plays:
        _, errors = process.communicate(timeout=60)
        expect(process.returncode == 0, f"a viewer failed: {errors}")
        stats = json.loads(stats_file.read_text())
        check_counts(stats)
        expect(stats["framesDecoded"] == 96, f"96 frames were expected: {stats}")

    holder = subprocess.Popen(world.command("avocet-client", "play", f"avocet://127.0.0.1:{port}/first", "--no-window", "--user",
                                            "ada", "--trust", fingerprint, "--state", world.folder / "one"),
                              env=world.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    world.processes.append(holder)
    time.sleep(1.5)
    thief, _ = world.play(port, "first", "--user", "ada", "--trust", fingerprint, "--state", world.folder / "two", check=False)
    expect(thief.returncode == 1 and "ada" in thief.stderr + thief.stdout, f"a taken name was given again: {thief}")
    expect(holder.wait(30) == 0, "who held the name was disturbed")
    expect(world.stop(server) == 0, "the server did not stop well")


main(__doc__, test)
