#!/usr/bin/env python3
"""SIGTERM: viewers are told to come back, the server ends well and in time; a second signal does not wait."""

import pathlib
import signal
import subprocess
import time

from harness import expect, main


def watch(world, port, fingerprint, name):
    command = world.command("avocet-client", "play", f"avocet://127.0.0.1:{port}/clip", "--no-window", "--no-decode", "--user",
                            name, "--trust", fingerprint, "--state", world.folder / name)
    process = subprocess.Popen(command, env=world.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    world.processes.append(process)
    return process


def wait_for_play(server, count):
    end = time.monotonic() + 30
    while pathlib.Path(server.log).read_text().count(" plays ") < count:
        expect(time.monotonic() < end, pathlib.Path(server.log).read_text())
        time.sleep(0.1)


def test(world):
    world.clip(seconds=20)
    server, port, fingerprint = world.serve("--threads", 2)
    viewers = [watch(world, port, fingerprint, f"viewer{i}") for i in range(4)]
    wait_for_play(server, 4)
    asked = time.monotonic()
    code = world.stop(server, seconds=8)
    took = time.monotonic() - asked
    text = pathlib.Path(server.log).read_text()
    expect(code == 0, f"the server ended with {code}: {text}")
    expect(took < 4.5, f"it took {took:.1f} s: {text}")
    expect(text.count("left: the server is stopping") == 4, f"not all were seen off: {text}")
    for viewer in viewers:
        viewer.kill()
        viewer.wait()

    # Somebody who does not answer any more is waited for as long as it was said, unless a second signal comes.
    server, port, fingerprint = world.serve("--threads", 2, "--drain", 30)
    viewer = watch(world, port, fingerprint, "viewer0")
    wait_for_play(server, 1)
    viewer.send_signal(signal.SIGSTOP)
    server.send_signal(signal.SIGTERM)
    time.sleep(1.5)
    expect(server.poll() is None, f"it did not wait: {pathlib.Path(server.log).read_text()}")
    expect(world.stop(server, seconds=3) == -signal.SIGTERM, "the second signal was not obeyed")
    viewer.kill()


main(__doc__, test)
