#!/usr/bin/env python3
"""What avocet-analyze --plots and --qlog leave: pictures with something on them, and a qlog that agrees with the account."""

import argparse
import json
import shutil
import struct
import sys
import tempfile
import zlib
from collections import Counter
from pathlib import Path

from programs import run

SIZE = (1200, 400)
CHARTS = ("rate", "loss", "round-trip", "queues")
CHANNELS = {2: 3, 6: 4, 3: 1, 0: 1}  # bytes of a pixel, by the colour type of PNG


def expect(good, what):
    if not good:
        sys.exit(what)


def pixels(png):
    """(width, height, {pixel: how many}) of a PNG with 8 bits to a channel, not interlaced (RFC 2083)."""
    expect(png[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG")
    at, data = 8, b""
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        body = png[at + 8:at + 8 + length]
        expect(zlib.crc32(kind + body) == struct.unpack_from(">I", png, at + 8 + length)[0], "a checksum is wrong")
        if kind == b"IHDR":
            width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    expect(depth == 8 and not interlaced, f"{depth} bits, interlaced {interlaced}: this test reads other PNGs")
    step = CHANNELS[colours]
    raw, row, found = zlib.decompress(data), bytearray(width * step), Counter()
    for y in range(height):
        start = y * (1 + width * step)
        row = unfiltered(raw[start], bytearray(raw[start + 1:start + 1 + width * step]), row, step)
        found.update(bytes(row[x:x + step]) for x in range(0, len(row), step))
    return width, height, found


def unfiltered(kind, row, above, step):
    for x in range(len(row)):
        left, up = (row[x - step] if x >= step else 0), above[x]
        corner = above[x - step] if x >= step else 0
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda value: abs(guess - value))
        row[x] = (row[x] + (0, left, up, (left + up) // 2, nearest)[kind]) & 255
    return row


def check_plots(folder):
    drawn = {file.stem for file in folder.iterdir()}
    expect(drawn == set(CHARTS), f"drawn: {sorted(drawn)}")
    for name in CHARTS:
        width, height, found = pixels((folder / f"{name}.png").read_bytes())
        expect((width, height) == SIZE, f"{name}.png is {width} x {height}")
        ground, most = found.most_common(1)[0]
        lines = sum(n for pixel, n in found.items() if len(pixel) > 1 and max(pixel[:3]) - min(pixel[:3]) > 40)
        expect(most < 0.99 * width * height and lines > 500, f"{name}.png is blank: {most} of {ground}, {lines} of its lines")


def check_qlog(file, account):
    text = file.read_text()
    expect(text.startswith("\x1e") and text.endswith("\n"), "not a JSON text sequence (RFC 7464)")
    head, *events = (json.loads(record) for record in text[1:].split("\x1e"))
    expect(head["file_schema"] == "urn:ietf:params:qlog:file:sequential", f"schema: {head}")
    expect(head["serialization_format"] == "application/qlog+json-seq", f"format: {head}")
    expect(head["trace"]["vantage_point"]["type"] == "network" and head["trace"]["event_schemas"], f"trace: {head}")
    names = Counter(event["name"] for event in events)
    expect(names.keys() == {"quic:packet_sent", "quic:packet_received"}, f"events: {names}")
    expect(all(a["time"] <= b["time"] for a, b in zip(events, events[1:])), "times go back")
    connection, = account["connections"]
    for event, direction in (("quic:packet_sent", "fromClient"), ("quic:packet_received", "fromServer")):
        measures = connection[direction]["measures"]
        of_it = [e["data"] for e in events if e["name"] == event]
        expect(len(of_it) == measures["packets"], f"{direction}: {len(of_it)} events, {measures['packets']} packets")
        sizes = sum(e["raw"]["length"] for e in of_it)
        expect(abs(sizes - measures["meanSize"] * len(of_it)) < 1, f"{direction}: {sizes} bytes in qlog")
        numbers = {e["header"]["packet_number"] for e in of_it if e["header"]["packet_type"] == "1RTT"}
        expect(len(numbers) == measures["packetsReceived"], f"{direction}: {len(numbers)} numbers, {measures['packetsReceived']} packets")
    opened = sum("payload_length" in e["data"]["raw"] and e["data"]["header"]["packet_type"] == "1RTT" for e in events)
    expect(opened == connection["measures"]["packetsOpened"], f"{opened} opened in qlog, {connection['measures']} in the account")
    frames = Counter(f["frame_type"] for e in events for f in e["data"]["frames"])
    expect(frames["ack"] > 100 and sum(frames.values()) > len(events), f"frames: {frames}")
    return len(events)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=lambda name: Path(name).resolve(), required=True, help="folder of the programs")
    programs = parser.parse_args().bin
    if not (programs / "avocet-sim").exists() or not shutil.which("gnuplot"):
        print("skipped: avocet-sim was not built, as ns-3 is not installed, or gnuplot is not (package gnuplot-nox)")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        run(programs / "avocet-sim", "run", "bursty-loss", "--set", "length=8s", "--out", out / "run", "--capture", "media.viewer")
        run(programs / "avocet-analyze", out / "run/capture-media.viewer.pcapng", "--keylog", out / "run/keys.log", "--json",
            out / "account.json", "--qlog", out / "trace.sqlog", "--plots", out / "plots")
        check_plots(out / "plots")
        events = check_qlog(out / "trace.sqlog", json.loads((out / "account.json").read_text()))
        print(f"{len(CHARTS)} plots, {events} events in qlog")
    return 0


if __name__ == "__main__":
    sys.exit(main())
