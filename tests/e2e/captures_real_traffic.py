#!/usr/bin/env python3
"""Real plays on loopback, captured by tcpdump at both ends of a bad line and live, are told of as they were.

Needs tcpdump, and root, for a network namespace in which to capture.
"""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import time

from harness import expect, in_a_network_of_its_own, main, skip


def tcpdump(world, name, expression, *options):
    file = world.folder / name
    process = subprocess.Popen(["tcpdump", "-U", "-B", "65536", "-Z", "root", "-s", "0", "-w", file, *options, *expression.split()], cwd=world.folder,
                               stderr=subprocess.PIPE, text=True)
    world.processes.append(process)
    process.stderr.readline()  # "listening on ..."
    return process, file


def full_sockets():
    """Datagrams that the kernel dropped in this network because a program was too slow."""
    names, values = [line.split() for line in open("/proc/net/snmp") if line.startswith("Udp:")]
    return int(dict(zip(names, values))["RcvbufErrors"])


def analyze(world, *arguments):
    return json.loads(world.run("avocet-analyze", *arguments, "--json", "-").stdout)


def down(said):
    """The direction from the server of the connection with the most of it."""
    connection = max(said["connections"], key=lambda c: c["fromServer"]["measures"].get("bytes", 0))
    return connection, connection["fromServer"]


def both_ends(world, port, fingerprint):
    report = world.folder / "link.json"
    link, line = world.link(port, "--delay", "20ms", "--loss", "3%", "--seed", 7, "--stats", report)
    captures = [tcpdump(world, "server.pcap", f"udp port {port}", "-i", "lo"),
                tcpdump(world, "viewer.pcap", f"udp port {line}", "-i", "any", "--time-stamp-precision=nano")]
    _, stats = world.play(line, "clip", "--trust", fingerprint, "--keylog", world.folder / "keys")
    world.stop(link)
    time.sleep(1)
    for process, _ in captures:
        process.send_signal(signal.SIGINT)
        _, summary = process.communicate(timeout=10)
        if "\n0 packets dropped by kernel" not in summary:
            skip(f"this machine is too slow to capture: {summary}")
    files = [file for _, file in captures]
    said = analyze(world, *files, "--keylog", world.folder / "keys", "--port", port, "--port", line)
    connection, way = down(said)
    journey = way["journey"]["measures"]
    expect(said["between"]["server"] == str(files[0]), f"the ends were mistaken: {said['between']}")
    expect(connection["opened"] and connection["measures"]["packetsNotOpened"] == 0, f"not all opened: {connection['measures']}")
    expect(journey["packetsMissed"] == 0 and journey["packetsLostBefore"] == 0, f"nothing was lost there: {journey}")
    expect(0.015 < journey["lossRatioBetween"] < 0.05, f"3 % were lost: {journey}")
    expect(0.018 < journey["oneWayDelayP50"] < 0.04, f"the line takes 20 ms: {journey}")
    # Those that nothing came behind cannot be seen, and handshakes have numbers of their own.
    lost = sum(d["journey"]["measures"]["packetsLostBetween"] for d in (connection["fromServer"], connection["fromClient"]))
    dropped = json.loads(report.read_text())["totals"]["dropped"]
    total = sum(cause["datagrams"] for cause in dropped.values())
    if full_sockets() == 0:  # else the kernel dropped some between
        expect(total - 5 <= lost <= total, f"the line dropped {dropped}, the captures tell {lost}")
    play = connection["plays"][0]["measures"]
    expect(abs(play["framesShown"] - stats["framesDecoded"]) <= 3, f"frames: {play} against {stats}")
    print(f"both ends: {lost:.0f} lost between, {journey['oneWayDelayP50'] * 1e3:.1f} ms one way, "
          f"{play['framesShown']:.0f} of {stats['framesDecoded']} frames")
    return files[1]


def live(world, port, fingerprint):
    """On a terminal, so that there is a dashboard; ended by Ctrl-C."""
    keys, out = world.folder / "live.keys", world.folder / "live.json"
    ours, theirs = pty.openpty()
    watcher = subprocess.Popen(world.command("avocet-analyze", "--live", "lo", "--keylog", keys, "--port", port, "--json", out),
                               stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=world.env)
    world.processes.append(watcher)
    os.close(theirs)
    time.sleep(1)
    player = subprocess.Popen(world.command("avocet-client", "play", f"avocet://127.0.0.1:{port}/clip", "--no-window", "--trust",
                                            fingerprint, "--keylog", keys), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=world.env)
    world.processes.append(player)
    shown, interrupted, end = "", False, time.monotonic() + 60
    while time.monotonic() < end:
        if player.poll() is not None and not interrupted:
            time.sleep(1)
            watcher.send_signal(signal.SIGINT)
            interrupted = True
        if not select.select([ours], [], [], 0.5)[0]:
            continue
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part.decode(errors="replace")
    expect(watcher.wait(10) == 0, f"avocet-analyze --live ended badly:\n{shown[-2000:]}")
    screens, report = shown.rsplit("\x1b[?1049l", 1)
    expect("from the server" in screens and "clip: " in screens, f"nothing was shown of the play:\n{screens[-2000:]}")
    expect("from the server" in report, f"there was no report:\n{report}")
    connection, way = down(json.loads(out.read_text()))
    play = connection["plays"][0]["measures"]
    expect(way["measures"]["packetsLost"] == 0 and play["framesShown"] > 90, f"live: {play}, {way['measures']}")
    print(f"live: {play['framesShown']:.0f} frames, {screens.count('Ctrl-C')} screens")


def without_rights(world):
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return
    done = subprocess.run(["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", *world.command("avocet-analyze", "--live", "lo",
                           "--seconds", "1")], capture_output=True, text=True, env=world.env, timeout=30)
    expect(done.returncode == 1 and "no right to capture" in done.stderr, f"without rights: {done.returncode} {done.stderr}")


def test(world):
    if shutil.which("tcpdump") is None:
        skip("tcpdump is not installed")
    world.clip(seconds=4)
    _, port, fingerprint = world.serve()
    both_ends(world, port, fingerprint)
    live(world, port, fingerprint)
    without_rights(world)


if __name__ == "__main__":
    in_a_network_of_its_own(by_root=True)
    main(__doc__, test)
