#!/usr/bin/env python3
"""A second, small implementation of Avocet's handshake: from the private keys and the datagrams of a vector it computes
every hash, secret, key, signature and MAC anew, opens the packets, and compares all that with what the vector says. It
shares no code with the first: SHA-384, HMAC and AES-GCM are PyCryptodome's, X25519 and Ed25519 libsodium's."""

import argparse
import sys
from pathlib import Path

CANNOT_RUN = 77

HELLO, RETRY, SERVER_HELLO, MESSAGE_HASH = 0x02, 0x03, 0x05, 0xFE
NAMES = {0x10: "Parameters", 0x11: "ServerIdentity", 0x12: "ServerVerify", 0x13: "ServerFinished",
         0x14: "ClientIdentity", 0x15: "ClientVerify", 0x16: "ClientFinished"}
ORDER = {"server": ["Parameters", "ServerIdentity", "ServerVerify", "ServerFinished"],
         "client": ["Parameters", "ClientIdentity", "ClientVerify", "ClientFinished"]}
RESUMED_ORDER = {"server": ["Parameters", "ServerFinished"], "client": ["Parameters", "ClientFinished"]}
NEW_TOKEN, NEW_TICKET = 0x12, 0x11
ED25519 = bytes.fromhex("0807")
ED25519_KEY = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: a SubjectPublicKeyInfo, before its 32 bytes
ZEROS = bytes(48)


class Disagreement(Exception):
    """The vector is not what follows from its private keys and datagrams."""


def must(true, what):
    if not true:
        raise Disagreement(what)


# The cipher suite.

def sha384(data=b""):
    from Cryptodome.Hash import SHA384
    return SHA384.new(data).digest()


def hmac(key, data):
    from Cryptodome.Hash import HMAC, SHA384
    return HMAC.new(key, data, SHA384).digest()


def expand_label(secret, label, context, size):
    label = b"avocet1 " + label.encode()
    info = size.to_bytes(2, "big") + bytes([len(label)]) + label + bytes([len(context)]) + context
    out, block, counter = b"", b"", 0
    while len(out) < size:
        counter += 1
        block = hmac(secret, block + info + bytes([counter]))
        out += block
    return out[:size]


def derive(secret, label, context):
    return expand_label(secret, label, context, 48)


def open_packet(key, iv, packet):
    """The frames of a sealed packet: the header is 13 bytes, and the first packets' numbers fit into 32 bits."""
    from Cryptodome.Cipher import AES
    header, body, tag = packet[:13], packet[13:-16], packet[-16:]
    number = int.from_bytes(header[9:13], "big")
    nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce, mac_len=16)
    cipher.update(header)
    try:
        return cipher.decrypt_and_verify(body, tag)
    except ValueError:
        raise Disagreement("a packet does not open") from None


def x25519(private, public):
    from nacl.bindings import crypto_scalarmult
    return crypto_scalarmult(private, public)


def x25519_public(private):
    from nacl.bindings import crypto_scalarmult_base
    return crypto_scalarmult_base(private)


def ed25519_key(private):
    from nacl.signing import SigningKey
    return SigningKey(private)


# Reading bytes.

class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        must(self.at + size <= len(self.data), "bytes end inside a field")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def varint(self):
        first = self.number(1)
        value = first & 0x3F
        for _ in range((1 << (first >> 6)) - 1):
            value = value << 8 | self.number(1)
        return value

    def blob(self):
        return self.take(self.varint())

    def optional(self, read):
        return read() if self.number(1) else None

    @property
    def left(self):
        return len(self.data) - self.at


def varint(value):
    if value < 1 << 6:
        return value.to_bytes(1, "big")
    must(value < 1 << 14, "a number that no message of a handshake has")
    return (value | 1 << 14).to_bytes(2, "big")


def framed(kind, body, length=None):
    return varint(kind) + varint(len(body) if length is None else length) + body


def clear_body(packet):
    reader = Reader(packet[1:])
    must(reader.take(4) == b"AVOC", "no magic")
    body = reader.take(reader.number(2))
    must(not any(packet[1 + reader.at :]), "padding is not zero")
    return body


