#!/usr/bin/env python3
"""avocet-analyze says of a simulation's captures what the simulator knows to have happened.

At the viewer, at the server and between them: received, lost upstream, reordered and duplicated packets must be the very same
numbers, round trips from acknowledgements within 1 %; at the viewer also its freezes to a frame, and each switch of rendition.
By itself it takes a few short runs. `--scenarios sim/scenarios/*.toml --seeds 5 --whole` compares all there is.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from programs import run
from simulated_truth import TO_CLIENT, TO_SERVER, Truth, quantile

FEW = ["rfc8867-5.1", "rfc8867-5.2", "disorder", "bursty-loss", "quic-rebind-port", "quic-corrupt-rate-transfer", "vod-steps"]
FRAME = 1 / 30
ROUNDING = 2e-6  # s: acknowledgements tell times in microseconds
SIDES = {TO_CLIENT: "fromServer", TO_SERVER: "fromClient"}


class Comparison:
    """Counts what was compared, and keeps what differs."""

    def __init__(self):
        self.compared, self.wrong = defaultdict(int), []
        self.largest = defaultdict(float)  # difference, by measure

    def add(self, where, measure, truth, said, slack=0.0):
        self.compared[measure] += 1
        if said is None or abs(said - truth) > slack:
            self.wrong.append(f"{where} {measure}: truth {truth:.9g}, analyzer {said if said is None else format(said, '.9g')}")
        elif truth and abs(said - truth) > ROUNDING:
            self.largest[measure] = max(self.largest[measure], abs(said - truth) / abs(truth))


def compare_path(out, where, truth, place, flow, connection):
    for direction, side in SIDES.items():
        measures = connection[side]["measures"]
        for name, value in truth.path(place, flow, direction).items():
            out.add(f"{where} {side}", name, value, measures.get(name, 0))
        receiver = f"{flow}.viewer" if direction == TO_CLIENT else f"{flow}.server"
        if place == receiver:
            continue
        trips = truth.round_trips(place, flow, direction)
        if len(trips) >= 100:  # of fewer, the 99th percentile is the largest
            for q, name in ((0.5, "roundTripP50"), (0.99, "roundTripP99")):
                value = quantile(trips, q)
                out.add(f"{where} {side}", name, value, measures.get(name), max(0.01 * value, ROUNDING))


def compare_play(out, where, truth, flow, connection, began, until):
    if not connection["plays"]:
        return
    play = connection["plays"][0]
    out.add(where, "framesShown", truth.shown(flow, until), play["measures"]["framesShown"])
    count, lasted = truth.freezes(flow, until)
    out.add(where, "freezeCount", count, play["measures"]["freezeCount"])
    out.add(where, "totalFreezesDuration", lasted, play["measures"]["totalFreezesDuration"], FRAME)
    switches = truth.switches(flow, until)
    out.add(where, "switches", len(switches), len(play["switches"]))
    for (at, old, new), said in zip(switches, play["switches"]):
        same = (old, new) == (said["from"], said["to"])
        out.add(f"{where} {old} to {new}", "switchTime", (at - began) / 1e9, said["at"] if same else None, FRAME)


def name_of(scenario):
    return Path(scenario).name.removesuffix(".toml")


def compare_run(out, programs, scenario, seed, length, folder):
    """Simulates once, and compares what is said at each place with what was so there."""
    run(programs / "avocet-sim", "run", scenario, "--seed", seed, *(("--set", f"length={length}") if length else ()),
        "--out", folder, "--capture", "all", timeout=3000)
    truth = Truth(folder)
    name = name_of(scenario)
    for capture in sorted(folder.glob("capture-*.pcapng")):
        place = capture.stem.removeprefix("capture-")
        if place.endswith(".publisher"):
            continue
        said = json.loads(run(programs / "avocet-analyze", capture, "--keylog", folder / "keys.log", "--json", "-", timeout=3000))
        began = said["began"] - truth.calendar
        until = began + int(said["measures"]["duration"] * 1e9)
        for flow in truth.flows():
            ids = truth.ids(flow)
            for connection in (c for c in said["connections"] if ids & set(c["connectionIds"])):
                where = f"{name} seed {seed} {place} {flow}"
                compare_path(out, where, truth, place, flow, connection)
                if place == f"{flow}.viewer":
                    compare_play(out, where, truth, flow, connection, began, until)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=lambda name: Path(name).resolve(), required=True, help="folder of the programs")
    parser.add_argument("--scenarios", nargs="+", default=FEW, help="names or files (default: a few)")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds of each scenario")
    parser.add_argument("--length", default="20s", help="of each run")
    parser.add_argument("--whole", action="store_true", help="each run is as long as its scenario says")
    arguments = parser.parse_args()
    if not (arguments.bin / "avocet-sim").exists():
        print("avocet-sim was not built: ns-3 is not installed")
        return 77

    total = 0
    print(f"{'scenario':28} {'seeds':>5} {'compared':>8} {'differ':>6}  largest difference of round trips p50, p99")
    for scenario in arguments.scenarios:
        out = Comparison()
        for seed in range(1, arguments.seeds + 1):
            with tempfile.TemporaryDirectory() as folder:
                compare_run(out, arguments.bin, scenario, seed, None if arguments.whole else arguments.length, Path(folder))
        largest = ", ".join(f"{100 * out.largest[m]:.2f} %" for m in ("roundTripP50", "roundTripP99"))
        print(f"{name_of(scenario):28} {arguments.seeds:5} {sum(out.compared.values()):8} {len(out.wrong):6}  {largest}", flush=True)
        for line in out.wrong[:20]:
            print(f"  {line}")
        total += len(out.wrong)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
