#!/usr/bin/env python3
"""A path that avocet-replay recovers from captures does to the same flow what the original did.

A scenario is simulated and captured, its path recovered and simulated again: the rate and the 95th percentile of the one-way
delay must be within 10 %, and loss within 0.2 points. The same path with other seeds differs by as much in that percentile, so
medians over several seeds are compared, of both. (By one capture of the server or the viewer it is less exact: see --from.)
"""

import argparse
import json
import math
import random
import re
import statistics
import sys
import tempfile
from pathlib import Path

from programs import run

# Scenario, settings, flow; alone on its way to the viewer, and filling it. Traces that the flow fills to less than half, as the
# cellular ones, differ by as much from seed to seed.
RUNS = [
    ("rfc8867-5.1", [], "media"),
    ("rfc8867-5.1", ["loss=3%"], "media"),
    ("rfc8867-5.1", ["loss=0.5%@0s,5%@30s,0%@70s"], "media"),
    ("rfc8867-5.1", ["scale=4"], "media"),
    ("rfc8867-5.3", [], "media"),
    ("mahimahi", ["trace=wave.down", "queue=300ms"], "media"),
    ("mahimahi", ["trace=walk.down", "queue=300ms"], "media"),
]


def write_trace(file, rate_of):
    """A minute in mahimahi's format: a line for each 1500 bytes, the millisecond at which they may leave."""
    lines, credit = [], 0.0
    for millisecond in range(1, 60_001):
        credit += rate_of(millisecond / 1000) / 8000
        while credit >= 1500:
            lines.append(f"{millisecond}\n")
            credit -= 1500
    file.write_text("".join(lines))


def write_traces(folder):
    write_trace(folder / "wave.down", lambda t: 2e6 + 1e6 * math.sin(2 * math.pi * t / 20))
    draw, steps = random.Random(7), [1.5e6]
    while len(steps) < 16:  # every four seconds up or down by up to a half
        steps.append(min(3e6, max(6e5, steps[-1] * draw.uniform(0.55, 1.6))))
    write_trace(folder / "walk.down", lambda t: steps[int(t / 4)])


def simulate(programs, scenario, settings, flow, seed, folder):
    """The captures of both ends, and what these tell of the way to the viewer."""
    sets = [part for setting in settings for part in ("--set", setting)]
    run(programs / "avocet-sim", "run", scenario, "--seed", seed, *sets, "--out", folder,
        "--capture", f"{flow}.server", f"{flow}.viewer")
    captures = [folder / f"capture-{flow}.{end}.pcapng" for end in ("server", "viewer")]
    said = json.loads(run(programs / "avocet-analyze", *captures, "--json", "-"))
    connection = max(said["connections"], key=lambda c: c["fromServer"]["measures"].get("packets", 0))
    way = connection["fromServer"]
    return captures, {"rate": way["measures"]["rate"] / 1e6, "delay p95": way["journey"]["measures"]["oneWayDelayP95"] * 1e3,
                      "loss": way["journey"]["measures"]["lossRatioBetween"] * 100}


def steps_of_loss(text):
    """[(when, how much in percent)] of VALUE@TIME,...; none of a single value."""
    return [(float(at[:-1]), float(share[:-1])) for share, _, at in (step.partition("@") for step in text.split(",")) if at]


def steps_differ(settings, recovered):
    """How many of the steps that a setting of loss has were not recovered."""
    wanted = [step for setting in settings if setting.startswith("loss=") for step in steps_of_loss(setting.removeprefix("loss="))]
    if not wanted:
        return 0
    found = steps_of_loss(re.search(r'loss = "(.*?)"', recovered.read_text().split("forward", 1)[1])[1])
    good = len(found) == len(wanted) and all(abs(a - b) < 2 and abs(x - y) < 0.5 + 0.3 * x for (a, x), (b, y) in zip(wanted, found))
    print(f"    loss over time is {found}" + ("" if good else f"   WRONG: it was {wanted}"))
    return 0 if good else 1


def middle(told):
    return {name: statistics.median(one[name] for one in told) for name in told[0]}


def differ(name, seed, before, after):
    """Prints both, and how many of the three are too far apart."""
    bad = [what for what in ("rate", "delay p95") if abs(after[what] - before[what]) > 0.1 * before[what]]
    bad += ["loss"] if abs(after["loss"] - before["loss"]) > 0.2 else []
    print(f"{name:42} {seed:4}   {before['rate']:6.3f} {after['rate']:7.3f}   {before['delay p95']:6.1f} "
          f"{after['delay p95']:7.1f}   {before['loss']:6.2f} {after['loss']:7.2f}"
          + (f"   WRONG: {', '.join(bad)}" if bad else ""), flush=True)
    return len(bad)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the programs")
    parser.add_argument("--captures", type=int, default=1, help="of how many seeds of each scenario the path is recovered")
    parser.add_argument("--seeds", type=int, default=5, help="over how many seeds both paths are compared")
    parser.add_argument("--from", dest="source", choices=("both", "server", "viewer"), default="both",
                        help="which captures the path is recovered from")
    parser.add_argument("--only", help="one scenario; with --settings, --flow also one that is not in the list")
    parser.add_argument("--settings", nargs="*", default=[])
    parser.add_argument("--flow", default="media")
    arguments = parser.parse_args()
    if not (arguments.bin / "avocet-sim").exists():
        print("avocet-sim was not built: ns-3 is not installed")
        return 77

    wrong = 0
    print(f"{'scenario':42} {'seed':>4}   {'Mbit/s':>14}   {'delay p95, ms':>14}   {'lost, %':>14}")
    runs = [(arguments.only, arguments.settings, arguments.flow)] if arguments.only else RUNS
    for scenario, settings, flow in runs:
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            write_traces(folder)
            settings = [s.replace("trace=w", f"trace={folder}/w") for s in settings]
            every_seed = range(1, arguments.seeds + 1)
            originals = [simulate(arguments.bin, scenario, settings, flow, seed, folder / f"{seed}") for seed in every_seed]
            usual = middle([told for _, told in originals])
            for seed in range(1, arguments.captures + 1):
                captures, told = originals[seed - 1]
                before = usual | {"loss": told["loss"]}  # what this capture lost is what can be recovered
                used = {"both": captures, "server": captures[:1], "viewer": captures[1:]}[arguments.source]
                recovered = folder / "recovered.toml"
                run(arguments.bin / "avocet-replay", *used, "--keylog", captures[0].parent / "keys.log", "--out", recovered)
                wrong += steps_differ(settings, recovered)
                after = middle([simulate(arguments.bin, recovered, [], "media", other, folder / "replayed")[1] for other in every_seed])
                wrong += differ(" ".join([scenario, *settings]).replace(f"{folder}/", ""), seed, before, after)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
