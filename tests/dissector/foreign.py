"""Captures of other protocols over UDP: real sessions where a program for them is here, well-formed packets otherwise."""

import os
import struct
import subprocess
import time

from captures import Pcap, packets_of, write
from recorder import Recorder

A, B = ("10.0.0.1", 50001), ("10.0.0.2", 50002)
LOCALHOST = "127.0.0.1"


def made(path, payloads, ports=(A[1], B[1])):
    """Payloads that go to and fro."""
    pcap = Pcap(path)
    ends = (A[0], ports[0]), (B[0], ports[1])
    for i, payload in enumerate(payloads):
        pcap.add(i * 1_000_000, ends[i % 2], ends[1 - i % 2], payload)
    pcap.close()
    return path


def quic(path, source):
    """RFC 9000 section 17: Initial, Handshake, 0-RTT, Retry, Version Negotiation and 1-RTT."""
    ids = [source.randbytes(8), source.randbytes(8)]
    payloads = []
    for i in range(400):
        kind, to, of = i % 8, ids[i % 2], ids[1 - i % 2]
        names = b"\0\0\0\1" + bytes([len(to)]) + to + bytes([len(of)]) + of
        sealed = source.randbytes(1150)
        length = struct.pack(">H", 0x4000 | len(sealed))
        if kind < 2:
            payloads.append(bytes([0xC0 | source.randrange(4)]) + names + b"\0" + length + sealed)
        elif kind < 4:
            payloads.append(bytes([(0xE0 if kind == 2 else 0xD0) | source.randrange(4)]) + names + length + sealed)
        elif i == 4:
            payloads.append(bytes([0xF0 | source.randrange(16)]) + names + source.randbytes(60))
        elif i == 5:
            payloads.append(bytes([0x80 | source.randrange(64)]) + b"\0\0\0\0" + names[4:] + b"\0\0\0\1\x6b\x33\x43\xcf")
        else:
            payloads.append(bytes([0x40 | source.randrange(64)]) + to + source.randbytes(source.randrange(30, 1200)))
    return made(path, payloads, ports=(50001, 443))


def wireguard(path, source):
    """Initiation, response, cookie reply and transport data, as in WireGuard's paper, section 5.4."""
    sizes = {1: 148, 2: 92, 3: 64}
    payloads = []
    for i in range(400):
        kind = (1, 2, 3, 4)[i] if i < 4 else 4
        size = sizes.get(kind) or 32 + 16 * source.randrange(80)
        body = source.randbytes(4) + (struct.pack("<Q", i) if kind == 4 else b"")
        payloads.append(bytes([kind, 0, 0, 0]) + body + source.randbytes(size - 4 - len(body)))
    return made(path, payloads, ports=(51820, 51820))


def stun(path, source):
    """RFC 8489: binding requests and responses, with attributes; and TURN's channel data (RFC 8656)."""
    payloads = []
    for i in range(400):
        attributes = struct.pack(">HH", 0x8022, 8) + b"agent 01"
        if i % 2:
            attributes += struct.pack(">HHBBHI", 0x0020, 8, 0, 1, source.randrange(65536), source.randrange(1 << 32))
        attributes += struct.pack(">HH", 0x0008, 20) + source.randbytes(20)
        payloads.append(struct.pack(">HHI", 0x0101 if i % 2 else 0x0001, len(attributes), 0x2112A442) + source.randbytes(12) + attributes)
        if i % 4 == 3:
            data = source.randbytes(source.randrange(1, 1000))
            payloads.append(struct.pack(">HH", 0x4000 + source.randrange(0x1000), len(data)) + data)
    return made(path, payloads, ports=(50001, 3478))


def rtcp(path, source):
    """RFC 3550: sender and receiver reports with a source description."""
    payloads = []
    for i in range(400):
        ssrc = source.randbytes(4)
        report = struct.pack(">BBH", 0x81, 200 + i % 2, 12 if i % 2 == 0 else 7) + ssrc
        report += source.randbytes(20 if i % 2 == 0 else 0) + source.randbytes(24)
        payloads.append(report + struct.pack(">BBH", 0x81, 202, 3) + ssrc + b"\x01\x04name\0\0")
    return made(path, payloads)


def dtls(path, _source):
    """A real handshake and what follows it, between openssl s_server and s_client."""
    folder = path.parent
    key, certificate = folder / "dtls.key", folder / "dtls.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=dtls",
                    "-days", "1"], check=True, capture_output=True)
    port = 40000 + os.getpid() % 10000
    server = subprocess.Popen(["openssl", "s_server", "-dtls", "-accept", str(port), "-key", key, "-cert", certificate, "-quiet"],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    recorder = Recorder(port, path)
    recorder.start()
    try:
        time.sleep(0.5)
        client = subprocess.Popen(["openssl", "s_client", "-dtls", "-connect", f"{LOCALHOST}:{recorder.port}", "-quiet"],
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for i in range(60):
            client.stdin.write(os.urandom(30 + 13 * i).replace(b"Q", b"q").replace(b"R", b"r") + b"\n")
            client.stdin.flush()
            time.sleep(0.02)
        client.kill(), client.wait()
    finally:
        server.kill(), server.wait()
        recorder.stop()
    return path


def rtp(path, _source):
    """Pictures that ffmpeg sends."""
    recorder = Recorder(9, path)
    recorder.start()
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-t", "3", "-c:v", "libx264", "-preset",
                    "ultrafast", "-f", "rtp", f"rtp://{LOCALHOST}:{recorder.port}?rtcpport=9"], check=True, capture_output=True)
    time.sleep(0.3)
    recorder.stop()
    return path


# Name in Wireshark, how it is made, what Wireshark needs to be told to see it.
ALL = [("quic", quic, []), ("wg", wireguard, []), ("stun", stun, []), ("dtls", dtls, []), ("rtp", rtp, ["-o", "rtp.heuristic_rtp:TRUE"]),
       ("rtcp", rtcp, ["-o", "rtcp.heuristic_rtcp:TRUE"])]


def on_port(capture, port):
    """The same capture, with one side on another port."""
    out = []
    for at, packet in packets_of(capture):
        out.append((at, packet[:22] + port.to_bytes(2, "big") + packet[24:]))
    return write(capture.with_stem(f"{capture.stem}-{port}"), out)
