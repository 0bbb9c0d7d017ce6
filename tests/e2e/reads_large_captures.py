#!/usr/bin/env python3
"""The memory of avocet-analyze does not grow with the capture.

A capture of many connections and other flows is made on the fly and piped in: resident memory must stay below 64 MB, 4 KB for
each other flow and 64 KB for each connection.
"""

import argparse
import os
import resource
import struct
import subprocess
import sys
import time
from pathlib import Path

SIZE = 1200
MEBIBYTE = 1 << 20
FIRST_BYTE = 0b00100000  # of a Protected packet (specs/wire.md)


def ipv4_udp(source, target, source_port, target_port, payload):
    size = 28 + len(payload)
    return (struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 17, 0, source, target)
            + struct.pack(">HHHH", source_port, target_port, 8 + len(payload), 0) + payload)


def packets(connections, flows):
    """One packet of each, and where the packet number is in it; None for what is not ours."""
    out = []
    for i in range(connections):
        address = bytes([10, 1, i >> 8, i & 255])
        server = bytes([10, 0, 0, 1])
        for source, target, ports, identity in ((server, address, (4747, 50000), i * 2), (address, server, (50000, 4747), i * 2 + 1)):
            payload = bytes([FIRST_BYTE]) + struct.pack(">QI", 0x0102030405060000 + identity, 0) + os.urandom(SIZE - 13)
            out.append((bytearray(ipv4_udp(source, target, *ports, payload)), 28 + 9))
    for i in range(flows):
        out.append((bytearray(ipv4_udp(bytes([10, 2, i >> 8, i & 255]), bytes([10, 3, 0, 1]), 30000, 443, bytes(SIZE))), None))
    return out


def write(pipe, everything, gigabytes, seconds):
    """Round after round of all packets, evenly over the time; a hundredth of ours are lost."""
    pipe.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 101))
    rounds = int(gigabytes * 1e9 / (len(everything) * (SIZE + 44)))
    for number in range(rounds):
        now = number * seconds / rounds
        head = struct.pack("<II", int(now), int(now % 1 * 1e9))
        part = bytearray()
        for packet, place in everything:
            if place is not None:
                if (number * 7919 + place) % 100 == 0:
                    continue
                struct.pack_into(">I", packet, place, number)
            part += head + struct.pack("<II", len(packet), len(packet)) + packet
        pipe.write(part)
    pipe.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the programs")
    parser.add_argument("--gigabytes", type=float, default=0.5)
    parser.add_argument("--connections", type=int, nargs="*", default=[1, 200])
    parser.add_argument("--flows", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=1800, help="how long the capture lasts by its own clock")
    arguments = parser.parse_args()
    wrong = 0
    for connections in arguments.connections:
        everything = packets(connections, arguments.flows if connections > 1 else min(10, arguments.flows))
        flows = len(everything) - 2 * connections
        began = time.monotonic()
        process = subprocess.Popen([arguments.bin / "avocet-analyze", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        write(process.stdin, everything, arguments.gigabytes, arguments.seconds)
        out = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        if status != 0 or "from the server" not in out:
            sys.exit(f"avocet-analyze failed:\n{out[:2000]}")
        used, allowed = usage.ru_maxrss * 1024, 64 * MEBIBYTE + flows * 4096 + connections * 65536
        bad = used > allowed
        wrong += bad
        print(f"{connections:5} connections, {flows:5} flows, {arguments.gigabytes} GB in {time.monotonic() - began:.0f} s: "
              f"{used / MEBIBYTE:.1f} MiB of {allowed / MEBIBYTE:.1f}" + ("  TOO MUCH" if bad else ""), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
