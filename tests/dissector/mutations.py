"""Packets that no sender would send: a session's, changed at random, most of them sealed again so that they open."""

import random

from sealing import HEADER

INTERESTING = [b"\x00", b"\x3f", b"\x40", b"\x7f\xff", b"\x80\x00\x00\x00", b"\xbf\xff\xff\xff", b"\xff" * 8, b"\xc0" + b"\0" * 7]


def change(source, data):
    """Data with some of its bytes changed, taken out, repeated or put in."""
    data = bytearray(data)
    for _ in range(source.choice((1, 1, 1, 2, 3, 8))):
        at = source.randrange(len(data) + 1)
        kind = source.randrange(6)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << source.randrange(8)
        elif kind == 1 and at < len(data):
            data[at] = source.randrange(256)
        elif kind == 2:
            data[at:at + source.choice((0, 0, 1, 8))] = source.choice(INTERESTING)
        elif kind == 3:
            del data[at:at + source.choice((1, 2, 8, 200))]
        elif kind == 4:
            data[at:at] = data[at:at + source.randrange(1, 64)]
        else:
            del data[at:]
    return bytes(data[:8900])


class Mutator:
    """Changes the packets of one session. `packets`: (from the client, datagram) in their order."""

    def __init__(self, packets, keys, owners, seed):
        self.packets, self.keys, self.owners = packets, keys, owners
        self.source = random.Random(seed)
        self.numbers = {}
        self.frames = []  # of other packets, to splice

    def datagrams(self):
        """(from the client, datagram), one for each of the session's packets."""
        for from_client, packet in self.packets:
            yield from_client, self._one(from_client, packet)

    def _one(self, from_client, packet):
        chance = self.source.random()
        if chance < 0.1:
            return packet
        if chance < 0.3:
            return change(self.source, packet)
        if chance < 0.35:
            return bytes([self.source.randrange(0x20, 0x40)]) + self.source.choice((b"", b"AVOC", packet[1:13])) \
                + self.source.randbytes(self.source.randrange(1300))
        return self._sealed_again(from_client, packet)

    def _sealed_again(self, from_client, packet):
        kind = packet[0] >> 2 & 7
        if kind > 1:
            return change(self.source, packet)
        first, destination, number = HEADER.unpack(packet[:HEADER.size])
        name = self.owners.get(destination), "client" if from_client else "server", kind
        key = self.keys.get(name)
        frames = key.open(number, packet) if key else None
        if frames is None:
            return packet
        chance = self.source.random()
        if chance < 0.1:
            frames = self.source.randbytes(self.source.randrange(200))
        elif chance < 0.2 and self.frames:
            cut, other = self.source.randrange(len(frames) + 1), self.source.choice(self.frames)
            frames = (frames[:cut] + other[self.source.randrange(len(other) + 1):])[:8900]
        else:
            self.frames = [*self.frames[-63:], frames]
            frames = change(self.source, frames)
        # Numbers of their own, so that none is taken for a duplicate; now and then a leap.
        number = max(number, self.numbers.get(name, 0)) + (1 if self.source.random() < 0.999 else self.source.randrange(10000))
        self.numbers[name] = number
        return key.seal(number, HEADER.pack(first, destination, number & 0xFFFFFFFF), frames)


def snapped(source, datagram):
    """How many bytes of it a capture holds: now and then fewer than there are."""
    return source.randrange(len(datagram) + 1) if source.random() < 0.02 else len(datagram)
