"""What the tests of this folder share: their arguments, what they need here, and that checks are run one by one."""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import traceback

from shark import Shark

SKIPPED = 77


def main(description, checks, tools=("tshark",), programs=(), options=None):
    """Runs what `checks(arguments, shark, folder)` yields: names, and functions that raise when something is wrong and else may
    return what is to be said. `tools` are needed from this machine, `programs` of ours from --bin; `options` are further arguments."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=pathlib.Path, help="folder of our programs")
    parser.add_argument("--plugin", required=True, help="avocet.so")
    parser.add_argument("only", nargs="*", help="names of checks; all by default")
    for name, details in (options or {}).items():
        parser.add_argument(name, **details)
    arguments = parser.parse_args()
    missing = [t for t in tools if not shutil.which(t)] + [p for p in programs if not (arguments.bin / p).is_file()]
    if missing:
        print(f"skipped: not here are {', '.join(missing)} (scripts/setup installs what others make)")
        sys.exit(SKIPPED)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="avocet-dissector-") as name:
        folder = pathlib.Path(name)
        os.chmod(folder, 0o755)
        for what, check in checks(arguments, Shark(folder / "shark", arguments.plugin), folder):
            if arguments.only and what not in arguments.only:
                continue
            try:
                print(f"ok      {what}", *filter(None, [check()]), sep=": ", flush=True)
            except Exception:  # noqa: BLE001
                failed += 1
                print(f"FAILED  {what}\n{traceback.format_exc(limit=3)}", flush=True)
    sys.exit(1 if failed else 0)
