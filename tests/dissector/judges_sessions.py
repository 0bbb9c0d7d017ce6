#!/usr/bin/env python3
"""What the Wireshark plugin judges: simulated sessions are changed so that something is wrong, and nothing else.

Exit status 77 means: no tshark or no avocet-sim here.
"""

import os
import pathlib
import random
import sys
from dataclasses import replace
from functools import partial

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import violations  # noqa: E402
from captures import packets_of, write  # noqa: E402
from harness import expect  # noqa: E402
from runner import main  # noqa: E402
from session import Session, blob, clear, flipped, frame, varint  # noqa: E402
from simulator import simulate  # noqa: E402

ERRORS = "_ws.expert.severity == error"


class Bench:
    """One session that went well, and what tests of it need."""

    def __init__(self, shark, folder, bin_dir):
        self.shark, self.folder, self.bin = shark, folder, bin_dir
        self.good = self.run("quic-simple-p2p", "length=5s")
        self.files = 0

    def run(self, scenario, *settings, seed=1, node="media.viewer"):
        place = self.folder / f"{scenario}-{seed}"
        if not place.exists():
            simulate(self.bin, scenario, place, *settings, seed=seed)
        return Session(place / f"capture-{node}.pcapng", place / "keys.log")

    def write(self, session):
        self.files += 1
        return session.write(self.folder / f"{self.files}.pcap")

    def said_on_stream_0(self, session):
        """How many bytes the server's messages take."""
        rows = self.shark.fields(self.write(session), "avocet.stream.id && avocet.from_client == 0", "avocet.stream.id",
                                 "avocet.stream.offset", "avocet.stream.data", keys=session.keys)
        frames = (frame for row in rows for frame in zip(*(column.split(",") for column in row)))
        return max(int(offset) + len(bytes.fromhex(data)) for stream, offset, data in frames if stream == "0")

    def judged(self, session, *kinds):
        """Packets of which one of these is said, counted from 1."""
        which = " || ".join(f"avocet.expert.{kind}" for kind in kinds)
        return {int(n) for (n,) in self.shark.fields(self.write(session), which, "frame.number", keys=session.keys)}


def flags_every_tampered_packet(bench):
    session, source = bench.run("disorder", "length=8s").copy(), random.Random(4)
    clean = [i for i in session.sealed() if session.frames(session.packets[i]) is not None]
    chosen = source.sample(clean, 1000)
    for i in chosen:
        packet = session.packets[i]
        session.packets[i] = replace(packet, bytes=flipped(source, packet.bytes, first=1))
    flagged = bench.judged(session, "tag_failure", "malformed", "keys_missing")
    tampered, good = {i + 1 for i in chosen}, {i + 1 for i in clean if i not in chosen}
    unnoticed = tampered - flagged
    expect(not unnoticed, f"{len(unnoticed)} of 1000 packets that were tampered with are not flagged: {sorted(unnoticed)[:9]}")
    expect(not good & flagged, f"good packets are flagged: {sorted(good & flagged)[:9]}")


def takes_lost_packets_for_what_they_are(bench):
    """A capture that lost a tenth: gaps, and notes on acknowledgements; nobody is accused."""
    session, source = bench.good.copy(), random.Random(5)
    session.packets = [p for i, p in enumerate(session.packets) if i < 20 or source.random() > 0.1]
    expect(len(bench.judged(session, "gap")) > 50, "lost packets leave no gap")
    expect(bench.judged(session, "ack_of_unseen"), "acknowledgements of lost packets are not noted")
    wrong = bench.judged(session, "ack_of_unsent", "acknowledged_early", "malformed", "tag_failure")
    expect(not wrong, f"packets {sorted(wrong)[:9]} are said to be wrong, but the capture is")


def finds_acknowledgements_of_what_was_not_sent(bench):
    session = bench.good.copy()
    session.say(True, frame(0x02, 10**6, 0, 0, 0, 0, b"\0", 0))
    expect(bench.judged(session, "ack_of_unsent") == {len(session.packets)}, "packet 1000000 was never sent")
    session = bench.good.copy()
    acked = session.sealed(from_client=False)[-10]  # its acknowledgement comes before it
    largest = session.packets[acked].number
    session.packets.insert(acked, session.packets[session.sealed(from_client=True)[-1]])
    early = session.copy()
    early.packets = session.packets[:acked]
    early.say(True, frame(0x02, largest, 0, 0, 0, 0, b"\0", 0), at=session.packets[acked].at)
    early.packets += bench.good.packets[acked:acked + 1]
    expect(bench.judged(early, "acknowledged_early") == {len(early.packets)}, "a packet that comes after its acknowledgement")


