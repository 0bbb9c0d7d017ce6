#!/usr/bin/env python3
"""The memory of avocet-analyze does not grow with the capture, with keys either.

One simulated play, with losses and repair, is sealed again under other keys for each of many viewers, who come one after another
and watch side by side; the capture is piped in as it is made. Resident memory must stay below 64 MB and 64 KB for each
connection, and what every viewer saw must be what the one saw. `--connections 400` makes a capture of some 4 GB.
"""

import argparse
import heapq
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

for room in ("dissector", "corpus"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / room))
from scenario import scenario  # noqa: E402
from sealing import HEADER, PacketKey  # noqa: E402
from session import Session  # noqa: E402

from programs import run  # noqa: E402

MEBIBYTE = 1 << 20
LENGTH = 30  # s
APART = 0.5  # s, between one viewer and the next


def play(programs, folder):
    """[(ns, from the client, first byte, number, frames)] of the Protected packets that the viewer sent and received."""
    (folder / "play.toml").write_text(scenario(length=LENGTH, link={"loss": "1%"}))
    run(programs / "avocet-sim", "run", folder / "play.toml", "--out", folder / "run", "--capture", "media.viewer")
    session = Session(folder / "run/capture-media.viewer.pcapng", folder / "run/keys.log")
    start = session.packets[0].at
    packets = (session.packets[i] for i in session.sealed())
    return [(p.at - start, p.from_client, p.bytes[0], p.number, session.frames(p)) for p in packets]


def viewer(packets, number, keys):
    """The same play of another one, and his keys to the log: (ns, record of the capture)."""
    random, secrets = os.urandom(32).hex(), [os.urandom(48), os.urandom(48)]
    ids = [number << 8 | 1, number << 8 | 2]  # that the server and the viewer send to
    ends = [(bytes([10, 1, number >> 8, number & 255]), 50_000), (bytes([10, 0, 0, 1]), 4747)]
    for side, secret in zip(("CLIENT", "SERVER"), secrets):
        keys.write(f"AVOCET_{side}_TRAFFIC_SECRET_0 {random} {secret.hex()}\n")
    keys.writelines(f"AVOCET_CONNECTION_ID {random} {i:016x}\n" for i in ids)
    sealers = [PacketKey(secret) for secret in secrets]

    def records():
        for ns, from_client, first, packet, frames in packets:
            side = 0 if from_client else 1
            (source, source_port), (target, target_port) = ends[side], ends[1 - side]
            payload = sealers[side].seal(packet, HEADER.pack(first, ids[1 - side], packet), frames)
            size = 28 + len(payload)
            at = ns + int(number * APART * 1e9)
            yield at, (struct.pack("<IIII", at // 10**9, at % 10**9, size, size)
                       + struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 17, 0, source, target)
                       + struct.pack(">HHHH", source_port, target_port, size - 20, 0) + payload)
    return records()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the programs")
    parser.add_argument("--connections", type=int, default=8)
    arguments = parser.parse_args()
    if not (arguments.bin / "avocet-sim").exists():
        print("avocet-sim was not built: ns-3 is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        packets, log = play(arguments.bin, folder), folder / "keys.log"
        with log.open("w") as keys:
            viewers = [viewer(packets, number, keys) for number in range(arguments.connections)]
        process = subprocess.Popen([arguments.bin / "avocet-analyze", "-", "--keylog", log, "--json", "-"], stdin=subprocess.PIPE,
                                   stdout=(folder / "said.json").open("w"))
        size = process.stdin.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 101))
        for _, record in heapq.merge(*viewers, key=lambda one: one[0]):
            size += process.stdin.write(record)
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        if status != 0:
            sys.exit("avocet-analyze failed")
        said = json.loads((folder / "said.json").read_text())
    saw = {tuple(c["plays"][0]["measures"].get(name) for name in ("framesShown", "framesLost", "freezeCount")) for c in said["connections"]}
    count, used, allowed = len(said["connections"]), usage.ru_maxrss * 1024, 64 * MEBIBYTE + arguments.connections * 65536
    wrong = [] if count == arguments.connections else [f"{count} connections"]
    wrong += ["not all saw the same"] if len(saw) != 1 or None in next(iter(saw)) else []
    wrong += ["TOO MUCH MEMORY"] if used > allowed else []
    seconds = usage.ru_utime + usage.ru_stime
    print(f"{count} connections, {size / 1e9:.2f} GB, {count * len(packets)} packets, opened at {count * len(packets) / seconds / 1e6:.2f} "
          f"million/s: {used / MEBIBYTE:.1f} MiB of {allowed / MEBIBYTE:.1f}; shown, lost, freezes: {sorted(saw)} {', '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
