#!/usr/bin/env python3
"""A simulation's outputs, as others read them: truth.json keeps to its schema, tshark reads the capture to the nanosecond, three
runs of one seed have one hash and leave the same files, and mistakes are named."""

import json
import pathlib
import re
import shutil
import subprocess

from harness import expect, main, skip

SCHEMA = pathlib.Path(__file__).parents[2] / "specs" / "truth.schema.json"
SCENARIO = ("run", "rfc8867-5.1", "--seed", "3", "--set", "length=10s", "--set", "loss=2%")


def simulate(world, name):
    done = world.run("avocet-sim", *SCENARIO, "--out", name, "--capture", "bottleneck.left", "--capture", "media.viewer")
    expect(done.stderr == "", f"a pipe gets no progress bar: {done.stderr!r}")
    found = re.search(r"^hash ([0-9a-f]{16}), 10 s in .* x real time$", done.stdout, re.MULTILINE)
    expect(found, f"no hash at the end:\n{done.stdout}")
    return found[1], world.folder / name


def check_truth(folder):
    try:
        import jsonschema
    except ImportError:
        print("truth.json is not held against its schema: no jsonschema here (package python3-jsonschema)")
        return
    truth = json.loads((folder / "truth.json").read_text())
    jsonschema.validate(truth, json.loads(SCHEMA.read_text()))
    at = [event["at"] for event in truth["packets"]]
    expect(at == sorted(at), "packets are not in the order in which it happened")
    fates = {frame["fate"] for frame in truth["frames"]}
    expect("delivered" in fates, f"fates are {fates}")


def check_capture(folder):
    if not shutil.which("tshark"):
        print("captures are not held against tshark: it is not installed (package tshark)")
        return
    fields = ["frame.time_epoch", "ip.version", "ip.hdr_len", "udp.srcport", "udp.dstport", "udp.length", "ip.len",
              "frame.interface_name", "_ws.malformed"]
    command = ["tshark", "-n", "-r", str(folder / "capture-bottleneck.left.pcapng"), "-T", "fields", "-o", "ip.check_checksum:FALSE"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    expect(done.returncode == 0, f"tshark: {done.stderr}")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    served = [event for event in json.loads((folder / "truth.json").read_text())["packets"]
              if event["event"] == "served" and event["node"] == "left"]
    sent = [row for row in rows if row[3] == "4747"]
    expect(len(sent) == len(served), f"tshark sees {len(sent)} packets of the server, {len(served)} were served")
    for row, event in zip(sent, served):
        seconds, nanoseconds = row[0].split(".")
        expect(len(nanoseconds) == 9, f"times are not in nanoseconds: {row[0]}")
        at = int(seconds) * 10**9 + int(nanoseconds) - 1_800_000_000 * 10**9
        expect(at == event["at"], f"captured at {at} ns, served at {event['at']} ns")
    for row in rows:
        expect(row[1:3] == ["4", "20"] and int(row[6]) == int(row[5]) + 20 and row[7] == "bottleneck.left" and not row[8],
               f"tshark reads {dict(zip(fields, row))}")


def test(world):
    if not (world.bin / "avocet-sim").exists():
        skip("avocet-sim is not built: ns-3 is not installed")
    first, folder = simulate(world, "first")
    check_truth(folder)
    check_capture(folder)
    names = sorted(file.name for file in folder.iterdir())
    for wanted in ("report.html", "summary.json", "timeline.csv", "truth.json", "keys.log", "media.server.sqlog", "media.qlog"):
        expect(wanted in names, f"{wanted} is missing: {names}")
    for again in ("second", "third"):
        other, other_folder = simulate(world, again)
        expect(other == first, f"the same seed gave {first} and then {other}")
        for name in names:
            if name != "summary.json":  # has the speed
                expect((folder / name).read_bytes() == (other_folder / name).read_bytes(), f"{name} is not the same")

    unknown = world.run("avocet-sim", *SCENARIO, "--out", "other", "--capture", "nowhere", check=False)
    expect(unknown.returncode == 1 and "bottleneck.left" in unknown.stderr, f"{unknown.returncode} {unknown.stderr}")
    alone = world.run("avocet-sim", *SCENARIO, "--capture", "all", check=False)
    expect(alone.returncode == 2 and "--out" in alone.stderr, f"{alone.returncode} {alone.stderr}")
    taken = world.run("avocet-sim", *SCENARIO, "--out", "first/keys.log", check=False)
    expect(taken.returncode == 1 and "first/keys.log" in taken.stderr, f"{taken.returncode} {taken.stderr}")


main(__doc__, test)
