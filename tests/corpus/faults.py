"""The corpus: what is made wrong, how, and what is to be found in it.

A sample is one capture. `expected` must be found; `allowed` follows from the fault, may be found, and counts neither way;
whatever else is found is wrong.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Callable

import capture_edits as edit
from scenario import film, scenario, tcp

# What a lack of room, of whatever cause, brings with it; encoders have a rate below which they cannot go.
CONGESTION = {"bufferbloat", "burst-loss", "random-loss", "asymmetric-loss", "freezes", "slow-path", "policing",
              "oscillating-rendition", "too-little-parity", "congestion-marks", "encoder-overshoot"}
LOST_PICTURES = {"freezes", "slow-path", "too-little-parity"}
# The rate falls to below what encoders can make, and comes back in steps.
AFTER_AN_OUTAGE = LOST_PICTURES | {"burst-loss", "asymmetric-loss", "encoder-overshoot"}
BOTH = ("media.viewer", "media.server")


@dataclass
class Sample:
    name: str
    text: str  # the scenario
    expected: set = field(default_factory=set)
    allowed: set = field(default_factory=set)
    places: tuple = BOTH
    edits: list[Callable] = field(default_factory=list)


def clean(frames):
    yield Sample("clean", scenario())
    yield Sample("clean-near", scenario(link={"delay": "3ms", "rate": "20mbit"}))
    yield Sample("clean-far", scenario(link={"delay": "90ms"}, flow={"latency": "700ms"}))
    yield Sample("clean-jitter", scenario(link={"jitter": "4ms"}))
    yield Sample("clean-small", scenario(encoder={"most": "600kbit"}))
    yield Sample("clean-film", scenario(flow=film(frames), link={"rate": "12mbit"}))
    yield Sample("clean-beside-little", scenario(others=[{"name": "calls", "kind": "constant", "from": "left", "to": "right",
                                                          "rate": "300kbit"}]), places=(*BOTH, "bottleneck.left"))


def loss():
    for share in ("1%", "3%", "6%"):
        yield Sample(f"random-{share}", scenario(link={"loss": share}), {"random-loss"}, LOST_PICTURES)
    for model in ("ge:0.5%:20%", "ge:0.3%:10%", "ge:1%:30%"):
        yield Sample(f"burst-{model}", scenario(link={"loss": model}), {"burst-loss"}, LOST_PICTURES | {"asymmetric-loss"})
    for share in ("3%", "6%"):
        yield Sample(f"asymmetric-{share}", scenario(forward={"loss": share}), {"random-loss", "asymmetric-loss"}, LOST_PICTURES)
    for at, seconds in ((8, 3), (14, 5)):
        yield Sample(f"outage-{seconds}", scenario(link={"blackholes": f"{at}s-{at + seconds}s"}), {"outage"},
                     AFTER_AN_OUTAGE)
    yield Sample("outage-seen", scenario(link={"blackholes": "11s-14s"}), {"outage", "freezes"},
                 AFTER_AN_OUTAGE, places=("media.viewer",))
    for rate, burst in (("900kbit", "8kB"), ("1300kbit", "16kB"), ("1600kbit", "16kB")):
        yield Sample(f"policing-{rate}", scenario(forward={"police": {"rate": rate, "burst": burst}}), {"policing"},
                     CONGESTION - {"bufferbloat"})


    for share in ("0.5%", "2%"):
        yield Sample(f"damage-{share}", scenario(link={"corrupt": share}), {"damage"}, {"random-loss"})


def delay():
    for queue in ("500ms", "1s"):
        for rate in ("2mbit", "4mbit"):
            yield Sample(f"bufferbloat-{queue}-{rate}", scenario(length=40, forward={"rate": rate, "queue": queue}, others=[tcp()]),
                         {"bufferbloat"}, CONGESTION)
    for every in ("90ms", "150ms"):
        yield Sample(f"slow-receiver-{every}", scenario(flow={"reads_every": every}), {"slow-receiver"}, LOST_PICTURES)
    for share in ("1%", "5%"):
        yield Sample(f"duplicated-{share}", scenario(link={"duplicate": share}), {"duplication"}, places=("media.viewer",))
    for queue in ("100ms", "200ms"):
        yield Sample(f"marks-{queue}", scenario(forward={"rate": "1500kbit", "queue": queue, "mark_above": "20ms"}),
                     {"congestion-marks"}, CONGESTION - {"bufferbloat"}, places=("media.viewer",))
    yield Sample("marks-cleared", scenario(forward={"ecn_path": "cleared"}), {"ecn-cleared"}, places=("media.viewer",))
    yield Sample("marks-cleared-narrow", scenario(forward={"ecn_path": "cleared", "rate": "1200kbit"}), {"ecn-cleared"}, CONGESTION,
                 places=("media.viewer",))
    for disorder in ("3%:15ms", "8%:25ms"):
        yield Sample(f"reordering-{disorder}", scenario(link={"reorder": disorder}), {"reordering"})


def path():
    yield Sample("new-port", scenario(flow={"new_port": "6s"}), {"address-change"}, {"burst-loss", "asymmetric-loss", "freezes"})
    yield Sample("new-address", scenario(flow={"new_address": "5s,15s"}), {"address-change"},
                 {"burst-loss", "asymmetric-loss", "freezes"})
    for times in (1, 3):
        yield Sample(f"rerouted-{times}", scenario(), {"route-change"}, edits=[partial(edit.rerouted, times=times)])
    for mtu in ("1300B", "1260B"):
        yield Sample(f"mtu-{mtu}", scenario(link={"mtu": mtu}), {"mtu-black-hole"}, places=("media.server",))
    for queue, count in (("100ms", 2), ("300ms", 4)):
        yield Sample(f"unfair-{count}", scenario(length=40, forward={"rate": "2mbit", "queue": queue}, others=[tcp(count=count)]),
                     {"unfair-cross-traffic"}, CONGESTION, places=("bottleneck.left", "bottleneck.right"))


def media(frames):
    for overshoot in ("30%", "60%"):
        yield Sample(f"overshoot-{overshoot}", scenario(encoder={"overshoot": overshoot}, forward={"rate": "1500kbit"}),
                     {"encoder-overshoot"}, CONGESTION, places=("media.publisher", "media.server"))
    for size in (12, 20):
        yield Sample(f"key-frames-{size}", scenario(encoder={"key_size": size, "key_interval": "2s", "variation": "2%"}),
                     {"key-frame-spikes"}, CONGESTION)
    for rate in ("130kbit", "180kbit"):
        yield Sample(f"starved-{rate}", scenario(length=60, flow=film(frames), forward={"rate": rate}), {"slow-path"}, CONGESTION,
                     places=("media.viewer",))
    for low, seconds in (("700kbit", 7), ("500kbit", 9)):
        steps = ",".join(f"{'4mbit' if i % 2 == 0 else low}@{i * seconds}s" for i in range(60 // seconds))
        yield Sample(f"oscillating-{low}", scenario(length=60, flow=film(frames), forward={"rate": steps}), {"oscillating-rendition"},
                     CONGESTION)


def repair():
    for delay, share in (("200ms", "0.1%"), ("250ms", "0.15%")):
        yield Sample(f"parity-{share}", scenario(link={"delay": delay, "loss": share}, flow={"latency": "350ms"}), {"too-much-parity"},
                     LOST_PICTURES | {"random-loss", "asymmetric-loss"})
    for model in ("4%", "ge:0.5%:10%"):
        yield Sample(f"no-time-{model}", scenario(link={"delay": "150ms", "loss": model}, flow={"latency": "250ms"}),
                     {"too-little-parity", "freezes", "burst-loss" if "ge" in model else "random-loss"},
                     {"asymmetric-loss", *(["outage"] if "ge" in model else [])},  # runs take long while little is sent
                     places=("media.viewer",))
    for disorder in ("5%:80ms", "10%:150ms"):
        yield Sample(f"repeated-{disorder}", scenario(link={"reorder": disorder}), {"reordering", "wasted-retransmissions"},
                     {"random-loss", "asymmetric-loss"})  # what comes that late is not always acknowledged


def capture():
    for seconds in (-3, 4, 20):
        yield Sample(f"clock-set-{seconds}", scenario(), {"clock-problem"}, edits=[partial(edit.clock_set, seconds=seconds)])
    for share, run in ((0.01, 1), (0.04, 1), (0.03, 6)):
        yield Sample(f"captured-partly-{share}-{run}", scenario(), {"capture-loss"},
                     edits=[partial(edit.captured_partly, share=share, run=run)])


    for size in (96, 200):
        yield Sample(f"cut-{size}", scenario(), {"cut-packets"}, edits=[partial(edit.cut, size=size)])
    yield Sample("captured-twice", scenario(), {"duplication"}, edits=[edit.copied])


def attacks():
    yield Sample("replayed", scenario(), {"replay"}, edits=[edit.replayed])
    for count in (20, 80):
        yield Sample(f"injected-{count}", scenario(), {"injection"}, edits=[partial(edit.injected, count=count)])
    for count in (150, 400):
        yield Sample(f"flooded-{count}", scenario(), {"handshake-flood"}, edits=[partial(edit.flooded, count=count)],
                     places=("media.server",))
    yield Sample("not-answered", scenario(), {"no-answer"}, edits=[edit.one_sided], places=("media.viewer",))


def together(frames):
    yield Sample("random-and-disorder", scenario(link={"loss": "2%", "reorder": "5%:15ms"}), {"random-loss", "reordering"}, LOST_PICTURES)
    yield Sample("outage-and-new-port", scenario(link={"blackholes": "12s-15s"}, flow={"new_port": "12s"}), {"outage", "address-change"},
                 AFTER_AN_OUTAGE)
    yield Sample("random-captured-partly", scenario(link={"loss": "3%"}), {"random-loss", "capture-loss"}, LOST_PICTURES,
                 edits=[edit.captured_partly])
    yield Sample("slow-receiver-and-burst", scenario(link={"loss": "ge:0.5%:20%"}, flow={"reads_every": "90ms"}),
                 {"slow-receiver", "burst-loss"}, LOST_PICTURES | {"asymmetric-loss"})
    yield Sample("disorder-and-replay", scenario(link={"reorder": "5%:15ms"}), {"reordering", "replay"}, edits=[edit.replayed])
    yield Sample("rerouted-and-random", scenario(link={"loss": "3%"}), {"random-loss", "route-change"}, LOST_PICTURES,
                 edits=[edit.rerouted])
    yield Sample("bufferbloat-and-random", scenario(length=40, forward={"rate": "3mbit", "queue": "800ms", "loss": "1%"},
                                                    back={"loss": "1%"}, others=[tcp(count=8)]),
                 {"bufferbloat", "random-loss"}, CONGESTION)


def corpus(frames):
    """`frames`: of the stored title."""
    for part in (clean(frames), loss(), delay(), path(), media(frames), repair(), capture(), attacks(), together(frames)):
        yield from part
