#!/usr/bin/env python3
"""The Wireshark plugin reads simulated sessions: of every packet it says what the simulator says, at every end.

Exit status 77 means: no tshark or no avocet-sim here.
"""

import shutil
from functools import partial

import frames_agree
import media_agrees
from runner import main
from simulator import simulate
from truth import End, Run, number_spaces

KINDS = ["protected", "handshake", "hello", "retry", "refuse", "serverHello", "reset"]
SCENARIOS = [  # steps of capacity, loss, disorder with duplicates and damage, new addresses and ports, marks, parity, switches
    ("rfc8867-5.1", "length=8s"), ("quic-drop-rate-transfer", "length=8s"), ("disorder", "length=8s"), ("quic-rebind-port", "length=8s"),
    ("quic-rebind-address", "length=8s"), ("l4s", "length=14s"), ("bursty-loss", "length=8s"), ("vod-steps", "length=20s"),
    ("cellular-lte", "length=16s"), ("quic-blackhole", "length=12s"),
    ("rfc8867-5.2", "length=8s")]
FIELDS = sorted({
    "frame.time_epoch", "udp.length", "ip.dsfield.ecn", "avocet.kind", "avocet.from_client", "avocet.number", "avocet.cid",
    "avocet.connection", "avocet.gap", "avocet.duplicate_of", "avocet.interval", "avocet.decrypted", "avocet.expert.reordered",
    "avocet.expert.tag_failure", "avocet.expert.malformed", "avocet.ack.packet", "avocet.ack.round_trip",
    "avocet.ack.path_round_trip", "avocet.ack.newly", *frames_agree.FIELDS, *media_agrees.FIELDS})


def nanoseconds(seconds):
    whole, _, part = seconds.partition(".")
    return int(whole) * 10**9 + int(part.ljust(9, "0")[:9])


def read_end(shark, run, node, capture):
    rows = shark.fields(capture, "udp", *FIELDS, keys=run.keys)
    return End(run, node, [{name: text.split(",") if text else [] for name, text in zip(FIELDS, row)} for row in rows])


def headers(end):
    """Kind, direction, number, id, size, mark and time."""
    if len(end.seen) != len(end.told):
        yield f"{len(end.seen)} packets in the capture, {len(end.told)} in truth"
    if not end.seen or not end.told:  # stored titles have no publisher
        return
    start = nanoseconds(end.seen[0]["frame.time_epoch"][0]) - end.told[0]["at"]
    for i, told, seen in end.pairs():
        if nanoseconds(seen["frame.time_epoch"][0]) - start != told["at"]:
            yield f"packet {i} came at {seen['frame.time_epoch']}, in truth at {told['at']}"
        if told["event"] == "received" and (seen["ip.dsfield.ecn"] == ["3"]) != told.get("marked", False):
            yield f"packet {i}: ECN is {seen['ip.dsfield.ecn']}, in truth marked: {told.get('marked', False)}"
        if told.get("damaged"):
            if not seen["avocet.expert.tag_failure"] and not seen["avocet.expert.malformed"]:
                yield f"packet {i} is damaged, and nothing is said of it"
            continue
        found = KINDS[int(seen["avocet.kind"][0])], seen["avocet.from_client"], seen["avocet.number"]
        wanted = told["kind"], [str(int(told["direction"] == "toServer"))], [str(told["packetNumber"])] if "packetNumber" in told else []
        if found != wanted:
            yield f"packet {i} is {found}, in truth {wanted}"
        if f"0x{told['connectionId']}" not in seen["avocet.cid"]:
            yield f"packet {i} has the ids {seen['avocet.cid']}, in truth {told['connectionId']}"
        if "size" in told and int(seen["udp.length"][0]) != told["size"] + 8:
            yield f"packet {i} has {seen['udp.length']} bytes with UDP's header, in truth {told['size'] + 8}"
        if told["kind"] in ("protected", "handshake") and seen["avocet.decrypted"] != ["1"]:
            yield f"packet {i} is not opened"


