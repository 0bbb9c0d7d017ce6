#!/usr/bin/env python3
"""The Wireshark plugin on a real session: server and client through a lossy line, recorded with its keys.

Exit status 77 means: no tshark here.
"""

import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
from functools import partial

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402
from captures import packets_of, write  # noqa: E402
from recorder import Recorder  # noqa: E402
from runner import main  # noqa: E402
from shark import Shark  # noqa: E402

SEALED = "avocet.kind <= 1"
expect = harness.expect


def record(world, folder):
    """One session through loss; returns its capture and its keys. What the client counted is in client.json."""
    keys = folder / "keys"
    world.clip(seconds=4, size="320x180", noise=4)
    server, port, _ = world.serve("--keylog", keys)
    recorder = Recorder(port, folder / "session.pcap", loss=0.02)
    recorder.start()
    _, stats = world.play(recorder.port, "clip", "--no-decode")
    recorder.stop()
    (folder / "client.json").write_text(json.dumps(stats))
    world.stop(server)
    os.chmod(keys, 0o644)
    return folder / "session.pcap", keys


def opens_everything(shark, capture, keys, _folder):
    total, sealed = len(packets_of(capture)), shark.count(capture, SEALED, keys)
    expect(shark.count(capture, "avocet", keys) == total, "not every packet is recognised")
    expect(shark.count(capture, "avocet.decrypted == 1", keys) == sealed > 100, "not every sealed packet is opened")
    text = shark.read(capture, "-V", keys=keys)
    for bad in ("Malformed", "Dissector bug", "avocet.expert.malformed"):
        expect(bad not in text, f"{bad} in a good capture")
    bad = shark.count(capture, "avocet.expert.malformed || avocet.expert.tag_failure || avocet.expert.wrong_sender || "
                      "avocet.expert.handshake_order || avocet.expert.flow_control || avocet.expert.id_contradiction || "
                      "avocet.expert.stream_contradiction || avocet.expert.fragment_contradiction", keys)
    expect(bad == 0, f"{bad} packets of a good session are said to break the protocol")


def links_acknowledgements(shark, capture, keys, _folder):
    """An ACK's packet has its number, and the round trip is the difference of their times."""
    times = {i: at for i, (at, _) in enumerate(packets_of(capture), start=1)}
    sent = {(side, number): int(packet) for packet, side, number in
            shark.fields(capture, "avocet.kind == 0", "frame.number", "avocet.from_client", "avocet.number", keys=keys)}
    rows = shark.fields(capture, "avocet.ack.packet", "frame.number", "avocet.from_client", "avocet.ack.largest",
                        "avocet.ack.packet", "avocet.ack.round_trip", keys=keys)
    expect(len(rows) > 50, "hardly an acknowledgement")
    for packet, side, largest, of, trip in rows:
        other = "0" if side == "1" else "1"
        expect(sent.get((other, largest)) == int(of), f"packet {packet} acknowledges {largest}, linked to {of}")
        truth = (times[int(packet)] - times[int(of)]) / 1e9
        expect(abs(float(trip) - truth) < 1e-6, f"packet {packet}: round trip {trip}, in truth {truth}")


def follows_connections(shark, capture, keys, folder):
    """Gaps, requests and answers, and a client that has a new port from the middle on."""
    gaps = sum(int(n) for (n,) in shark.fields(capture, "avocet.gap", "avocet.gap", keys=keys))
    expect(gaps > 0, "lost packets leave no gap")
    expect(shark.count(capture, "avocet.join.name", keys) == 1, "no Join")
    expect(shark.count(capture, "avocet.request_in && avocet.tracks.play", keys) >= 1, "Tracks does not answer Play")
    packets = packets_of(capture)
    client, out = packets[0][1][20:22], []
    for i, (at, data) in enumerate(packets):
        if i > len(packets) // 2:
            place = 20 if data[20:22] == client else 22
            data = data[:place] + b"\xea\x60" + data[place + 2:]
        out.append((at, data))
    moved = write(folder / "moved.pcap", out)
    expect(shark.count(moved, "avocet.decrypted == 0", keys) == 0, "not opened after the client moved")
    expect(shark.count(moved, "avocet.expert.migration", keys) == 1, "the new port is not noticed")
    connections = {c for (c,) in shark.fields(moved, "avocet", "avocet.connection", keys=keys)}
    expect(connections == {"0"}, f"one connection became {connections}")


