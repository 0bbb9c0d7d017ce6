"""Captures of UDP over IPv4 without a link layer, times in nanoseconds: written and read."""

import os
import socket
import struct
import subprocess

RAW_IP = 101


class Pcap:
    """Packets of IPv4 and UDP without a link layer, times in nanoseconds."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, RAW_IP))
        self.packets = 0

    def add(self, ns, source, target, payload, snap=None, ipv6=False):
        """`snap`: how many bytes of the payload are captured. `ipv6`: the addresses are made into some of IPv6."""
        udp = struct.pack(">HHHH", source[1], target[1], 8 + len(payload), 0) + payload
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), self.packets & 0xFFFF, 0, 64, 17, 0,
                         socket.inet_aton(source[0]), socket.inet_aton(target[0]))
        if ipv6:
            ends = (bytes.fromhex("20010db8") + bytes(8) + socket.inet_aton(end[0]) for end in (source, target))
            ip = struct.pack(">IHBB", 6 << 28, len(udp), 17, 64) + b"".join(ends)
        self.add_raw(ns, ip + udp, 0 if snap is None else len(payload) - snap)

    def add_raw(self, ns, data, cut=0):
        self.file.write(struct.pack("<IIII", ns // 10**9, ns % 10**9, len(data) - cut, len(data)) + data[:len(data) - cut])
        self.packets += 1

    def close(self):
        self.file.close()
        os.chmod(self.file.name, 0o644)


def packets_of(capture):
    """(time, packet) of each in such a file, or in any that holds bare IP."""
    if capture.suffix == ".pcapng":
        subprocess.run(["editcap", "-F", "nsecpcap", capture, capture.with_suffix(".pcap")], check=True)
        capture = capture.with_suffix(".pcap")
    data = capture.read_bytes()
    at, out = 24, []
    while at < len(data):
        seconds, nanoseconds, size, _ = struct.unpack_from("<IIII", data, at)
        out.append((seconds * 10**9 + nanoseconds, data[at + 16:at + 16 + size]))
        at += 16 + size
    return out


def write(path, packets):
    """Of one that is shorter than its IP header says, the capture has only the beginning."""
    pcap = Pcap(path)
    for at, data in packets:
        missing = max(0, struct.unpack_from(">H", data, 2)[0] - len(data)) if data[0] >> 4 == 4 else 0
        pcap.add_raw(at, data + bytes(missing), missing)
    pcap.close()
    return path
