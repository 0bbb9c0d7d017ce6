#!/usr/bin/env python3
"""8 -> 1 -> 8 Mbit/s: down within a second of the drop, back up within eight, no undecodable frame, little freezing."""

from harness import check_counts, expect, main

DROP, RISE = 10, 20


def rate_of(rendition):
    return {"240p": 0.4, "720p": 2.5, "1440p": 6}[rendition]


def test(world):
    world.clip(seconds=34, size="1280x720", noise=14)
    _, port, fingerprint = world.serve()
    _, line = world.link(port, "--delay", "20ms", "--rate", f"8mbit@0s,1mbit@{DROP}s,8mbit@{RISE}s", "--queue", "300ms")
    _, stats = world.play(line, "clip", "--rendition", "auto", "--trust", fingerprint)
    print({key: stats[key] for key in ("framesExpected", "framesDecoded", "freezeCount", "totalFreezesDuration",
                                       "timeToFirstFrame", "renditionSwitches")})
    check_counts(stats)
    switches = stats["renditionSwitches"]
    expect(stats["framesDropped"] == 0, f"undecodable frames: {stats}")
    expect(stats["totalFreezesDuration"] < 1.0, f"frozen for too long: {stats}")

    def rendition_at(time):
        past = [s for s in switches if s["at"] <= time]
        return past[-1]["to"] if past else switches[0]["from"]

    expect(rendition_at(DROP) == "1440p", f"8 Mbit/s should carry 1440p before the drop: {switches}")
    expect(rate_of(rendition_at(DROP + 1.0)) < 1, f"no rendition that fits within 1 s of the drop: {switches}")
    expect(rendition_at(RISE + 8.0) == "1440p", f"not back up within 8 s: {switches}")


main(__doc__, test)