def says_what_is_missing(shark, capture, keys, folder):
    rows = shark.fields(capture, "avocet.missing_secret", "avocet.missing_secret", "avocet.client_random")
    expect(len(rows) == shark.count(capture, SEALED), "not all sealed packets say which secret is missing")
    expect({label for label, _ in rows} >= {"AVOCET_CLIENT_TRAFFIC_SECRET_0", "AVOCET_SERVER_HANDSHAKE_TRAFFIC_SECRET"},
           f"wrong labels: {set(label for label, _ in rows)}")
    randoms = {line.split()[1] for line in keys.read_text().splitlines()}
    expect({random for _, random in rows} <= randoms, "wrong client random")
    expect(shark.count(capture, "avocet.decrypted == 1", env={"AVOCET_KEYLOG": str(keys)}) > 100, "AVOCET_KEYLOG is not read")
    noted = folder / "noted.pcapng"
    subprocess.run(["editcap", "-a", f"1:{keys.read_text()}", str(capture), str(noted)], check=True)
    os.chmod(noted, 0o644)
    expect(shark.count(noted, "avocet.decrypted == 0") == 0, "keys in a comment are not used")


def reads_from_the_middle(shark, capture, keys, folder):
    middle = write(folder / "middle.pcap", packets_of(capture)[200:])
    port = packets_of(capture)[0][1][22:24]
    decode_as = f"udp.port=={int.from_bytes(port, 'big')},avocet"
    done = shark.read(middle, "-d", decode_as, "-Y", "avocet.decrypted == 0", keys=keys)
    expect(done == "", f"not opened in a capture that begins midway:\n{done[:500]}")
    expect(len(shark.read(middle, "-d", decode_as, "-Y", "avocet.decrypted == 1", keys=keys).splitlines()) > 100, "nothing opened")


FORWARD = ("avocet.response_in", "avocet.retransmission.in", "avocet.media.whole_in", "avocet.switched.first_frame_in")


def two_passes_equal_one(shark, capture, keys, _folder):
    """But for links to later packets, which a second pass alone can know."""
    noise = re.compile(r'(?m)^.*(time="|creator=|capture_file=|' + "|".join(FORWARD).replace(".", r"\.") + r').*\n')
    one, two = (noise.sub("", shark.read(capture, *more, "-T", "pdml", keys=keys)) for more in ([], ["-2"]))
    expect(one == two, "two passes show something else than one")


def links_forward_on_a_second_pass(shark, capture, keys, _folder):
    """Each link to an earlier packet has one back, and no other."""
    for back, forward in (("avocet.request_in", "avocet.response_in"), ("avocet.retransmission.of", "avocet.retransmission.in"),
                          ("avocet.media.packet", "avocet.media.whole_in"),
                          ("avocet.media.switch_in", "avocet.switched.first_frame_in")):
        rows = shark.fields(capture, f"{back} || {forward}", "frame.number", back, forward, keys=keys, passes=2)
        backward = {(int(of), int(packet)) for packet, links, _ in rows for of in links.split(",") if of}
        links = {(int(packet), int(to)) for packet, _, links in rows for to in links.split(",") if to}
        expect(backward == links, f"{forward} is not {back} reversed: {sorted(backward ^ links)[:10]}")


def any_order_shows_the_same(shark, capture, keys, _folder):
    """sharkd shows packets in random order; each is as tshark shows it on a second pass."""
    text = shark.read(capture, "-2", "-V", keys=keys)
    wanted = [[line.strip(" []") for line in packet.splitlines() if line.strip()]  # sharkd does not mark what is generated
              for packet in re.findall(r"(?ms)^Avocet Media Transport$.*?(?=^Frame \d+: |\Z)", text)]
    order = list(range(1, len(wanted) + 1))
    random.Random(6).shuffle(order)
    for number, lines in zip(order, shark.trees(capture, order, "Avocet Media Transport", keys)):
        expect(lines == wanted[number - 1], f"packet {number} shows {set(lines) ^ set(wanted[number - 1])} here or there only")


