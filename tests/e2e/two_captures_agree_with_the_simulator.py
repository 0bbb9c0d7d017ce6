#!/usr/bin/env python3
"""Two captures of one session tell what the simulator knows: where each packet was lost, and how long each took.

The clock of one capture is made wrong by seconds and by 80 ppm first.
"""

import argparse
import json
import struct
import sys
import tempfile
from pathlib import Path

from programs import run

# Scenario, settings, length and jitter in seconds; the flow is "media".
RUNS = [("rfc8867-5.1", ["loss=3%"], 100, 0.005), ("bursty-loss", [], 30, 0.0005), ("disorder", [], 120, 0.005)]
SKEW, OFFSET_NS = 80e-6, 2_500_000_000


def with_wrong_clock(source, target):
    """A pcapng file of the simulator, which counts in nanoseconds, with other times."""
    data, at, first = bytearray(source.read_bytes()), 0, None
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 6:
            high, low = struct.unpack_from("<II", data, at + 12)
            time = high << 32 | low
            first = time if first is None else first
            time = round(time + OFFSET_NS + (time - first) * SKEW)
            struct.pack_into("<II", data, at + 12, time >> 32, time & 0xFFFFFFFF)
        at += length
    target.write_bytes(data)


def truth_of(truth, flow, direction):
    """Lost up to the highest number that arrived, and the sorted one-way delays."""
    ends = {"toClient": (f"{flow}.server", f"{flow}.viewer"), "toServer": (f"{flow}.viewer", f"{flow}.server")}
    source, sink = ends[direction]
    viewers = {p["connectionId"] for p in truth["packets"] if p["node"] == f"{flow}.viewer"}
    sent, delays = {}, {}
    for packet in truth["packets"]:
        if packet["direction"] != direction or packet["kind"] != "protected" or packet["connectionId"] not in viewers:
            continue
        number = packet["packetNumber"]
        if packet["event"] == "sent" and packet["node"] == source:
            sent[number] = packet["at"]
        elif packet["event"] == "received" and packet["node"] == sink and number in sent:
            delays.setdefault(number, (packet["at"] - sent[number]) / 1e9)
    return max(delays) + 1 - len(delays), sorted(delays.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the programs")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds of each scenario")
    arguments = parser.parse_args()
    if not (arguments.bin / "avocet-sim").exists():
        print("avocet-sim was not built: ns-3 is not installed")
        return 77

    wrong = 0
    print(f"{'scenario':14} {'seed':>4} {'from':8} {'measure':22} {'truth':>12} {'analyzer':>12}")
    for scenario, settings, length, jitter in RUNS:
        for seed in range(1, arguments.seeds + 1):
            with tempfile.TemporaryDirectory() as folder:
                folder = Path(folder)
                sets = [part for setting in [*settings, f"length={length}s"] for part in ("--set", setting)]
                run(arguments.bin / "avocet-sim", "run", scenario, "--seed", seed, *sets, "--out", folder,
                    "--capture", "media.server", "media.viewer")
                truth = json.loads((folder / "truth.json").read_text())
                server = folder / "wrong.pcapng"
                with_wrong_clock(folder / "capture-media.server.pcapng", server)
                # In the wrong order, and without keys: neither should matter.
                said = json.loads(run(arguments.bin / "avocet-analyze", folder / "capture-media.viewer.pcapng", server,
                                      "--json", "-"))
                if said["between"]["server"] != str(server):
                    sys.exit("the capture of the viewer was taken for the server's")
                connection = max(said["connections"], key=lambda c: c["fromServer"]["measures"].get("packets", 0))
                rows = [("", "clockSkew", -SKEW * 1e6, said["between"]["measures"]["clockSkew"],
                         jitter / length * 1e6)]  # jitter tilts the line through the quickest packets
                for side, direction in (("fromServer", "toClient"), ("fromClient", "toServer")):
                    lost, delays = truth_of(truth, "media", direction)
                    found = connection[side]["journey"]["measures"]
                    listed = sum(loss["last"] + 1 - loss["first"] for loss in connection[side]["journey"]["losses"])
                    least, middle, late = delays[0], delays[len(delays) // 2], delays[len(delays) * 95 // 100]
                    # That there and back are equally quick is assumed, and not quite so: serialisation, jitter.
                    rows += [(side, "packetsLostBetween", lost, found["packetsLostBetween"], 0),
                             (side, "listed losses", lost, listed, 0),
                             (side, "packetsLostBefore", 0, found["packetsLostBefore"], 0),
                             (side, "packetsMissed", 0, found["packetsMissed"], 0),
                             (side, "oneWayDelayMin", least, found["oneWayDelayMin"], 0.006),
                             (side, "oneWayDelayP50", middle, found["oneWayDelayP50"], 0.006),
                             (side, "delayVariationP95", late - least, found["delayVariationP95"],
                              0.003 + 0.05 * (late - least))]
                for side, name, value, got, slack in rows:
                    bad = abs(got - value) > slack
                    wrong += bad
                    print(f"{scenario:14} {seed:4} {side[4:]:8} {name:22} {value:12.6g} {got:12.6g}"
                          + ("  WRONG" if bad else ""))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