def order(end):
    """Gaps, reordering and duplicates; intervals; one number for each connection."""
    for i, told, seen, largest, before in number_spaces(end):
        number = told["packetNumber"]
        gap = number - largest - 1 if largest is not None and number > largest else 0
        found = seen["avocet.gap"], seen["avocet.duplicate_of"], bool(seen["avocet.expert.reordered"])
        wanted = [str(gap)] if gap else [], [str(before)] if before else [], before is None and largest is not None and number < largest
        if found != wanted:
            yield f"packet {i}: gap, duplicate, reordered are {found}, in truth {wanted}"
    last, connections = {}, {}
    for i, told, seen in end.pairs():
        if told.get("damaged"):
            continue
        way = end.connection(told), told["direction"]
        interval = [told["at"] - last[way]] if way in last else []
        if [nanoseconds(t) for t in seen["avocet.interval"]] != interval:
            yield f"packet {i} comes {seen['avocet.interval']} after the one before, in truth {interval}"
        last[way] = told["at"]
        if connections.setdefault(way[0], seen["avocet.connection"]) != seen["avocet.connection"]:
            yield f"packet {i} is of connection {seen['avocet.connection']}, others were of {connections[way[0]]}"


def round_trips(end):
    """An acknowledgement's round trip is from the first packet with that number, at this place."""
    sent, measured = {}, []
    for i, told, seen in end.pairs():
        if told.get("damaged") or seen["avocet.duplicate_of"]:
            continue
        way = end.connection(told), told["direction"]
        if told["kind"] == "protected":
            sent.setdefault((way, told["packetNumber"]), i)
        if not seen["avocet.ack.largest"]:
            continue
        back = way[0], "toClient" if way[1] == "toServer" else "toServer"
        of = sent.get((back, int(seen["avocet.ack.largest"][0])))
        if seen["avocet.ack.packet"] != ([str(of)] if of else []):
            yield f"packet {i} acknowledges {seen['avocet.ack.packet']}, in truth {of}"
        if not of:
            continue
        trip = told["at"] - end.told[of - 1]["at"]
        less = max(0, trip - 1000 * int(seen["avocet.ack.delay"][0]))
        for field, wanted in (("avocet.ack.round_trip", trip), ("avocet.ack.path_round_trip", less)):
            if len(seen[field]) != 1 or abs(nanoseconds(seen[field][0]) - wanted) > 1000:
                yield f"packet {i}: {field} is {seen[field]}, in truth {wanted / 1e9}"
        if way == ("viewed", "toServer") and seen["avocet.ack.newly"] != ["0"]:
            measured.append((told["at"], trip))
    if end.role == "server":
        yield from own_round_trips(end, measured)


def own_round_trips(end, measured):
    """What the server's connection itself had measured last is among what its capture shows up to then."""
    for at, latest in end.run.latest_round_trips(end.flow):
        known = [trip for when, trip in measured if when <= at]
        if known and min(abs(trip - latest) for trip in known[-20:]) > 1000:
            yield f"at {at / 1e9} s the server had measured {latest / 1e9} s, the capture shows {known[-1] / 1e9} s"


def nothing_bad(shark, run, capture):
    damaged = any(p.get("damaged") for p in run.packets)
    text = shark.read(capture, "-V", keys=run.keys)
    for bad in ("Malformed", "Dissector bug"):
        if bad in text:
            yield bad
    sealed = shark.count(capture, "avocet.kind <= 1 && avocet.decrypted == 0", run.keys)
    if sealed and not damaged:
        yield f"{sealed} packets are not opened"


def differences(shark, run):
    """Lines that say where captures and truth differ."""
    ends = {}
    for node, capture in run.captures():
        end = ends[node] = read_end(shark, run, node, capture)
        checks = [headers, order, round_trips] + ([frames_agree.disagreements] if end.role != "publisher" else [])
        for check in checks:
            yield from (f"{node}: {line}" for line in check(end))
        yield from (f"{node}: {line}" for line in nothing_bad(shark, run, capture))
    for capture in run.links():
        yield from (f"{capture.name}: {line}" for line in nothing_bad(shark, run, capture))
    for node, viewer in ends.items():
        if viewer.role != "viewer":
            continue
        yield from media_agrees.disagreements(ends[f"{viewer.flow}.server"], viewer)
        yield from media_agrees.judgement_disagreements(viewer)
        yield from media_agrees.playback_disagreements(viewer)


def check(shark, bin_dir, folder, scenario, setting, seed):
    run = Run(simulate(bin_dir, scenario, folder, setting, seed=seed))
    found = list(differences(shark, run))
    assert not found, "\n  ".join([f"{len(found)} differences in {len(run.packets)} events of --seed {seed}", *found[:8]])
    shutil.rmtree(run.folder)
    return f"{setting}, {len(run.packets)} events"


def checks(arguments, shark, folder):
    for scenario, setting in SCENARIOS:
        yield scenario, partial(check, shark, arguments.bin, folder / scenario, scenario, setting, arguments.seed)


if __name__ == "__main__":
    main(__doc__, checks, programs=["avocet-sim"], options={"--seed": {"type": int, "default": 1}})