def survives_fuzzed_packets(shark, capture, keys, folder):
    """Damaged packets are ours to explain or to leave: others that Wireshark then tries may call one malformed."""
    for seed in range(1, 5):
        fuzzed = folder / "fuzzed.pcap"
        subprocess.run(["editcap", "-E", "0.02", "-o", "28", "--seed", str(seed), str(capture), str(fuzzed)], check=True)
        os.chmod(fuzzed, 0o644)
        text = shark.read(fuzzed, "-V", "-d", "udp.port==1-65535,avocet", keys=keys,
                          env={"WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple"})
        for bad in ("Dissector bug", "Malformed Packet: Avocet"):
            expect(bad not in text, f"{bad} (editcap -E 0.02 --seed {seed})")


def knows_enough(shark, capture, keys, _folder):
    names = [line.split("\t")[2] for line in shark.run("-G", "fields").stdout.splitlines() if line.startswith("F\t")]
    ours = {name for name in names if name.startswith("avocet.")}
    experts = {name for name in ours if name.startswith("avocet.expert.")}
    expect(len(ours - experts) >= 150 and len(experts) >= 25, f"{len(ours - experts)} fields, {len(experts)} judgements")
    statistics = shark.read(capture, "-q", "-z", "avocet,tree", "-z", "avocet_media,tree", "-z", "follow,avocet,ascii,0", keys=keys)
    for word in ("protected, opened", "MEDIA", "Credit", "track", "Jitter", "clip"):
        expect(word in statistics, f"no {word} in the statistics")


def counts_frames_as_the_client(shark, capture, keys, folder):
    """Audio frames that the client received, by its own statistics."""
    received = json.loads((folder / "client.json").read_text())["audio"]["framesReceived"]
    table = shark.read(capture, "-q", "-z", "avocet_media,tree", keys=keys)
    whole = re.search(r"\(audio\)\s+(\d+)", table)
    expect(whole and int(whole[1]) == received, f"the client received {received} audio frames:\n{table}")


def agrees_with_the_script(shark, capture, _keys, folder):
    """avocet.lua gives the same values for the same fields, without keys."""
    script = Shark(folder / "script", None, lua=pathlib.Path(__file__).resolve().parents[2] / "dissector/avocet.lua")
    fields = [line.split("\t")[2] for line in script.run("-G", "fields").stdout.splitlines() if line.startswith("F\t") and
              line.split("\t")[2].startswith("avocet.")]
    expect(len(fields) > 15, f"the script has the fields {fields} only")
    times = "avocet.spin.round_trip"
    same = ["frame.number", *(f for f in fields if f != times)]
    one, two = (s.fields(capture, "avocet", *same) for s in (shark, script))
    expect(len(one) == len(two), f"the plugin shows {len(one)} packets, the script {len(two)}")
    for plugin, lua in zip(one, two):
        expect(plugin == lua, f"the plugin shows {dict(zip(same, plugin))}, the script {dict(zip(same, lua))}")
    one, two = (s.fields(capture, times, "frame.number", times) for s in (shark, script))
    expect([p for p, _ in one] == [p for p, _ in two], "the spin bit flips elsewhere")
    expect(all(abs(float(a) - float(b)) < 1e-6 for (_, a), (_, b) in zip(one, two)), "other round trips by the spin bit")


TESTS = [opens_everything, links_acknowledgements, follows_connections, says_what_is_missing, reads_from_the_middle,
         two_passes_equal_one, links_forward_on_a_second_pass, any_order_shows_the_same, survives_fuzzed_packets, knows_enough,
         counts_frames_as_the_client, agrees_with_the_script]


def checks(arguments, shark, _folder):
    world = harness.World(arguments.bin)
    try:
        os.chmod(world.folder, 0o755)
        capture, keys = record(world, world.folder)
        os.chmod(capture, 0o644)
        if arguments.keep:
            shutil.copy(capture, arguments.keep), shutil.copy(keys, arguments.keep)
        print(f"recorded {len(packets_of(capture))} packets")
        for test in TESTS:
            yield test.__name__, partial(test, shark, capture, keys, world.folder)
    finally:
        world.close()


if __name__ == "__main__":
    main(__doc__, checks, tools=["tshark", "editcap"], options={"--keep": {"help": "copy the capture and its keys to this folder"}})
