#!/usr/bin/env python3
"""The Wireshark plugin takes nothing of others for Avocet: QUIC, DTLS, RTP, RTCP, STUN, WireGuard, and random payloads.

Exit status 77 means: no tshark, openssl or ffmpeg here.
"""

import argparse
import os
import pathlib
import random
import shutil
import sys
import tempfile

import foreign
from captures import Pcap
from shark import Shark

SKIPPED = 77
AVOCET_PORT = 4747
OPENINGS = [bytes.fromhex(h) for h in ("c000000001", "40", "8060", "80e1", "000100002112a442", "16fefd0000", "01000000", "04000000")]


def random_payloads(path, source, packets):
    """Random payloads, openings of other protocols, and Avocet's magic strewn in."""
    pcap = Pcap(path)
    for i in range(packets):
        payload = source.randbytes(source.randrange(1, 1300))
        if i % 3 == 0:
            payload = source.choice(OPENINGS) + payload
        if i % 7 == 0:
            payload = bytes([source.randrange(0x20, 0x40)]) + b"AVOC" + payload
        pcap.add(i * 10**6, ("10.0.0.1", source.randrange(10000, 60000)), ("10.0.0.2", source.randrange(10000, 60000)), payload)
    pcap.close()
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", help="not needed")
    parser.add_argument("--plugin", required=True, help="avocet.so")
    parser.add_argument("--packets", type=int, default=50_000, help="of random payload (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    if not all(map(shutil.which, ("tshark", "openssl", "ffmpeg"))):
        print("skipped: tshark, openssl or ffmpeg is not here")
        return SKIPPED
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="avocet-dissector-") as name:
        folder = pathlib.Path(name)
        os.chmod(folder, 0o755)
        shark, source = Shark(folder / "shark", arguments.plugin), random.Random(arguments.seed)
        for protocol, make, told in foreign.ALL:
            capture = make(folder / f"{protocol}.pcap", source)
            total = shark.count(capture, "udp")
            own = len(shark.read(capture, *told, "-Y", protocol, "-T", "fields", "-e", "frame.number").split())
            # On Avocet's own port too: no first byte of theirs is one of Avocet's.
            taken = shark.count(capture, "avocet") + shark.count(foreign.on_port(capture, AVOCET_PORT), "avocet")
            good = taken == 0 and own > total / 2 > 20
            wrong += not good
            print(f"{'ok    ' if good else 'FAILED'}  {protocol}: {total} packets, {own} are its own, {taken} are taken for Avocet", flush=True)
        taken = shark.count(random_payloads(folder / "random.pcap", source, arguments.packets), "avocet")
        wrong += taken > 0
        print(f"{'FAILED' if taken else 'ok    '}  random payloads: {arguments.packets} packets, {taken} are taken for Avocet")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
