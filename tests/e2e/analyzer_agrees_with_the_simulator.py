#!/usr/bin/env python3
"""avocet-analyze says of a simulation's captures what the simulator knows to have happened.

Loss, reordering and duplicates on the way to the viewer, and what the viewer saw, must be the very same numbers.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

# Scenario, settings, and the flow whose viewer is looked at.
RUNS = [
    ("rfc8867-5.1", ["loss=3%", "length=40s"]),
    ("rfc8867-5.2", ["length=40s"]),
]


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=500, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def truth_of(truth, node):
    """What arrived at a viewer's socket, by packet number."""
    seen, highest, out = set(), -1, Counter()
    for packet in truth["packets"]:
        wanted = (node, "received", "toClient", "protected")
        if (packet["node"], packet["event"], packet["direction"], packet["kind"]) != wanted:
            continue
        number = packet["packetNumber"]
        if number in seen:
            out["packetsDuplicated"] += 1
            continue
        out["packetsReordered"] += number < highest
        out["packetsReceived"] += 1
        seen.add(number)
        highest = max(highest, number)
    out["packetsLost"] = highest + 1 - len(seen)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the programs")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds of each scenario")
    arguments = parser.parse_args()
    if not (arguments.bin / "avocet-sim").exists():
        print("avocet-sim was not built: ns-3 is not installed")
        return 77

    wrong = 0
    print(f"{'scenario':14} {'seed':>4} {'flow':10} {'measure':22} {'truth':>12} {'analyzer':>12}")
    for scenario, settings in RUNS:
        for seed in range(1, arguments.seeds + 1):
            with tempfile.TemporaryDirectory() as folder:
                folder = Path(folder)
                sets = [part for setting in settings for part in ("--set", setting)]
                run(arguments.bin / "avocet-sim", "run", scenario, "--seed", seed, *sets, "--out", folder)
                truth = json.loads((folder / "truth.json").read_text())
                summary = json.loads((folder / "summary.json").read_text())
                for flow in summary["flows"]:
                    capture = folder / f"capture-{flow['name']}.viewer.pcapng"
                    said = json.loads(run(arguments.bin / "avocet-analyze", capture, "--keylog", folder / "keys.log",
                                          "--json", "-"))
                    connection = max(said["connections"], key=lambda c: c["fromServer"]["measures"].get("packets", 0))
                    found = connection["fromServer"]["measures"] | connection["plays"][0]["measures"]
                    happened = truth_of(truth, f"{flow['name']}.viewer")
                    wanted = {name: happened[name] for name in
                              ("packetsReceived", "packetsLost", "packetsReordered", "packetsDuplicated")}
                    wanted |= {"framesShown": flow["framesDelivered"], "freezeCount": flow["freezeCount"],
                               "totalFreezesDuration": flow["totalFreezesDuration"],
                               "renditionSwitches": flow["renditionSwitches"]}
                    # The capture ends with its last packet, the simulation a little later: a frame may be between.
                    slack = {"framesShown": 1, "freezeCount": 1, "totalFreezesDuration": 0.5}
                    for name, value in wanted.items():
                        bad = abs(found[name] - value) > slack.get(name, 0)
                        wrong += bad
                        print(f"{scenario:14} {seed:4} {flow['name']:10} {name:22} {value:12.6g} {found[name]:12.6g}"
                              + ("  WRONG" if bad else ""))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
