"""A session's packets, to be changed, added to, and sealed again, then read by the plugin."""

from dataclasses import dataclass, replace

from captures import Pcap
from sealing import HEADER, PacketKey, expand_label, packet_keys
from simulator import datagrams_of

CLEAR = 0x20  # first byte of what is not sealed
SERVER, CLIENT = ("10.0.0.2", 4747), ("10.0.0.1", 40000)


@dataclass
class Packet:
    at: int  # ns
    from_client: bool
    bytes: bytes
    client: tuple = CLIENT

    @property
    def kind(self):
        return self.bytes[0] >> 2 & 7

    @property
    def number(self):
        """The low half; of sealed packets."""
        return HEADER.unpack(self.bytes[:HEADER.size])[2]

    @property
    def destination(self):
        return HEADER.unpack(self.bytes[:HEADER.size])[1]


class Session:
    """Packets in the order of a capture. Tests change copies."""

    def __init__(self, capture, keys):
        self.packets = [Packet(*datagram) for datagram in datagrams_of(capture)]
        self.keys = keys
        self.key_of, self.owners = packet_keys(keys.read_text())

    def copy(self):
        other = object.__new__(Session)
        other.__dict__ = {**self.__dict__, "packets": list(self.packets)}
        return other

    def sealed(self, kind=0, from_client=None):
        """Places of sealed packets."""
        return [i for i, p in enumerate(self.packets)
                if p.kind == kind and (from_client is None or p.from_client == from_client)]

    def key(self, packet):
        return self.key_of[self.owners[packet.destination], "client" if packet.from_client else "server", packet.kind]

    def frames(self, packet):
        """None when it is not authentic, which the id that it is for may tell already."""
        return self.key(packet).open(packet.number, packet.bytes) if packet.destination in self.owners else None

    def client_id(self):
        """The id that the Hello gives, right behind its random."""
        random, hello = bytes.fromhex(self.owners[self.packets[self.sealed(1, False)[0]].destination]), self.packets[0].bytes
        at = hello.index(random) + len(random)
        return hello[at:at + 8]

    def say(self, from_client, frames, kind=0, at=None, number=None, key=None, first=0):
        """Adds a packet of one side with these frames: sealed, by default as its next and last."""
        last = [p for p in self.packets if p.kind == kind and p.from_client == from_client][-1]
        number = last.number + 1 if number is None else number
        header = HEADER.pack(last.bytes[0] & 0xFD | first, last.destination, number & 0xFFFFFFFF)
        packet = Packet(at or self.packets[-1].at + 1_000_000, from_client, (key or self.key(last)).seal(number, header, frames))
        self.packets.append(packet)
        return packet

    def update_keys(self, from_client, after):
        """From that place on, one side's packets are under the next generation of keys (AV-KEY-11)."""
        random_of = next(iter({self.owners[p.destination] for p in self.packets if p.kind == 0}))
        label = f"AVOCET_{'CLIENT' if from_client else 'SERVER'}_TRAFFIC_SECRET_0 {random_of} "
        secret = next(line for line in self.keys.read_text().splitlines() if line.startswith(label)).split()[2]
        updated = PacketKey(expand_label(bytes.fromhex(secret), b"traffic upd", 48))
        for i in self.sealed(from_client=from_client):
            packet = self.packets[i]
            if i <= after:
                continue
            header = bytes([packet.bytes[0] | 2]) + packet.bytes[1:HEADER.size]
            self.packets[i] = replace(packet, bytes=updated.seal(packet.number, header, self.frames(packet)))

    def in_runs(self, longest):
        """As captures on the sending machine hold it: packets in a row of one side and of one size, but for the last, as one."""
        runs = []
        for p in self.packets:
            last = runs[-1] if runs else []
            fits = last and len(last) < longest and p.kind == 0 == last[0].kind and p.from_client == last[0].from_client and \
                p.destination == last[0].destination and len(last[-1].bytes) == len(last[0].bytes) >= len(p.bytes)
            if fits:
                last.append(p)
            else:
                runs.append([p])
        other = self.copy()
        other.packets = [replace(run[0], bytes=b"".join(p.bytes for p in run)) for run in runs]
        return other

    def write(self, path, snap=None, ipv6=False):
        pcap = Pcap(path)
        for p in self.packets:
            ends = (p.client, SERVER) if p.from_client else (SERVER, p.client)
            pcap.add(p.at, *ends, p.bytes, snap=snap and min(snap, len(p.bytes)), ipv6=ipv6)
        pcap.close()
        return path


def flipped(source, data, first=0):
    """The same with one bit changed, at `first` or behind it."""
    at = source.randrange(first, len(data))
    return data[:at] + bytes([data[at] ^ 1 << source.randrange(8)]) + data[at + 1:]


def varint(n):
    """RFC 9000 section 16, in the fewest bytes."""
    for size, prefix in ((1, 0), (2, 1), (4, 2), (8, 3)):
        if n < 1 << (8 * size - 2):
            return (prefix << (8 * size - 2) | n).to_bytes(size, "big")
    raise ValueError(n)


def read_varint(data, at):
    """The number there, and where it ends."""
    size = 1 << (data[at] >> 6)
    return int.from_bytes(data[at:at + size], "big") & (1 << (8 * size - 2)) - 1, at + size


def frame(kind, *values):
    """A frame of varints and bytes."""
    return varint(kind) + b"".join(v if isinstance(v, bytes) else varint(v) for v in values)


def blob(data):
    return varint(len(data)) + data


def clear(kind, body):
    """A packet in the clear."""
    return bytes([CLEAR | kind << 2]) + b"AVOC" + len(body).to_bytes(2, "big") + body
