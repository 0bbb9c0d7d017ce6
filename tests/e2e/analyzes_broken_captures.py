#!/usr/bin/env python3
"""Captures that are cut, damaged, empty, of another kind, or with the wrong keys: a clear message, or a report that says so."""

import argparse
import json
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path


def analyze(programs, *arguments, stdin=None):
    done = subprocess.run([programs / "avocet-analyze", *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          check=False, stdin=stdin)
    if done.returncode not in (0, 1, 2):
        sys.exit(f"avocet-analyze {arguments}: ended with {done.returncode}\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done


def as_pcap(pcapng, target, link=101, nano=True, wrap=bytes):
    """The packets of a pcapng file of the simulator as pcap, each under another link layer."""
    data, at = pcapng.read_bytes(), 0
    out = bytearray(struct.pack("<IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 65535, link))
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 6:
            high, low, captured, _ = struct.unpack_from("<IIII", data, at + 12)
            time = high << 32 | low
            for packet in split(wrap, data[at + 28 : at + 28 + captured]):
                out += struct.pack("<IIII", time // 10**9, time % 10**9 // (1 if nano else 1000), len(packet), len(packet)) + packet
        at += length
    target.write_bytes(out)
    return target


def split(wrap, packet):
    wrapped = wrap(packet)
    return wrapped if isinstance(wrapped, list) else [wrapped]


def vlan(ip):
    return bytes(12) + struct.pack(">HHHHH", 0x88A8, 7, 0x8100, 42, 0x0800) + ip


def sll2(ip):
    return struct.pack(">HHIHBB8s", 0x0800, 0, 1, 1, 0, 6, bytes(8)) + ip


def fragments(ip):
    """In two, the later one first."""
    cut = 20 + 24
    if len(ip) <= cut:
        return [bytes(ip)]
    fragments.count += 1
    out = []
    for body, flags in ((ip[cut:], 3), (ip[20:cut], 0x2000)):
        head = bytearray(ip[:20])
        struct.pack_into(">HHH", head, 2, 20 + len(body), fragments.count & 0xFFFF, flags)
        out.append(bytes(head) + body)
    return out


fragments.count = 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the programs")
    arguments = parser.parse_args()
    programs = arguments.bin.resolve()
    if not (programs / "avocet-sim").exists():
        print("avocet-sim was not built: ns-3 is not installed")
        return 77
    wrong = []

    def expect(name, condition, done):
        print(f"{name:30} {'as it should' if condition else 'WRONG'}")
        if not condition:
            wrong.append(name)
            print(done.stdout[:1500] + done.stderr[:1500])

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        subprocess.run([programs / "avocet-sim", "run", "rfc8867-5.1", "--set", "length=6s", "--out", folder / "run"], check=True,
                       capture_output=True, timeout=120)
        good, keys = folder / "run/capture-media.viewer.pcapng", folder / "run/keys.log"
        whole = json.loads(analyze(programs, good, "--keylog", keys, "--json", "-").stdout)
        frames = whole["connections"][0]["plays"][0]["measures"]["framesShown"]

        # Damage: an error that says what, or a partial report.
        broken = folder / "broken"

        def damaged(name, content, code, *says):
            broken.write_bytes(content)
            done = analyze(programs, broken, "--keylog", keys)
            text = done.stdout + done.stderr
            expect(name, done.returncode == code and all(s in text for s in says), done)

        damaged("empty", b"", 1, "cannot read", "broken")
        damaged("random bytes", random.Random(1).randbytes(100_000), 1, "no capture in pcap or pcapng format")
        damaged("text", b"this is no capture\n" * 100, 1, "no capture in pcap or pcapng format")
        damaged("half a header", good.read_bytes()[:20], 1, "truncated")
        damaged("only a header", as_pcap(good, broken).read_bytes()[:24], 0, "No Avocet connection")
        damaged("the last packet cut", good.read_bytes()[:-40], 0, "PARTIAL", "from the server")
        damaged("a third of it", good.read_bytes()[: good.stat().st_size // 3], 0, "PARTIAL")
        lying = bytearray(as_pcap(good, broken).read_bytes())
        struct.pack_into("<I", lying, 24 + 8, 0x7FFFFFFF)
        damaged("a length that lies", bytes(lying), 1, "cannot be read")
        done = analyze(programs, as_pcap(good, broken, link=147), "--keylog", keys)
        expect("an unknown link type", done.returncode == 0 and "is of a link type" in done.stdout, done)
        done = analyze(programs, folder)
        expect("a folder", done.returncode == 1 and "is a folder" in done.stderr, done)
        done = analyze(programs, folder / "none")
        expect("no file", done.returncode == 1 and "No such file" in done.stderr, done)
        if shutil.which("editcap"):
            for seed in range(1, 6):
                subprocess.run(["editcap", "-E", "0.02", "--seed", str(seed), good, broken], check=True, capture_output=True)
                done = analyze(programs, broken, "--keylog", keys, "--html", folder / "out.html", "--csv", folder / "csv")
                expect(f"random errors, seed {seed}", done.returncode == 0 and "from the server" in done.stdout, done)

        # Keys.
        strange = folder / "keys"
        strange.write_text("CLIENT_RANDOM 00 00\n")
        done = analyze(programs, good, "--keylog", strange)
        expect("the key log of a browser", done.returncode == 1 and "no line of an Avocet key log" in done.stderr, done)
        strange.write_text("".join(line[:-8] + "00000000\n" for line in keys.read_text().splitlines()))
        done = analyze(programs, good, "--keylog", strange)
        expect("wrong keys", done.returncode == 0 and "keys open none" in done.stdout, done)

        # Other forms of the same packets tell the same.
        for name, options in (("microseconds", {"nano": False}), ("VLANs", {"link": 1, "wrap": vlan}),
                              ("cooked, version 2", {"link": 276, "wrap": sll2}), ("fragments", {"wrap": fragments})):
            file = as_pcap(good, broken, **options)
            with file.open() as stream:
                done = analyze(programs, "-", "--keylog", keys, "--json", "-", stdin=stream)
            said = json.loads(done.stdout)
            same = said["connections"] and said["connections"][0]["plays"][0]["measures"]["framesShown"] == frames
            expect(name, same, done)
        done = subprocess.run([programs / "avocet-replay", broken, "--out", "-"], capture_output=True, text=True, timeout=60,
                              check=False)
        expect("replay without keys", done.returncode == 0 and "LOWER BOUND throughout" in done.stdout, done)
        broken.write_bytes(b"")
        done = subprocess.run([programs / "avocet-replay", broken, "--out", "-"], capture_output=True, text=True, timeout=60,
                              check=False)
        expect("replay of nothing", done.returncode == 1 and "cannot read" in done.stderr, done)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