def read_hello(body):
    r = Reader(body)
    hello = {"versions": [r.number(4) for _ in range(r.varint())], "random": r.take(32), "cid": r.take(8),
             "groups": [r.number(2) for _ in range(r.varint())], "group": r.number(2), "share": r.blob(),
             "algorithms": [r.number(2) for _ in range(r.varint())],
             "token": r.optional(r.blob), "ticket": r.optional(r.blob), "binder": r.optional(lambda: r.take(48))}
    must(r.left == 0, "bytes after the Hello")
    return hello


def read_server_hello(body):
    r = Reader(body)
    hello = {"version": r.number(4), "group": r.number(2), "random": r.take(32), "client_cid": r.take(8),
             "cid": r.take(8), "share": r.blob(), "resumed": r.number(1)}
    must(r.left == 0, "bytes after the ServerHello")
    return hello


# The handshake.

class Handshake:
    """Follows both sides of one conversation, as somebody who knows the private keys."""

    def __init__(self, private, ticket_secret=None):
        self.private = private
        self.ticket_secret = ticket_secret
        self.order = ORDER
        self.values = {}
        self.client_hello = self.retry = self.first_hash = self.server_hello = None
        self.transcript = b""
        self.stage = b""  # of the ladder: early, handshake, then master secret
        self.secrets = {"client": {}, "server": {}}
        self.streams = {"client": b"", "server": b""}
        self.said = {"client": [], "server": []}

    def put(self, name, value):
        must(name not in self.values, f"{name} twice")
        self.values[name] = value
        return value

    def hash(self):
        return sha384(self.transcript)

    def datagram(self, number, side, packet):
        kind = packet[0] >> 2 & 7
        must(packet[0] >> 5 == 1 and kind in (0, 1, 2, 3, 5), "a first byte of another shape")
        if kind in (0, 1):
            return self.sealed(number, side, packet, "traffic" if kind == 0 else "handshake")
        must(side == {2: "client", 3: "server", 5: "server"}[kind], "the wrong side said it")
        {2: self.on_hello, 3: self.on_retry, 5: self.on_server_hello}[kind](packet)

    def on_hello(self, packet):
        must(len(packet) == 1200, "a Hello is not 1200 bytes")
        body = clear_body(packet)
        hello = read_hello(body)
        must(1 in hello["versions"] and hello["group"] == 0x1D, "a Hello that this program does not know")
        must(hello["share"] == x25519_public(self.private["client share"]), "the client's share is of another key")
        before = b""
        if self.retry is None:
            must(self.client_hello is None, "two Hellos")
        else:
            expected = dict(self.client_hello, token=self.retry["cookie"], binder=hello["binder"])
            must(hello == expected, "the second Hello differs in more than its token and binder")
            before = framed(MESSAGE_HASH, self.first_hash) + framed(RETRY, self.retry["body"])
        if hello["ticket"] is not None:
            self.check_binder(before, body, hello["binder"])
        self.transcript = before + framed(HELLO, body)
        self.client_hello = hello

    def check_binder(self, before, body, binder):
        must(self.ticket_secret is not None, "a ticket whose secret is not told")
        early = hmac(ZEROS, self.ticket_secret)
        secret = self.put("binder secret", derive(early, "res binder", sha384()))
        to_binder = sha384(before + framed(HELLO, body[:-48], len(body)))
        mac = hmac(derive(secret, "finished", b""), to_binder)
        must(self.put("binder", mac) == binder, "the binder is of another secret")

    def on_retry(self, packet):
        body = clear_body(packet)
        r = Reader(body)
        must(r.take(8) == self.client_hello["cid"], "a Retry for somebody else")
        self.retry = {"body": body, "cookie": r.blob()}
        self.first_hash = self.put("hash of the first Hello", self.hash())

    def on_server_hello(self, packet):
        body = clear_body(packet)
        hello = self.server_hello = read_server_hello(body)
        must(hello["version"] == 1 and hello["group"] == self.client_hello["group"], "chosen what was not offered")
        must(hello["client_cid"] == self.client_hello["cid"], "a ServerHello for somebody else")
        must(hello["share"] == x25519_public(self.private["server share"]), "the server's share is of another key")
        must(hello["resumed"] == (self.ticket_secret is not None), "the ticket is there and not taken, or the reverse")
        if hello["resumed"]:
            self.order = RESUMED_ORDER
        self.transcript += framed(SERVER_HELLO, body)
        to_here = self.put("transcript to ServerHello", self.hash())

        shared = self.put("shared secret", x25519(self.private["client share"], hello["share"]))
        self.stage = self.put("early secret", hmac(ZEROS, self.ticket_secret or ZEROS))
        self.climb("handshake", shared)
        for side in ("client", "server"):
            mine = self.secrets[side]
            mine["handshake"] = self.put(f"{side} handshake secret", derive(self.stage, f"{side[0]} hs traffic", to_here))
            self.keys(side, "handshake", mine["handshake"])
            mine["finished"] = self.put(f"{side} finished key", derive(mine["handshake"], "finished", b""))

    def climb(self, stage, secret):
        salt = self.put(f"derived for {stage}", derive(self.stage, "derived", sha384()))
        self.stage = self.put(f"{stage} secret", hmac(salt, secret))

    def keys(self, side, what, secret, generation=""):
        key = self.put(f"{side} {what} key{generation}", expand_label(secret, "key", b"", 32))
        iv = self.put(f"{side} {what} iv{generation}", expand_label(secret, "iv", b"", 12))
        self.secrets[side][what + " keys"] = key, iv

    def sealed(self, number, side, packet, what):
        must(what + " keys" in self.secrets[side], "a sealed packet before there are keys")
        to = self.server_hello["cid"] if side == "client" else self.client_hello["cid"]
        must(packet[1:9] == to, "a packet to another connection id")
        frames = self.put(f"datagram {number} frames", open_packet(*self.secrets[side][what + " keys"], packet))
        if what == "handshake":
            self.handshake_frames(side, frames)
        else:
            must(self.complete, "a Protected packet before the handshake is done")
            if side == "server":
                self.ticket_in(frames)

    @property
    def complete(self):
        return self.said == self.order

    def ticket_in(self, frames):
        """The ticket follows its token, and the token follows DONE."""
        must(frames[0] == 0x0F and NEW_TOKEN in frames, "the server's first Protected packet begins with DONE")
        for at in range(len(frames)):
            try:
                r = Reader(frames[at:])
                must(r.varint() == NEW_TOKEN, "no token")
                r.blob()
                must(r.varint() == NEW_TICKET and r.varint() == 86400 and r.varint() == 0, "no ticket")
                ticket = r.blob()
                break
            except Disagreement:
                continue
        else:
            raise Disagreement("the server gives no ticket")
        self.put("ticket", ticket)
        self.put("secret of that ticket", expand_label(self.values["resumption secret"], "ticket", sha384(ticket), 48))

    def handshake_frames(self, side, frames):
        r = Reader(frames)
        while r.left:
            kind = r.varint()
            if kind == 0:
                must(not any(r.take(r.left)), "a frame that Handshake packets must not carry")
                return
            must(kind == 3, "a frame that Handshake packets must not carry")
            must(r.varint() == len(self.streams[side]), "the vector's packets come in order")
            self.streams[side] += r.blob()
        self.messages(side)

    def messages(self, side):
        r = Reader(self.streams[side])
        try:
            while r.left:
                kind, body = r.varint(), r.blob()
                self.message(side, kind, body)
                self.streams[side] = self.streams[side][r.at :]
                r = Reader(self.streams[side])
        except Disagreement as why:
            if "end inside" not in str(why):
                raise

    def message(self, side, kind, body):
        name = NAMES.get(kind)
        must([*self.said[side], name] == self.order[side][: len(self.said[side]) + 1], f"{name} is out of order")
        if name.endswith("Identity"):
            public = bytes(ed25519_key(self.private[f"{side} identity"]).verify_key)
            must(ED25519_KEY + public in body, f"the {side}'s identity is of another key")
        elif name.endswith("Verify"):
            self.verify(side, body)
        elif name.endswith("Finished"):
            must(body == self.put(f"{side} Finished", hmac(self.secrets[side]["finished"], self.hash())),
                 f"the {side}'s Finished does not verify")
        self.said[side].append(name)
        self.transcript += framed(kind, body)
        self.put(f"transcript to {side + ' ' if name == 'Parameters' else ''}{name}", self.hash())
        if name == "ServerFinished":
            self.application()
        elif name == "ClientFinished":
            self.put("resumption secret", derive(self.stage, "res master", self.hash()))

    def verify(self, side, body):
        content = self.put(f"{side} signed content",
                           b" " * 64 + f"avocet1 {side} verify".encode() + b"\0" + self.hash())
        r = Reader(body)
        must(r.take(2) == ED25519, "a signature of another kind")
        signature = r.blob()
        key = ed25519_key(self.private[f"{side} identity"])
        must(self.put(f"{side} signature", key.sign(content).signature) == signature, f"the {side} signed something else")

    def application(self):
        self.climb("master", ZEROS)
        to_here = self.hash()
        for side in ("client", "server"):
            secret = self.put(f"{side} traffic secret 0", derive(self.stage, f"{side[0]} ap traffic", to_here))
            self.secrets[side]["traffic"] = secret
            self.named_keys(side, secret, 0)
            self.secrets[side]["traffic keys"] = (self.values[f"{side} traffic key"], self.values[f"{side} traffic iv"])
        self.put("exporter secret", derive(self.stage, "exp master", to_here))

    def named_keys(self, side, secret, generation):
        suffix = f" {generation}" if generation else ""
        self.put(f"{side} traffic key{suffix}", expand_label(secret, "key", b"", 32))
        self.put(f"{side} traffic iv{suffix}", expand_label(secret, "iv", b"", 12))

    def next_generation(self):
        for side in ("client", "server"):
            secret = derive(self.secrets[side]["traffic"], "traffic upd", b"")
            self.put(f"{side} traffic secret 1", secret)
            self.named_keys(side, secret, 1)


