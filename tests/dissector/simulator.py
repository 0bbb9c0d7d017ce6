"""Runs avocet-sim and finds what it leaves."""

import json
import os
import subprocess

from captures import packets_of


def simulate(bin_dir, scenario, folder, *settings, seed=1, capture="all"):
    """One run; the folder with its captures, keys and truth, readable for everybody."""
    folder.mkdir(parents=True)
    sets = [word for setting in settings for word in ("--set", setting)]
    subprocess.run([bin_dir / "avocet-sim", "run", scenario, *sets, "--seed", str(seed), "--capture", capture, "--out", folder],
                   check=True, capture_output=True, timeout=300)
    for file in folder.iterdir():
        os.chmod(file, 0o644)
    os.chmod(folder, 0o755)
    return folder


def truth_of(folder):
    return json.loads((folder / "truth.json").read_text())


def datagrams_of(capture, server_port=4747):
    """(time, whether the client sent it, UDP payload) of each packet."""
    out = []
    for at, packet in packets_of(capture):
        header = (packet[0] & 15) * 4
        to = int.from_bytes(packet[header + 2:header + 4], "big")
        out.append((at, to == server_port, packet[header + 8:]))
    return out
