#!/usr/bin/env python3
"""The Wireshark plugin reads packets that no sender would send: without a crash, a hang, or a word of Wireshark's that it
is at fault. Sessions of the simulator are changed at random, most packets sealed again so that what is inside is read too.

Build the plugin with the sanitizers and say --asan: then reads and writes outside of buffers are found as well.
Exit status 77 means: no tshark or no avocet-sim here.
"""

import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

from captures import Pcap
from mutations import Mutator, snapped
from sealing import packet_keys
from shark import Shark
from simulator import datagrams_of, simulate

SKIPPED = 77
SCENARIOS = [("disorder", "length=3s"), ("vod-bursty-loss", "length=4s"), ("quic-rebind-port", "length=3s"), ("vod-steps", "length=14s")]
CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 4747)
STATISTICS = ["-z", "avocet,tree", "-z", "avocet_media,tree", "-z", "expert", "-z", "follow,avocet,hex,0"]
# One of these for each file: all lines, all lines on a second pass, statistics, all lines of all protocols, export.
LINES = ["-V", "-O", "avocet"]
VIEWS = [LINES, ["-2", *LINES], LINES, ["-q", *STATISTICS], ["-2", *LINES], ["-2", "-T", "pdml"], []]
FAULTS = (b"AddressSanitizer", b"runtime error", b"Dissector bug", b"Malformed Packet: Avocet", b"ERROR:", b"** (")


def record(bin_dir, folder):
    """Packets of some sessions, one after another, and one key log for all."""
    packets, keys = [], folder / "keys.log"
    for seed, (scenario, setting) in enumerate(SCENARIOS, start=1):
        run = simulate(bin_dir, scenario, folder / scenario, setting, seed=seed)
        capture = min(run.glob("capture-*.viewer.pcapng"))
        packets += [(from_client, datagram) for _, from_client, datagram in datagrams_of(capture)]
        with keys.open("a") as out:
            out.write((run / "keys.log").read_text())
    os.chmod(keys, 0o644)
    return packets, keys


def write_round(path, mutator, source):
    """The sessions, changed; returns how many packets that is."""
    pcap, at = Pcap(path), 10**9
    for from_client, datagram in mutator.datagrams():
        at = max(0, at + source.choice((100_000, 1_000_000, 10_000_000, -1_000_000)))
        ends = (CLIENT, SERVER) if from_client else (SERVER, CLIENT)
        pcap.add(at, *ends, datagram, snap=snapped(source, datagram))
    pcap.close()
    return pcap.packets


def faults(shark, capture, keys, view, environment, export):
    """What went wrong when tshark showed the file, empty when nothing did."""
    command = [*shark.as_user, "tshark", "-r", capture, "-o", f"avocet.keylog_file:{keys}", *view]
    if not view:
        command += ["-q", "--export-objects", f"avocet,{export}"]
    try:
        done = subprocess.run(command, capture_output=True, env={**shark.env, **environment}, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        return "it hangs"
    text = done.stdout + done.stderr
    for fault in FAULTS:
        if fault in text:
            at = text.index(fault)
            return text[max(0, at - 300):at + 3000].decode(errors="replace")
    return f"exit {done.returncode}: {done.stderr[-1000:].decode(errors='replace')}" if done.returncode else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=pathlib.Path, help="folder of avocet-sim")
    parser.add_argument("--plugin", required=True, help="avocet.so")
    parser.add_argument("--packets", type=int, default=30_000, help="at least so many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--asan", action="store_true", help="the plugin is built with g++'s address sanitizer")
    parser.add_argument("--keep", type=pathlib.Path, help="copy files with which something went wrong to this folder")
    arguments = parser.parse_args()
    if not shutil.which("tshark") or not (arguments.bin / "avocet-sim").is_file():
        print("skipped: tshark or avocet-sim is not here")
        return SKIPPED
    environment = {"WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple"}
    if arguments.asan:
        libraries = [subprocess.run(["g++", f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
                     for name in ("libasan.so", "libubsan.so")]
        environment |= {"LD_PRELOAD": " ".join(libraries), "ASAN_OPTIONS": "detect_leaks=0,detect_odr_violation=0"}
    read = failed = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="avocet-fuzz-") as name:
        folder = pathlib.Path(name)
        os.chmod(folder, 0o755)
        shark = Shark(folder / "shark", arguments.plugin)
        packets, keys = record(arguments.bin, folder)
        seed = arguments.seed
        while read < arguments.packets:
            source = random.Random(seed)
            fuzzed = folder / f"fuzzed-{seed}.pcap"
            count = write_round(fuzzed, Mutator(packets, *packet_keys(keys.read_text()), seed), source)
            found = faults(shark, fuzzed, keys, source.choice(VIEWS), environment, folder / "shark/export")
            read += count
            if found:
                failed += 1
                print(f"FAILED  --seed {seed}: {found}", flush=True)
                if arguments.keep:
                    shutil.copy(fuzzed, arguments.keep), shutil.copy(keys, arguments.keep / f"fuzzed-{seed}.keys")
            fuzzed.unlink()
            shutil.rmtree(folder / "shark/export", ignore_errors=True)
            print(f"{read} packets, {read / (time.monotonic() - began):.0f}/s, seed {seed}", flush=True)
            seed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