# Vectors.

def read_vector(text):
    """{name: bytes} in the order of the file."""
    values, name = {}, None
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("  "):
            values[name] += bytes.fromhex(line)
        else:
            must(line.endswith(":") and line[:-1] not in values, f"a line that is not understood: {line}")
            name = line[:-1]
            values[name] = b""
    return values


def check(values):
    """Raises Disagreement unless everything in the vector follows from its private keys and datagrams."""
    suffix = " private key"
    private = {name.removesuffix(suffix): value for name, value in values.items() if name.endswith(suffix)}
    handshake = Handshake(private, values.get("ticket secret"))
    computed = dict.fromkeys(name for name in values if name.endswith(suffix) or name == "ticket secret")
    for name, value in values.items():
        words = name.split()
        if words[0] == "datagram" and words[2] == "from":
            handshake.datagram(int(words[1]), words[3], value)
            computed[name] = None
    must(handshake.complete, "the handshake is not complete")
    handshake.next_generation()
    computed.update(handshake.values)
    for name, value in computed.items():
        must(name in values, f"the vector does not say the {name}")
        must(value is None or value == values[name], f"the {name} is another: {value.hex() if value else ''}")
    must(len(computed) == len(values), f"nothing is known of {sorted(set(values) - set(computed))}")
    return len(values)


