"""What avocet-sim says of a run, counted as it passes one place: truth.json, and for what acknowledges what, qlog."""

import json
from collections import defaultdict
from pathlib import Path

TO_CLIENT, TO_SERVER = "toClient", "toServer"


class Truth:
    """One run. Knows the connections between servers and viewers; those of publishers are beside the network."""

    calendar = 1_800_000_000_000_000_000  # ns since 1970, when simulations begin

    def __init__(self, folder):
        self.folder = Path(folder)
        told = json.loads((self.folder / "truth.json").read_text())
        self.playback, self.frames = told["playback"], told["frames"]
        self.summary = json.loads((self.folder / "summary.json").read_text())
        packets = [p for p in told["packets"] if p["kind"] == "protected" and not p.get("damaged")]
        self._flow_of = {p["connectionId"]: p["node"].removesuffix(".viewer") for p in packets
                         if p["node"].endswith(".viewer") and p["event"] in ("sent", "received")}
        self._passing = defaultdict(list)
        for p in packets:
            flow = self._flow_of.get(p["connectionId"])
            self._passing[p["node"], p.get("link"), p["event"], flow, p["direction"]].append((p["at"], p["packetNumber"]))

    def flows(self):
        return [flow["name"] for flow in self.summary["flows"]]

    def ids(self, flow):
        """Of the viewer's connection, both ends'."""
        return {name for name, of in self._flow_of.items() if of == flow}

    def passing(self, place, flow, direction):
        """What passes there, in order: (ns, packet number). A place is FLOW.viewer, FLOW.server or LINK.NODE."""
        name, node = place.rsplit(".", 1)
        if name == flow:
            events = (place, None, "sent"), (place, None, "received")
        else:
            events = (node, name, "served"), (node, name, "arrived")
        return [passed for event in events for passed in self._passing.get((*event, flow, direction), ())]

    def path(self, place, flow, direction):
        """What happened upstream of a place."""
        sent = {number for _, number in self.passing(_sender(flow, direction), flow, direction)}
        seen, highest, reordered, duplicated = set(), -1, 0, 0
        for _, number in self.passing(place, flow, direction):
            duplicated += number in seen
            reordered += number not in seen and number < highest
            seen.add(number)
            highest = max(highest, number)
        return {"packetsReceived": len(seen), "packetsLost": sum(n <= highest for n in sent - seen),
                "packetsReordered": reordered, "packetsDuplicated": duplicated}

    def round_trips(self, place, flow, direction):
        """From here to the receiver and back, sorted, s: the ways alone, without what the receiver held them.

        One for each acknowledgement that tells of a larger packet number (RFC 9002 section 5.1).
        """
        back = TO_SERVER if direction == TO_CLIENT else TO_CLIENT
        passed = _first(self.passing(place, flow, direction))
        arrived = _first(self.passing(_sender(flow, back), flow, direction))
        answered = _first(self.passing(_sender(flow, back), flow, back))
        largest = self._acknowledged(_sender(flow, back))
        out, told = [], -1
        for number, at in _first(self.passing(place, flow, back)).items():
            acked = largest.get(number, -1)
            if acked > told and acked in passed:
                out.append((at - answered[number] + arrived[acked] - passed[acked]) / 1e9)
            told = max(told, acked)
        return sorted(out)

    def _acknowledged(self, sender):
        """The largest packet number that each packet of that end acknowledges."""
        out = {}
        for line in (self.folder / f"{sender}.sqlog").read_text().split("\n"):
            event = json.loads(line.lstrip("\x1e") or "{}")
            if event.get("name") != "quic:packet_sent" or event["data"]["header"]["packet_type"] != "1RTT":
                continue
            for frame in event["data"].get("frames", []):
                if frame["frame_type"] == "ack":
                    out[event["data"]["header"]["packet_number"]] = max(r[-1] for r in frame["acked_ranges"])
        return out

    def shown(self, flow, until):
        """Pictures that came out in time by then."""
        return sum(f["flow"] == flow and f["picture"] and f["fate"] == "delivered" and f["out"] <= until for f in self.frames)

    def freezes(self, flow, until):
        """How many were over by then, and how long they were together, s."""
        over = [p for p in self._playback(flow, "frozen") if p["at"] <= until]
        return sum(p.get("times", 1) for p in over), sum(p["lasted"] for p in over) / 1e9

    def switches(self, flow, until):
        return [(p["at"], p["from"], p["to"]) for p in self._playback(flow, "switched") if p["at"] <= until]

    def _playback(self, flow, event):
        return [p for p in self.playback if p["flow"] == flow and p["event"] == event]


def quantile(values, q):
    """Of sorted values, as the analyzer takes it."""
    return values[int(q * (len(values) - 1))] if values else 0.0


def _sender(flow, direction):
    return f"{flow}.server" if direction == TO_CLIENT else f"{flow}.viewer"


def _first(passing):
    """When each number passed for the first time, in that order."""
    out = {}
    for at, number in passing:
        out.setdefault(number, at)
    return out
