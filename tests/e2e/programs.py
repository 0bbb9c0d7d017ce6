"""Runs a program whose failure ends the test."""

import subprocess
import sys


def run(*command, timeout=500):
    """What it prints. `timeout` in seconds."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
