#!/usr/bin/env python3
"""The Wireshark plugin reads packets that no sender would send: without a crash, a hang, or a word of Wireshark's that it
is at fault. Sessions of the simulator are changed at random, most packets sealed again so that what is inside is read too.

Build the plugin with the sanitizers and say --asan: then reads and writes outside of buffers are found as well.
Exit status 77 means: no tshark or no avocet-sim here.
"""

import math
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from functools import partial

from captures import Pcap
from mutations import Mutator, snapped
from runner import main
from sealing import packet_keys
from simulator import datagrams_of, simulate

SCENARIOS = [("disorder", "length=3s"), ("vod-bursty-loss", "length=4s"), ("quic-rebind-port", "length=3s"), ("vod-steps", "length=14s")]
CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 4747)
STATISTICS = ["-z", "avocet,tree", "-z", "avocet_media,tree", "-z", "expert", "-z", "follow,avocet,hex,0"]
# One of these for each file: all lines, all lines on a second pass, statistics, all lines of all protocols, export.
LINES = ["-V", "-O", "avocet"]
VIEWS = [LINES, ["-2", *LINES], LINES, ["-q", *STATISTICS], ["-2", *LINES], ["-2", "-T", "pdml"], []]
LONGEST = 300  # s of the processor, for one file
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


def bound_time():
    """By the processor's time: others may keep it busy."""
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST + 1))


def faults(shark, capture, keys, view, environment):
    """What went wrong when tshark showed the file, empty when nothing did."""
    command = [*shark.as_user, "tshark", "-r", capture, "-o", f"avocet.keylog_file:{keys}", *view]
    if not view:
        command += ["-q", "--export-objects", f"avocet,{shark.home.parent / 'export'}"]
    done = subprocess.run(command, capture_output=True, env={**shark.env, **environment}, check=False, preexec_fn=bound_time)
    if done.returncode == -signal.SIGXCPU:
        return "it hangs"
    text = done.stdout + done.stderr
    for fault in FAULTS:
        if fault in text:
            at = text.index(fault)
            return text[max(0, at - 300):at + 3000].decode(errors="replace")
    return f"exit {done.returncode}: {done.stderr[-1000:].decode(errors='replace')}" if done.returncode else ""


class Rounds:
    """Files of fuzzed packets, one for each seed."""

    def __init__(self, arguments, shark, folder):
        self.shark, self.folder, self.keep = shark, folder, arguments.keep
        self.packets, self.keys = record(arguments.bin, folder)
        self.environment = {"WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple"}
        if arguments.asan:
            libraries = [subprocess.run(["g++", f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
                         for name in ("libasan.so", "libubsan.so")]
            self.environment |= {"LD_PRELOAD": " ".join(libraries), "ASAN_OPTIONS": "detect_leaks=0,detect_odr_violation=0"}
        self.read, self.began = 0, time.monotonic()

    def check(self, seed):
        source, fuzzed = random.Random(seed), self.folder / f"fuzzed-{seed}.pcap"
        self.read += write_round(fuzzed, Mutator(self.packets, *packet_keys(self.keys.read_text()), seed), source)
        found = faults(self.shark, fuzzed, self.keys, source.choice(VIEWS), self.environment)
        if found and self.keep:
            shutil.copy(fuzzed, self.keep), shutil.copy(self.keys, f"{self.keep}/fuzzed-{seed}.keys")
        fuzzed.unlink()
        shutil.rmtree(self.shark.home.parent / "export", ignore_errors=True)
        assert not found, f"--seed {seed}: {found}"
        return f"{self.read} packets by now, {self.read / (time.monotonic() - self.began):.0f}/s"


def checks(arguments, shark, folder):
    rounds = Rounds(arguments, shark, folder)
    for seed in range(arguments.seed, arguments.seed + math.ceil(arguments.packets / len(rounds.packets))):
        yield f"seed-{seed}", partial(rounds.check, seed)


if __name__ == "__main__":
    main(__doc__, checks, programs=["avocet-sim"],
         options={"--packets": {"type": int, "default": 30_000, "help": "about so many (default: %(default)s)"},
                  "--seed": {"type": int, "default": 1, "help": "of the first file"},
                  "--asan": {"action": "store_true", "help": "the plugin is built with g++'s address sanitizer"},
                  "--keep": {"help": "copy files with which something went wrong to this folder"}})