def self_test(values):
    """Changes one bit of each value in turn, and each time expects a disagreement."""
    check(values)
    for name, value in values.items():
        for at in {0, len(value) // 2, len(value) - 1}:
            changed = bytearray(value)
            changed[at] ^= 0x10
            try:
                check(dict(values, **{name: bytes(changed)}))
            except Disagreement:
                continue
            # RFC 7748 clears the low three bits of a private key's first byte and sets the highest two of its last; a
            # resumed handshake shows no identities.
            clamped = name.endswith("share private key") and at in (0, len(value) - 1)
            must(clamped or (name.endswith("identity private key") and "ticket secret" in values),
                 f"byte {at} of the {name} may be anything")
    return len(values)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", action="store_true", help="compare every value of every vector")
    mode.add_argument("--self-test", action="store_true", help="change every value in turn: each must be noticed")
    parser.add_argument("folder", type=Path, help="the folder of the vectors")
    arguments = parser.parse_args()
    try:
        import Cryptodome  # noqa: F401
        import nacl  # noqa: F401
    except ImportError as absent:
        print(f"skipped: this Python has no {absent.name}. Debian's are python3-pycryptodome and python3-nacl; "
              "scripts/setup installs them")
        return CANNOT_RUN

    vectors = sorted(arguments.folder.glob("*.txt"))
    if not vectors:
        print(f"no vectors in {arguments.folder}")
        return 1
    failed = 0
    for path in vectors:
        try:
            values = read_vector(path.read_text())
            if arguments.self_test:
                print(f"{path.name}: every change in {self_test(values)} values was noticed")
            else:
                print(f"{path.name}: {check(values)} values agree")
        except Disagreement as why:
            failed += 1
            print(f"{path.name}: {why}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