def follows_key_updates(bench):
    session = bench.good.copy()
    half = len(session.packets) // 2
    for from_client in (True, False):
        session.update_keys(from_client, half)
    capture = bench.write(session)
    expect(bench.shark.count(capture, "avocet.decrypted == 0", session.keys) == 0, "not opened after a key update")
    rows = bench.shark.fields(capture, "avocet.expert.key_update", "frame.number", "avocet.generation", keys=session.keys)
    expect(len(rows) == 2 and {g for _, g in rows} == {"1"}, f"two sides update their keys once: {rows}")
    newer = bench.shark.count(capture, f"avocet.generation == 1 && frame.number > {half}", session.keys)
    expect(newer == sum(p.kind == 0 for p in session.packets[half + 1:]), "all that follows is of generation 1")
    middle = session.copy()
    middle.packets = session.packets[half + 100:]
    expect(bench.shark.count(bench.write(middle), "avocet.decrypted == 0", session.keys) == 0, "a capture begins after a key update")
    early = bench.good.copy()
    early.update_keys(False, early.sealed(from_client=False)[0] - 1)
    expect(bench.judged(early, "key_update_early") == set(), "the first packets seen are of generation 1: no update")


def follows_a_long_session_through_real_updates(bench):
    """Keys are updated after two minutes (AV-KEY-10)."""
    session = bench.run("rfc8867-5.7", "length=128s", node="media-1.viewer")
    capture = bench.write(session)
    expect(bench.shark.count(capture, "avocet.decrypted == 0", session.keys) == 0, "not everything is opened")
    updates = bench.shark.fields(capture, "avocet.expert.key_update", "avocet.generation", "avocet.from_client", keys=session.keys)
    expect(sorted(updates) == [["1", "0"], ["1", "1"]], f"each side updates once in 123 s: {updates}")
    expect(bench.shark.count(capture, ERRORS, session.keys) == 0, "a good session breaks the protocol")


