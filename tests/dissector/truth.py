"""What the simulator knows to have happened at one end of a connection, and what the plugin says of the capture there."""

import json
from collections import defaultdict

from simulator import truth_of


class Run:
    """What one run of avocet-sim left."""

    def __init__(self, folder):
        self.folder, self.keys = folder, folder / "keys.log"
        truth = truth_of(folder)
        self.packets, self.frames, self.playback = truth["packets"], truth["frames"], truth["playback"]
        # A server's socket carries a publisher and its viewers: ids tell them apart.
        self.published_ids = {(p["node"].rpartition(".")[0], p["connectionId"])
                              for p in self.packets if p["node"].endswith(".publisher")}

    def captures(self):
        """(node, capture) of each host."""
        for capture in sorted(self.folder.glob("capture-*.pcapng")):
            node = capture.stem.removeprefix("capture-")
            flow, _, role = node.rpartition(".")
            if role in ("viewer", "publisher", "server") and any(f["flow"] == flow for f in self.frames):
                yield node, capture

    def links(self):
        hosts = {capture for _, capture in self.captures()}
        return [c for c in sorted(self.folder.glob("capture-*.pcapng")) if c not in hosts]

    def qlog(self, flow, role):
        """The packets that qlog has of the viewer's connection, at one of its ends."""
        for trace in json.loads((self.folder / f"{flow}.qlog").read_text())["traces"]:
            if trace["title"] == f"{flow}, {role}":
                return [e for e in trace["events"] if e["name"].startswith("transport:packet_")]
        return []

    def latest_round_trips(self, flow):
        """(time, ns) of what the server's own connection had measured last."""
        for trace in json.loads((self.folder / f"{flow}.qlog").read_text())["traces"]:
            if trace["title"] == f"{flow}, server":
                return [(round(e["time"] * 1e6), round(e["data"]["latest_rtt"] * 1e6)) for e in trace["events"]
                        if e["name"] == "recovery:metrics_updated" and "latest_rtt" in e["data"]]
        return []


class End:
    """The packets at one host: `told[i]` of the simulator is `seen[i]` of the plugin, fields by name, each a list."""

    def __init__(self, run, node, seen):
        self.run, self.node = run, node
        self.flow, _, self.role = node.rpartition(".")
        self.told = [p for p in run.packets if p["node"] == node and p["event"] in ("sent", "received")]
        self.seen = seen

    def is_live(self):
        """Frames of live titles come out when they can be decoded, those of stored ones at their time."""
        return any(p["flow"] == self.flow and p.get("to") == "live" for p in self.run.playback)

    def pairs(self):
        return zip(range(1, len(self.told) + 1), self.told, self.seen)

    def is_publishing(self, told):
        return (self.flow, told["connectionId"]) in self.run.published_ids

    def connection(self, told):
        return "published" if self.is_publishing(told) else "viewed"

    def viewed(self):
        """(packet, qlog's event, fields) of the viewer's connection."""
        events = iter(self.run.qlog(self.flow, self.role))
        event = next(events, None)
        for i, told, seen in self.pairs():
            if self.is_publishing(told):
                continue
            same = event and (event["name"].endswith(told["event"]), round(event["time"] * 1e6)) == (True, told["at"])
            if same:
                yield i, event, seen
                event = next(events, None)
            elif not told.get("damaged"):
                yield i, None, seen


def number_spaces(end):
    """What follows from the order of numbers: (packet, told, seen, largest before, packet with the same number before)."""
    largest, first = defaultdict(lambda: None), {}
    for i, told, seen in end.pairs():
        if "packetNumber" not in told or told.get("damaged"):
            continue
        space = end.connection(told), told["direction"], told["kind"]
        number = told["packetNumber"]
        yield i, told, seen, largest[space], first.get((space, number))
        first.setdefault((space, number), i)
        largest[space] = max(number, -1 if largest[space] is None else largest[space])
