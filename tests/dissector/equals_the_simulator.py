#!/usr/bin/env python3
"""The Wireshark plugin reads simulated sessions: every packet is what the simulator says it is.

Exit status 77 means: no tshark or no avocet-sim here.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from shark import Shark

SKIPPED = 77
KINDS = {"0": "protected", "1": "handshake", "2": "hello", "3": "retry", "4": "refuse", "5": "serverHello", "6": "reset"}
SCENARIOS = [("rfc8867-5.1", "length=8s"), ("quic-rebind-port", "length=8s"), ("quic-drop-rate-transfer", "length=8s")]


def simulate(bin_dir, scenario, setting, folder):
    folder.mkdir()
    command = [str(bin_dir / "avocet-sim"), "run", scenario, "--set", setting, "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    for file in folder.iterdir():
        os.chmod(file, 0o644)
    os.chmod(folder, 0o755)
    return json.loads((folder / "truth.json").read_text())


def differences(shark, folder, truth):
    """Lines that say where capture and truth differ."""
    capture, keys = folder / "capture-media.viewer.pcapng", folder / "keys.log"
    seen = shark.fields(capture, "avocet", "avocet.kind", "avocet.from_client", "avocet.number", "frame.time_relative", keys=keys)
    told = [p for p in truth["packets"] if p.get("node") == "media.viewer" and p["event"] in ("sent", "received")]
    if len(seen) != len(told):
        yield f"{len(seen)} packets in the capture, {len(told)} in truth"
    for i, (packet, true) in enumerate(zip(seen, told), start=1):
        kind, client, number, at = packet
        expected = (true["kind"], true["direction"] == "toServer", str(true.get("packetNumber", "")))
        if (KINDS[kind], client == "1", number) != expected:
            yield f"packet {i} is {(KINDS[kind], client, number)}, in truth {expected}"
        if abs(float(at) * 1e9 - (true["at"] - told[0]["at"])) > 1000:
            yield f"packet {i} came at {at} s, in truth {(true['at'] - told[0]['at']) / 1e9} s"
    sealed = shark.count(capture, "avocet.decrypted == 0", keys)
    if sealed:
        yield f"{sealed} packets are not opened"
    text = shark.read(capture, "-V", keys=keys)
    for bad in ("Malformed", "Dissector bug"):
        if bad in text:
            yield bad
    table = shark.read(capture, "-q", "-z", "avocet_media,tree", keys=keys)
    whole = sum(int(n) for n in re.findall(r"(?m)^ Frames\s+(\d+)", table))
    delivered = sum(f["fate"] == "delivered" for f in truth["frames"])
    complete = sum(f["fragmentsArrived"] >= f["fragments"] for f in truth["frames"])
    if not delivered <= whole <= max(complete, delivered) + truth_slack(truth):
        yield f"{whole} frames whole; in truth {delivered} were delivered, {complete} complete"


def truth_slack(truth):
    """Frames that parity made whole are complete without all of their fragments."""
    return sum(f["fragmentsArrived"] < f["fragments"] for f in truth["frames"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=pathlib.Path, help="folder of avocet-sim")
    parser.add_argument("--plugin", required=True, help="avocet.so")
    arguments = parser.parse_args()
    if not shutil.which("tshark") or not (arguments.bin / "avocet-sim").is_file():
        print("skipped: tshark or avocet-sim is not here")
        return SKIPPED
    failed = 0
    with tempfile.TemporaryDirectory(prefix="avocet-dissector-") as name:
        folder = pathlib.Path(name)
        os.chmod(folder, 0o755)
        shark = Shark(folder / "shark", arguments.plugin)
        for scenario, setting in SCENARIOS:
            truth = simulate(arguments.bin, scenario, setting, folder / scenario)
            found = list(differences(shark, folder / scenario, truth))
            failed += bool(found)
            print(f"{'FAILED' if found else 'ok    '}  {scenario} {setting}", *found[:5], sep="\n  ", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
