#!/usr/bin/env python3
"""The Wireshark plugin takes nothing of others for Avocet: QUIC, DTLS, RTP, RTCP, STUN, WireGuard, and random payloads.

Exit status 77 means: no tshark, openssl or ffmpeg here.
"""

import random
from functools import partial

import foreign
from captures import Pcap
from runner import main

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


def stranger(shark, capture, protocol, told):
    total = shark.count(capture, "udp")
    own = len(shark.read(capture, *told, "-Y", protocol, "-T", "fields", "-e", "frame.number").split())
    # On Avocet's own port too: no first byte of theirs is one of Avocet's.
    taken = shark.count(capture, "avocet") + shark.count(foreign.on_port(capture, AVOCET_PORT), "avocet")
    text = f"{total} packets, {own} are its own, {taken} are taken for Avocet"
    assert taken == 0 and own > total / 2 > 20, text
    return text


def noise(shark, capture, packets):
    taken = shark.count(capture, "avocet")
    assert taken == 0, f"{taken} of {packets} packets are taken for Avocet"
    return f"{packets} packets"


def checks(arguments, shark, folder):
    source = random.Random(arguments.seed)
    for protocol, make, told in foreign.ALL:
        yield protocol, partial(stranger, shark, make(folder / f"{protocol}.pcap", source), protocol, told)
    capture = random_payloads(folder / "random.pcap", source, arguments.packets)
    yield "random-payloads", partial(noise, shark, capture, arguments.packets)


if __name__ == "__main__":
    main(__doc__, checks, tools=["tshark", "openssl", "ffmpeg"],
         options={"--packets": {"type": int, "default": 50_000, "help": "of random payload (default: %(default)s)"},
                  "--seed": {"type": int, "default": 5}})