def reads_a_growing_key_log(bench):
    """Packets come through a pipe, and the secrets of traffic are written after the handshake was read."""
    session = bench.good
    lines = session.keys.read_text().splitlines(keepends=True)
    log = bench.folder / "growing.log"
    log.write_text("".join(line for line in lines if "TRAFFIC_SECRET_0" not in line))
    os.chmod(log, 0o644)
    data = bench.write(session).read_bytes()
    fields = ["-T", "fields", "-e", "avocet.kind", "-e", "avocet.decrypted"]
    with bench.shark.pipe("-l", "-o", f"avocet.keylog_file:{log}", *fields) as tshark:
        tshark.stdin.write(data[:len(data) // 2])
        tshark.stdin.flush()
        first = [tshark.stdout.readline() for _ in range(20)]
        with log.open("a") as out:
            out.write("".join(line for line in lines if "TRAFFIC_SECRET_0" in line))
        rest, _ = tshark.communicate(data[len(data) // 2:], timeout=60)
    expect(b"0\t0\n" in first, f"packets are opened before their keys are there: {first}")
    opened = rest.splitlines()
    expect(opened[-100:] == [b"0\t1"] * 100, f"packets are not opened once their keys are there: {opened[-100:][:3]}")


def tells_connections_apart(bench):
    """Two viewers of one server, one after another and through each other."""
    one, two = bench.good, bench.run("quic-simple-p2p", "length=4s", seed=2)
    both = one.copy()
    other = ("10.0.0.3", 50000)
    both.packets = sorted(one.packets + [replace(p, at=p.at + 333, client=other) for p in two.packets], key=lambda p: p.at)
    both.keys = bench.folder / "both.log"
    both.keys.write_text(one.keys.read_text() + two.keys.read_text())
    os.chmod(both.keys, 0o644)
    capture = bench.write(both)
    expect(bench.shark.count(capture, "avocet.decrypted == 0", both.keys) == 0, "not everything is opened")
    rows = bench.shark.fields(capture, "avocet", "avocet.connection", "ip.addr", keys=both.keys)
    groups = {connection: {other[0] in addresses for c, addresses in rows if c == connection} for connection in ("0", "1")}
    expect(sorted(map(list, groups.values())) == [[False], [True]], f"connections and addresses do not agree: {groups}")
    expect(bench.shark.count(capture, ERRORS, both.keys) == 0, "a good session breaks the protocol")
    follow = [bench.shark.read(capture, "-q", "-z", f"follow,avocet,hex,{n}", keys=both.keys) for n in (0, 1)]
    expect(follow[0] != follow[1] and all(len(text) > 500 for text in follow), "the streams of both are shown together")


def begins_in_the_middle(bench):
    for node in ("media.viewer", "media.server"):
        session = bench.run("quic-simple-p2p", "length=5s", node=node).copy()
        session.packets = session.packets[len(session.packets) * 2 // 5:]
        capture = bench.write(session)
        expect(bench.shark.count(capture, "avocet.decrypted == 0", session.keys) == 0, f"not everything is opened ({node})")
        sides = [side for (side,) in bench.shark.fields(capture, "avocet", "avocet.from_client", keys=session.keys)]
        expect(sides == [str(int(p.from_client)) for p in session.packets], f"senders are confused ({node})")
        wrong = bench.shark.count(capture, ERRORS, session.keys)
        expect(wrong == 0, f"{wrong} packets of a good session break the protocol, because it began before ({node})")
    session.keys = bench.folder / "no-ids.log"
    session.keys.write_text("".join(line for line in bench.good.keys.read_text().splitlines(keepends=True) if "_ID" not in line))
    os.chmod(session.keys, 0o644)
    text = bench.shark.read(bench.write(session), "-V", "-c", "1", keys=session.keys)
    expect("no AVOCET_CONNECTION_ID line names the owner" in text, "it is not said what is missing")


def recognises_replays(bench):
    session = bench.good.copy()
    place = session.sealed(from_client=True)[40]
    session.packets.insert(place + 30, replace(session.packets[place], client=("10.9.9.9", 4444), at=session.packets[place + 30].at))
    session.packets.insert(place + 60, replace(session.packets[place], at=session.packets[place + 60].at))
    expect(bench.judged(session, "replayed") == {place + 31}, "the same packet from elsewhere is a replay")
    expect(bench.judged(session, "duplicate") == {place + 61}, "the same packet from the same place is a duplicate")
    expect(bench.judged(session, "migration") == set(), "a replay is no migration")


def sees_amplification(bench):
    session = bench.good.copy()
    first = session.sealed(kind=1, from_client=False)[0]
    session.packets[first:first] = [session.packets[first]] * 8
    judged = bench.judged(session, "amplification")
    sent = sum(len(p.bytes) for p in session.packets[:first] if not p.from_client)
    limit = 3 * len(session.packets[0].bytes)
    expected = set()
    for i in range(first, first + 9):
        sent += len(session.packets[i].bytes)
        if sent > limit:
            expected.add(i + 1)
    expect(judged == expected and judged, f"beyond {limit} bytes are {sorted(expected)}, judged {sorted(judged)}")


def says_what_is_truncated(bench):
    capture = bench.good.write(bench.folder / "snapped.pcap", snap=100)
    long = sum(len(p.bytes) > 100 for p in bench.good.packets)
    expect(bench.shark.count(capture, "avocet.expert.truncated", bench.good.keys) == long, "truncated packets are not all flagged")
    expect(bench.shark.count(capture, "avocet.expert.tag_failure || avocet.expert.malformed", bench.good.keys) == 0,
           "truncated packets are said to be tampered with")
    gaps = bench.shark.count(capture, "avocet.expert.gap", bench.good.keys)
    expect(gaps == len(bench.judged(bench.good, "gap")), "the order of truncated packets is in their headers")


def takes_runs_apart(bench):
    """Runs of packets in one datagram (UDP_SEGMENT, UDP_GRO) show the same packets as each by itself."""
    fields = ["avocet.number", "avocet.decrypted", "avocet.frames", "avocet.media.fragment", "avocet.media.whole_frame"]

    def shown(session):
        rows = bench.shark.fields(bench.write(session), "avocet", *fields, keys=session.keys)
        return [",".join(filter(None, column)) for column in zip(*rows)]

    source, sealed = random.Random(8), set(bench.good.sealed())
    lossy, mixed = bench.good.copy(), bench.good.copy()
    lossy.packets = [p for i, p in enumerate(lossy.packets) if i not in sealed or source.random() > 0.1]
    for i in sorted(sealed)[:-1]:
        if i + 1 in sealed and source.random() < 0.1:
            mixed.packets[i:i + 2] = [replace(p, at=mixed.packets[i].at) for p in mixed.packets[i + 1:i - 1:-1]]
    for name, session in (("as they were sent", bench.good), ("with gaps", lossy), ("out of order", mixed)):
        runs = session.in_runs(40)
        expect(len(runs.packets) < 0.9 * len(session.packets), f"there are hardly any runs {name}")
        expect(shown(runs) == shown(session), f"packets in runs {name} are shown otherwise than alone")


def reads_ipv6(bench):
    capture = bench.good.write(bench.folder / "ipv6.pcap", ipv6=True)
    expect(bench.shark.count(capture, "ipv6 && avocet && !(avocet.decrypted == 0)", bench.good.keys) == len(bench.good.packets),
           "not everything is recognised and opened over IPv6")


def takes_quotes_for_quotes(bench):
    """An ICMP error quotes a packet that went by before: it is shown, and changes nothing."""
    capture = bench.write(bench.good)
    packets = packets_of(capture)
    at, quoted = packets[50]
    icmp = b"\x03\x03\0\0" + bytes(4) + quoted[:200]
    ip = quoted[:2] + (20 + len(icmp)).to_bytes(2, "big") + quoted[4:9] + b"\x01" + bytes(2) + quoted[16:20] + quoted[12:16]
    with_error = write(bench.folder / "icmp.pcap", [*packets[:60], (at, ip + icmp), *packets[60:]])
    found = bench.shark.fields(with_error, "avocet.expert.quoted", "frame.number", keys=bench.good.keys)
    expect(found == [["61"]], f"packet 61 quotes another: {found}")
    for kind in ("duplicate", "gap", "migration", "truncated", "tag_failure", "malformed"):
        expect(bench.shark.count(with_error, f"avocet.expert.{kind}", bench.good.keys) == len(bench.judged(bench.good, kind)),
               f"a quoted packet makes for another {kind}")


def believes_resets_with_their_token(bench):
    session = bench.good.copy()
    where = "avocet.parameters.reset_token && avocet.from_client == 0"
    ((token,),) = bench.shark.fields(bench.write(session), where, "avocet.parameters.reset_token", keys=session.keys)
    violations.reset(session, bytes.fromhex(token))
    expect(bench.judged(session, "reset") == {len(session.packets)}, "the Reset has the token that was announced")
    expect(not bench.judged(session, "reset_forged"), "a good Reset is said to be forged")


def names_what_is_violated(bench):
    """Each of these packets breaks one rule, which is named."""
    for name, kinds, build in violations.ALL:
        session = bench.good.copy()
        build(session)
        for kind in kinds:
            expect(len(bench.judged(session, kind)) > len(bench.judged(bench.good, kind)), f"{name}: no {kind}")
    return f"{len(violations.ALL)} violations"


def tells_what_servers_answer(bench):
    """A Retry, a refused request and the end of a play, which no simulated server has cause to say."""
    session, end = bench.good.copy(), bench.said_on_stream_0(bench.good)
    hello = session.packets[0]
    retry = clear(3, session.client_id() + blob(b"cookie"))
    session.packets.insert(1, replace(hello, from_client=False, at=hello.at + 1, bytes=retry))
    for kind, body in ((0x03, b"\x01\x02" + blob(b"no such title") + blob(b"browse first") + b"\0"),
                       (0x0F, b"\x01" + blob(b"the publisher left") + b"\0")):
        message = varint(kind) + blob(body)
        session.say(False, violations.stream(0, end, message))
        end += len(message)
    capture, last = bench.write(session), len(session.packets)
    for kind, number, told in (("retry", 2, ["avocet.retry.cookie", b"cookie".hex()]),
                               ("request_refused", last - 1, ["avocet.refused.reason", "no such title"]),
                               ("play_ended", last, ["avocet.ended.reason", "the publisher left"])):
        rows = bench.shark.fields(capture, f"avocet.expert.{kind}", "frame.number", told[0], keys=session.keys)
        expect(rows == [[str(number), told[1]]], f"{kind} is said of {rows}, not of packet {number}")
    expect(bench.shark.count(capture, ERRORS, session.keys) == 0, "good answers break the protocol")


def says_nothing_bad_of_good_sessions(bench):
    for scenario, setting in (("quic-simple-p2p", "length=5s"), ("rfc8867-5.4", "length=6s"), ("quic-long-rtt", "length=8s")):
        place = bench.folder / f"good-{scenario}"
        simulate(bench.bin, scenario, place, setting)
        for capture in sorted(place.glob("*.pcapng")):
            found = bench.shark.fields(capture, ERRORS, "frame.number", "_ws.expert.message", keys=place / "keys.log")
            expect(not found, f"{capture.name} of {scenario}: {found[:3]}")


TESTS = [flags_every_tampered_packet, takes_lost_packets_for_what_they_are, finds_acknowledgements_of_what_was_not_sent,
         follows_key_updates, follows_a_long_session_through_real_updates, reads_a_growing_key_log, tells_connections_apart,
         begins_in_the_middle, recognises_replays, sees_amplification, says_what_is_truncated, takes_runs_apart, reads_ipv6,
         takes_quotes_for_quotes, believes_resets_with_their_token, names_what_is_violated, tells_what_servers_answer,
         says_nothing_bad_of_good_sessions]


def checks(arguments, shark, folder):
    bench = Bench(shark, folder, arguments.bin)
    for test in TESTS:
        yield test.__name__, partial(test, bench)


if __name__ == "__main__":
    main(__doc__, checks, programs=["avocet-sim"])
