#!/usr/bin/env python3
"""How often avocet-analyze finds what is wrong, and how often it is right: precision and recall of its detectors.

Makes a corpus with the simulator: each fault alone, faults together, and runs in which nothing is wrong; what cannot be simulated
is done to the captures. By itself it takes one seed; `--seeds 5` is thorough. Fails when a figure is below --least.
"""

import argparse
import json
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

for room in ("dissector", "e2e"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / room))
from captures import packets_of, write  # noqa: E402
from faults import corpus  # noqa: E402
from programs import run  # noqa: E402

# Every finding names a moment, or a packet.
EVIDENCE = re.compile(r"(at|from) (about )?[0-9.]+ s|packets? [0-9]")
FRAMES = Path(__file__).resolve().parents[2] / "sim/scenarios/frames/clip.frames"


def findings(programs, capture, keys):
    """Detectors that found something, with what they said."""
    said = json.loads(run(programs / "avocet-analyze", capture, "--keylog", keys, "--json", "-", timeout=600))
    everywhere = [said["findings"], *(c["findings"] for c in said["connections"])]
    vague = [f"{f['what']} {f['evidence']}" for some in everywhere for f in some if not EVIDENCE.search(f["evidence"])]
    if vague:
        sys.exit(f"{capture}: findings without evidence: {vague}")
    return {f["detector"]: f"{f['what']} {f['evidence']}" for some in everywhere for f in some}


def captures_of(programs, sample, seed):
    """[(place, what was found)] for each place of a sample."""
    with tempfile.TemporaryDirectory() as folder:
        return list(samples(programs, sample, seed, Path(folder)))


def samples(programs, sample, seed, folder):
    text = folder / f"{sample.name}.toml"
    text.write_text(sample.text)
    out = folder / f"{sample.name}-{seed}"
    run(programs / "avocet-sim", "run", text, "--seed", seed, "--out", out, "--capture", *sample.places,
        timeout=600)
    for place in sample.places:
        capture = out / f"capture-{place}.pcapng"
        if sample.edits:
            packets, source = packets_of(capture), random.Random(seed)
            for edit in sample.edits:
                packets = edit(packets, source)
            capture = write(capture.with_suffix(".edited.pcap"), packets)
        yield place, findings(programs, capture, out / "keys.log")


class Score:
    def __init__(self):
        self.found, self.missed, self.wrong = Counter(), Counter(), Counter()

    def add(self, sample, found):
        self.found.update(sample.expected & found.keys())
        self.missed.update(sample.expected - found.keys())
        self.wrong.update(found.keys() - sample.expected - sample.allowed)

    def rows(self):
        for name in sorted(self.found | self.missed | self.wrong):
            yield name, self.found[name], self.missed[name], self.wrong[name]
        yield "overall", self.found.total(), self.missed.total(), self.wrong.total()


def report(sample, seed, place, found):
    for name in sorted(sample.expected - found.keys()):
        print(f"missed {name} in {sample.name}, seed {seed}, at {place}", flush=True)
    for name in sorted(found.keys() - sample.expected - sample.allowed):
        print(f"wrong  {name} in {sample.name}, seed {seed}, at {place}: {found[name]}", flush=True)


def share(part, rest):
    return part / (part + rest) if part + rest else 1.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=lambda name: Path(name).resolve(), required=True, help="folder of the programs")
    parser.add_argument("--seeds", type=int, default=1, help="how many of each sample")
    parser.add_argument("--only", default="", help="samples whose names contain this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at a time")
    parser.add_argument("--least", type=float, default=0.95, help="precision and recall of every detector")
    arguments = parser.parse_args()
    if not (arguments.bin / "avocet-sim").exists() or not shutil.which("editcap"):
        print("skipped: avocet-sim was not built, as ns-3 is not installed, or editcap is not (package wireshark-common)")
        return 77

    score, captures = Score(), 0
    runs = [(sample, seed) for sample in corpus(FRAMES) if arguments.only in sample.name for seed in range(1, arguments.seeds + 1)]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = pool.map(lambda one: captures_of(arguments.bin, *one), runs)
        for (sample, seed), places in zip(runs, results):
            for place, found in places:
                captures += 1
                score.add(sample, found)
                report(sample, seed, place, found)
    below = 0
    print(f"\n{captures} captures\n{'detector':24} {'found':>5} {'missed':>6} {'wrong':>5} {'precision':>9} {'recall':>6}")
    for name, found, missed, wrong in score.rows():
        precision, recall = share(found, wrong), share(found, missed)
        below += min(precision, recall) < arguments.least
        print(f"{name:24} {found:5} {missed:6} {wrong:5} {precision:9.3f} {recall:6.3f}")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
