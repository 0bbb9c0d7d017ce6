#!/usr/bin/env python3
"""The builds of avocet-sim that are here, beside the one under test, compute the same: one hash for each scenario and seed."""

import pathlib
import re
import subprocess

from harness import expect, main, skip

RUNS = [("rfc8867-5.1", "loss=3%"), ("rfc8867-5.4", "length=30s"), ("rfc8867-5.7", "length=30s"), ("cellular-lte", "length=20s")]


def hash_of(program, scenario, setting):
    done = subprocess.run([program, "run", scenario, "--seed", "2", "--set", setting], capture_output=True, text=True, check=False)
    found = re.search(r"^hash ([0-9a-f]{16})", done.stdout, re.MULTILINE)
    expect(done.returncode == 0 and found, f"{program}: {done.returncode}\n{done.stdout}{done.stderr}")
    return found[1]


def test(world):
    tested = world.bin / "avocet-sim"
    if not tested.exists():
        skip("avocet-sim is not built: ns-3 is not installed")
    # Builds of other sources may differ rightly: those older than the one under test are left out.
    others = [program for program in sorted(world.bin.parents[1].glob("*/bin/avocet-sim"))
              if program.resolve() != tested.resolve() and program.stat().st_mtime >= newest_source()]
    if not others:
        skip(f"no other build of these sources beside {world.bin}: cmake --preset release && cmake --build --preset release")
    for scenario, setting in RUNS:
        expected = hash_of(tested, scenario, setting)
        for program in others:
            found = hash_of(program, scenario, setting)
            expect(found == expected, f"{scenario}: {expected} by {tested}, {found} by {program}")


def newest_source():
    root = pathlib.Path(__file__).parents[2]
    return max(file.stat().st_mtime for folder in ("protocol", "sim") for file in (root / folder).rglob("*.?pp"))


main(__doc__, test)
