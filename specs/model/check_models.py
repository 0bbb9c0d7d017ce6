#!/usr/bin/env python3
"""Verifies the models of this folder with SPIN, and that each mutation of them is found out."""

import argparse
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent
MEMORY_MB = 1900
SECONDS = 110

# (model, definitions, holds): what must hold, and the mutations that must not.
RUNS = [
    ("handshake", ["CLIENTS=1", "SERVERS=2"], True),
    ("handshake", ["CLIENTS=2", "SERVERS=1"], True),
    ("handshake", ["CLIENTS=2", "SERVERS=2", "WITHOUT_RETRY"], True),
    ("handshake", ["CLIENTS=1", "MUTATION_SERVER_SIGNS_NO_TRANSCRIPT"], False),
    ("handshake", ["CLIENTS=1", "MUTATION_CLIENT_SIGNS_NO_TRANSCRIPT"], False),
    ("handshake", ["CLIENTS=1", "MUTATION_OFFER_OUTSIDE_TRANSCRIPT"], False),
    ("handshake", ["CLIENTS=1", "MUTATION_SERVER_OPENS_BEFORE_CLIENT_FINISHED"], False),
    ("handshake", ["CLIENTS=1", "MUTATION_NOBODY_EVER_CONFIRMS"], False),
    # Both ends' keys come from the shares anyway, so these two alone are survived (README.md).
    ("handshake", ["CLIENTS=1", "MUTATION_SERVER_SIGNATURE_WITHOUT_CLIENT_SHARE"], True),
    ("handshake", ["CLIENTS=1", "MUTATION_KEYS_WITHOUT_TRANSCRIPT"], True),
    ("handshake_progress", ["DROPS=3", "REPEATS=1", "FORGERIES=3"], True),
    ("handshake_progress", ["DROPS=2", "MUTATION_ONLY_SECOND_HELLO"], False),
    ("handshake_progress", ["DROPS=2", "MUTATION_SERVER_DOES_NOT_REPEAT_DONE"], False),
    ("handshake_progress", ["DROPS=2", "MUTATION_ONE_ATTEMPT"], False),
    ("key_update", ["PACKETS=5", "UPDATES=3"], True),
    ("key_update", ["MUTATION_UPDATE_BEFORE_ACKNOWLEDGED"], False),
    ("key_update", ["MUTATION_UPDATE_WITHOUT_WAITING"], False),
    ("key_update", ["MUTATION_OLD_KEYS_DROPPED_AT_ONCE"], False),
    ("key_update", ["MUTATION_NUMBER_IGNORED"], False),
    ("key_update", ["MUTATION_PHASE_TRUSTED"], False),
    ("key_update", ["MUTATION_NOBODY_UPDATES_TWICE"], False),
]


def verify(model, definitions, holds):
    """(outcome, states, seconds): outcome is "holds", or what was violated."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        source = FOLDER / f"{model}.pml"
        build(["spin", *(f"-D{d}" for d in definitions), "-a", str(source)], folder)
        # COLLAPSE stores each process's part of a state once.
        # What is found out soon need not be fast.
        build(["cc", "-O1" if holds else "-O0", "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MB}", "-o", "pan", "pan.c"], folder)
        # In handshake.pml the attacker may begin a message that nobody takes: an end, but not of the protocol's.
        flags = ["-E"] if model == "handshake" else []
        done = subprocess.run(["./pan", *flags, "-m20000"], cwd=folder, capture_output=True, text=True, check=False,
                              timeout=SECONDS)
        took = time.monotonic() - began
    said = done.stdout
    states = re.search(r"(\d+) states, stored", said)
    violated = re.search(r"pan:\d+: (.*)", said)
    if violated:
        outcome = re.sub(r"\s*\(at depth \d+\)", "", violated[1])
    else:
        whole = "errors: 0" in said and "Search not completed" not in said
        outcome = "holds" if whole else "the search did not come to its end"
    return outcome, int(states[1]) if states else 0, took


def build(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="a word: only the models and definitions that contain it")
    arguments = parser.parse_args()
    for tool in ("spin", "cc"):
        if not shutil.which(tool):
            print(f"{tool} is not installed: scripts/setup installs it")
            return 77
    wrong = 0
    for model, definitions, holds in RUNS:
        name = f"{model} {' '.join(definitions)}"
        if arguments.only and arguments.only not in name:
            continue
        outcome, states, took = verify(model, definitions, holds)
        # Only a broken assertion or a state without a way on counts as found out, not a search that gave up.
        found = outcome.startswith(("assertion violated", "invalid end state"))
        right = outcome == "holds" if holds else found
        wrong += not right
        verdict = "holds" if outcome == "holds" else "found out" if found and not holds else outcome[:90]
        print(f"{'ok   ' if right else 'WRONG'} {name:78} {states:>9} states {took:5.1f} s  {verdict}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{'all as they should be' if wrong == 0 else f'{wrong} wrong'}; most memory {peak} MB")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
