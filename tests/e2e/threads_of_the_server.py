#!/usr/bin/env python3
"""Two threads of the server serve their users as one, and stop in order. Run under the thread sanitizer too."""

import json
import subprocess
import time

from harness import check_counts, expect, main, quiet_about_foreign_threads


def viewer(world, number, port, fingerprint, title, *args):
    stats = world.folder / f"viewer{number}.json"
    command = world.command("avocet-client", "play", f"avocet://127.0.0.1:{port}/{title}", "--no-window", "--no-decode", "--user",
                            f"viewer{number}", "--trust", fingerprint, "--stats", stats, "--state",
                            world.folder / f"state{number}", *args)
    process = subprocess.Popen(command, env=world.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    world.processes.append(process)
    return process, stats


def test(world):
    quiet_about_foreign_threads(world)
    world.clip("first", seconds=4)
    server_stats = world.folder / "server.json"
    server, port, fingerprint = world.serve("--threads", 2, "--stats", server_stats)

    viewers = [viewer(world, i, port, fingerprint, "first", "--rendition", rendition)
               for i, rendition in enumerate(["240p", "720p", "1440p", "auto", "240p", "720p", "auto", "auto"])]
    time.sleep(1.5)
    thief, _ = world.play(port, "first", "--user", "viewer3", "--trust", fingerprint, "--state", world.folder / "thief",
                          check=False)
    expect(thief.returncode == 1 and "viewer3" in thief.stderr + thief.stdout, f"a taken name was given again: {thief}")
    for process, stats_file in viewers:
        _, errors = process.communicate(timeout=60)
        expect(process.returncode == 0 and "ThreadSanitizer" not in errors, f"a viewer failed: {errors}")
        stats = json.loads(stats_file.read_text())
        check_counts(stats)
        expect(stats["framesDecoded"] == 96, f"96 frames were expected: {stats}")

    # The kernel chooses a thread by the client's port; with so many ports both have had their turn.
    for _ in range(20):
        world.run("avocet-client", "list", f"avocet://127.0.0.1:{port}", "--trust", fingerprint)
    expect(world.stop(server) == 0, "the server did not stop well")
    stats = json.loads(server_stats.read_text())
    shares = [thread["handshakesCompleted"] for thread in stats["threads"]]
    expect(len(shares) == 2 and min(shares) > 0, f"one thread did all the work: {shares}")
    expect(sum(shares) == stats["handshakesCompleted"] == 29, f"29 connections were expected: {stats}")
    with open(server.log) as log:
        text = log.read()
    expect("ThreadSanitizer" not in text, text)
    expect(text.count("joined") == 8, f"not all joined as one: {text}")

    _, port, _ = world.serve("--threads", 2)
    busy = world.run("avocet-server", "serve", "--library", world.library, "--threads", 2, "--listen",
                     f"127.0.0.1:{port}", check=False, timeout=30)
    expect(busy.returncode == 1 and "cannot listen" in busy.stderr, f"two servers share a port: {busy}")


main(__doc__, test)
