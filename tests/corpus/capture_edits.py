"""What cannot be simulated is done to a capture afterwards: to the clock, to the capture itself, by an attacker.

Each function takes and returns packets: [(ns, IP packet)], in their order.
"""

import struct

HELLO = 2  # kind of a packet, in bits 2 to 4 of its first byte
ADDRESSES = 12  # where source and destination are in an IPv4 header, without options
PAYLOAD = 28
CLEAR_HEADER = 7  # of a packet in the clear: kind, magic, length
RANDOM_AND_ID = 32 + 8


def clock_set(packets, _source, seconds=5, at=0.5):
    """The capturing machine's clock is set, in the middle."""
    step, turn = int(seconds * 1e9), packets[int(len(packets) * at)][0]
    return [(ns + step if ns > turn else ns, data) for ns, data in packets]


def captured_partly(packets, source, share=0.02, run=1):
    """The capture misses packets, which arrive all the same."""
    out, skip = [], 0
    for packet in packets:
        if skip == 0 and source.random() < share / run:
            skip = run
        if skip > 0 and is_sealed(packet[1]):
            skip -= 1
            continue
        out.append(packet)
    return out


def rerouted(packets, source, routers=2, times=1):
    """From some moment on packets pass more routers, and then fewer again."""
    turns = sorted(source.uniform(0.2, 0.9) for _ in range(times))
    out = []
    for i, (ns, data) in enumerate(packets):
        passed = sum(i > turn * len(packets) for turn in turns)
        out.append((ns, data[:8] + bytes([data[8] - routers * (passed % 2)]) + data[9:]))
    return out


def copied(packets, source, share=1.0):
    """Packets pass the capture twice: all of them on two interfaces, or some by a loop of the network."""
    out = []
    for ns, data in packets:
        out.append((ns, data))
        if source.random() < share:
            out.append((ns + source.randrange(20_000, 400_000), data))
    return sorted(out, key=lambda p: p[0])


def one_sided(packets, _source):
    """A server that does not answer: of the handshake only the client's first Hellos, again and again."""
    begin, hello = next((ns, data) for ns, data in packets if kind_of(data) == HELLO)
    return [(begin + int((2 ** i - 1) * 0.3e9), hello) for i in range(6)]


def cut(packets, _source, size=96):
    """Each packet holds only its beginning, as some captures do; the IP header says how long it was."""
    return [(ns, data[:size]) for ns, data in packets]


def replayed(packets, source, count=40, seconds=3):
    """Somebody sends recorded packets again."""
    old = [p for p in packets if is_sealed(p[1])]
    again = [(ns + int(source.uniform(seconds, 2 * seconds) * 1e9), data) for ns, data in source.sample(old[:len(old) // 2], count)]
    return sorted(packets + again, key=lambda p: p[0])


def injected(packets, source, count=40):
    """Somebody who has seen a connection id sends packets of his own making."""
    sealed = [p for p in packets if is_sealed(p[1])]
    forged = []
    for ns, data in source.sample(sealed[len(sealed) // 4:], count):
        number = struct.pack(">I", source.randrange(1 << 20))
        forged.append((ns + 1000, data[:PAYLOAD + 9] + number + source.randbytes(len(data) - PAYLOAD - 13)))
    return sorted(packets + forged, key=lambda p: p[0])


def flooded(packets, source, count=400):
    """Somebody begins handshakes from addresses that are not his."""
    hello = next(data for _, data in packets if kind_of(data) == HELLO)
    begin, end = packets[0][0], packets[-1][0]
    flood = []
    for _ in range(count):
        address = bytes([198, 51]) + source.randbytes(2)
        own = source.randbytes(RANDOM_AND_ID)  # of each Hello
        at = PAYLOAD + CLEAR_HEADER + 1 + 4 * hello[PAYLOAD + CLEAR_HEADER]  # behind the versions
        data = hello[:ADDRESSES] + address + hello[ADDRESSES + 4:at] + own + hello[at + RANDOM_AND_ID:]
        flood.append((source.randrange(begin, end), data))
    return sorted(packets + flood, key=lambda p: p[0])


def kind_of(data):
    return data[PAYLOAD] >> 2 & 7 if data[9] == 17 and len(data) > PAYLOAD else None


def is_sealed(data):
    """A Protected packet of ours."""
    return kind_of(data) == 0 and data[PAYLOAD] >> 5 == 1
