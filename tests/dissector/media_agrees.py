"""Media frames and what was shown: what the plugin says, and what the simulator knows."""

from collections import Counter, defaultdict

FIELDS = ["avocet.media.track", "avocet.media.fragment", "avocet.media.index", "avocet.frame_head.number", "avocet.frame_head.fragments",
          "avocet.frame_head.size", "avocet.frame_head.key", "avocet.retransmission.of", "avocet.media.whole_track",
          "avocet.media.whole_frame", "avocet.media.size", "avocet.media.key", "avocet.media.late_by", "avocet.media.abandoned",
          "avocet.media.switch_in", "avocet.expert.switch", "avocet.expert.freeze"]


FIRST_TRACK = 1  # the server's number for track 0 of a first play


class Media:
    """The fragments and whole frames in the viewer's connection at one end."""

    def __init__(self, end):
        self.fragments = defaultdict(list)  # (track, fragment) -> packets
        self.heads = {}  # (track, frame) -> (first fragment, fragments, size, key), as it was cut first
        self.later_cuts = defaultdict(set)  # (track, frame) -> {(first fragment, fragments)}, when it was sent again in other pieces
        self.whole = defaultdict(list)  # (track, frame) -> (packet, size, key)
        for i, told, seen in end.pairs():
            if end.is_publishing(told) or seen["avocet.duplicate_of"]:
                continue
            heads = list(zip(*(map(int, seen[f"avocet.frame_head.{name}"]) for name in ("number", "fragments", "size", "key"))))
            for track, fragment, index in zip(*(map(int, seen[f"avocet.media.{name}"]) for name in ("track", "fragment", "index"))):
                track -= FIRST_TRACK
                self.fragments[track, fragment].append(i)
                if index == 0:
                    number, *rest = heads.pop(0)
                    if self.heads.setdefault((track, number), (fragment, *rest))[0] != fragment:
                        self.later_cuts[track, number].add((fragment, rest[0]))
            for track, number, *rest in zip(*(map(int, seen[f"avocet.media.{name}"])
                                              for name in ("whole_track", "whole_frame", "size", "key"))):
                self.whole[track - FIRST_TRACK, number].append((i, *rest))


def disagreements(server, viewer):
    """Lines about frames of which the plugin says something else at the server, or at the viewer, than truth."""
    sent, arrived = Media(server), Media(viewer)
    frames = [f for f in server.run.frames if f["flow"] == server.flow]
    tracks = defaultdict(Progress)
    for frame in sorted(frames, key=lambda f: (f["track"], f["number"])):
        name = frame["track"], frame["number"]
        text = f"track {name[0]} frame {name[1]}"
        if not frame["fragmentsSent"]:
            tracks[name[0]].waiting = True
            if name in sent.heads:
                yield f"{text} was not sent, yet it is there"
            continue
        first, fragments, size, key = sent.heads.get(name, (None,) * 4)
        if (fragments, size, key) != (frame["fragments"], frame["size"], int(frame["key"])):
            yield f"{text} has {fragments} fragments, {size} bytes, key {key}; in truth {frame}"
            continue
        numbers = [(name[0], first + index) for index in range(fragments)]
        copies = [sent.fragments.get(n, []) for n in numbers]
        anew = [sent.fragments.get((name[0], begin + i), []) for begin, count in sent.later_cuts[name] for i in range(count)]
        found = {"fragmentsSent": sum(bool(c) for c in copies),
                 "fragmentsRepeated": sum(len(c) - 1 for c in copies if c) + sum(map(len, anew)),
                 "fragmentsArrived": sum(n in arrived.fragments for n in numbers),
                 "firstSent": server.told[min(min(c) for c in copies if c) - 1]["at"]}
        for what, value in found.items():
            if value != frame[what]:
                yield f"{text}: {what} is {value}, in truth {frame[what]}"
        yield from _whole(text, frame, arrived.whole[name], viewer, tracks[name[0]])
    for name, times in arrived.whole.items():
        if len(times) > 1:
            yield f"track {name[0]} frame {name[1]} becomes whole {len(times)} times"
    yield from _repetitions(server)


class Progress:
    """Of the frames of a track, in their order."""

    def __init__(self):
        self.whole_at = 0  # when all up to here were whole
        self.waiting = False  # one is missing: when the next come out is the viewer's choice


def _whole(text, frame, times, viewer, track):
    track.waiting = track.waiting or not times
    if frame["fragmentsArrived"] == frame["fragments"] and not times:
        yield f"{text} arrived, yet it is not whole"
    if frame["fate"] in ("delivered", "late") and not times:
        yield f"{text} was delivered, yet it is not whole"
    for packet, size, key in times:
        if (size, key) != (frame["size"], int(frame["key"])):
            yield f"{text} is whole with {size} bytes, key {key}; in truth {frame}"
        # Decodable means: this frame is whole, and so is what it refers to.
        at = viewer.told[packet - 1]["at"]
        track.whole_at = max(track.whole_at, at)
        if "out" not in frame:
            continue
        if frame["out"] < at or (viewer.is_live() and not track.waiting and frame["out"] > track.whole_at):
            yield f"{text} is whole at {at}, all up to it at {track.whole_at}; in truth it came out at {frame['out']}"
        track.waiting = track.waiting and frame["out"] > track.whole_at


def _repetitions(end):
    """A packet that carries fragments again names the packets that carried them first."""
    first = {}
    for i, told, seen in end.pairs():
        names = [(end.connection(told), *pair) for pair in zip(seen["avocet.media.track"], seen["avocet.media.fragment"])]
        wanted = [str(first[name]) for name in names if name in first]
        found = seen["avocet.retransmission.of"]
        if names and (found[len(found) - len(wanted):] if seen["avocet.stream.id"] else found) != wanted:
            yield f"packet {i} carries again what is in {seen['avocet.retransmission.of']}, in truth {wanted}"
        for name in names:
            first.setdefault(name, i)


GIVEN_UP_AFTER = 12  # frames


def judgement_disagreements(viewer):
    """Late frames, and frames that never became whole."""
    frames = {(f["track"], f["number"]): f for f in viewer.run.frames if f["flow"] == viewer.flow}
    whole, given_up, late = set(), set(), 0
    for _, told, seen in viewer.pairs():
        if viewer.is_publishing(told):
            continue
        tracks = [int(track) - FIRST_TRACK for track in seen["avocet.media.whole_track"]]
        whole |= set(zip(tracks, map(int, seen["avocet.media.whole_frame"])))
        given_up |= {(track, int(number)) for number in seen["avocet.media.abandoned"] for track in tracks}
        late += len(seen["avocet.media.late_by"])
    in_truth = sum(f["fate"] == "late" for f in frames.values())
    if late != in_truth:
        yield f"{late} frames are late, in truth {in_truth}"
    if not viewer.is_live():
        return  # a rendition's track begins and ends with switches
    newest = {track: max(n for t, n in whole if t == track) for track, _ in whole}
    for track, number in frames:
        if (track, number) in whole or number + GIVEN_UP_AFTER >= newest.get(track, 0):
            continue
        if (track, number) not in given_up:
            yield f"track {track} frame {number} never became whole, and nothing is said of it"


def playback_disagreements(viewer):
    happened = Counter(p["event"] for p in viewer.run.playback if p["flow"] == viewer.flow)
    found = {name: sum(len(seen[f"avocet.expert.{name}"]) for _, told, seen in viewer.pairs()) for name in ("switch", "freeze")}
    first = sum(len(seen["avocet.media.switch_in"]) for _, _, seen in viewer.pairs())
    if first != found["switch"]:
        yield f"{first} frames are the first after one of {found['switch']} switches"
    if found["switch"] != happened["switched"]:
        yield f"{found['switch']} switches, in truth {happened['switched']}"
    if abs(found["freeze"] - happened["frozen"]) > 1:
        yield f"{found['freeze']} freezes, in truth {happened['frozen']}"
