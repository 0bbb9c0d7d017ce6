"""House rules about C++: who may include whom, and what the core may not touch."""

import re

from project import bare, includes

_CORE = ["base", "wire", "crypto", "recovery", "rate", "media", "session", "service"]


def _protocol(*rooms):
    return {f"protocol/{room}" for room in rooms}


_ENDPOINTS = _protocol(*_CORE) | {"sim/link", "analysis/metrics"}
_READERS = _protocol("base", "wire", "crypto", "media")

# Room -> rooms that its files may include, besides their own.
ROOMS = {
    "protocol/base": set(),
    "protocol/wire": _protocol("base"),
    "protocol/crypto": _protocol("base", "wire"),
    "protocol/recovery": _protocol("base", "wire", "crypto"),
    "protocol/rate": _protocol("base", "wire", "crypto"),
    "protocol/media": _protocol("base", "wire", "crypto"),
    "protocol/session": _protocol(*_CORE[:6]),
    "protocol/service": _protocol(*_CORE[:7]),
    "endpoints/drive": _ENDPOINTS,
    "endpoints/codec": _ENDPOINTS,
    "endpoints/state": _ENDPOINTS,
    "endpoints/server": _ENDPOINTS | {"endpoints/drive", "endpoints/codec", "endpoints/state"},
    "endpoints/client": _ENDPOINTS | {"endpoints/drive", "endpoints/codec", "endpoints/state"},
    "endpoints/link": _ENDPOINTS | {"endpoints/drive"},
    "sim/link": _protocol("base"),
    "sim/experiment": _protocol("base") | {"sim/link"},
    "sim/record": _protocol("base"),
    "sim/source": _protocol("base", "media") | {"sim/link", "sim/experiment"},
    "sim/network": _protocol("base") | {"sim/link", "sim/experiment", "sim/record"},
    "sim/observe": _protocol(*_CORE) | {"sim/link", "sim/experiment", "sim/record", "analysis/metrics",
                                        "analysis/packets", "analysis/report"},
    "sim/adapter": _protocol(*_CORE) | {"sim/link", "sim/experiment", "sim/record", "sim/observe", "sim/source",
                                        "sim/network"},
    "sim/campaign": _protocol("base") | {"analysis/report"},
    "sim": _protocol(*_CORE) | {"sim/campaign", "sim/link", "sim/experiment", "sim/record", "sim/observe", "sim/adapter",
                                "analysis/metrics", "analysis/report"},
    "analysis/metrics": _protocol("base"),
    "analysis/report": _protocol("base") | {"analysis/metrics"},
    "analysis/packets": _READERS,
    "analysis/capture": _protocol("base"),
    "analysis": _READERS | {"analysis/metrics", "analysis/packets", "analysis/report", "analysis/capture"},
    "dissector": _READERS,
    "specs": _protocol("base", "wire"),
    "tests": None,  # anything
}

# Header prefix -> where it may be named.
LIBRARIES = {
    "openssl/": ("protocol/crypto/", "tests/unit/crypto/", "tests/bench/"),  # benches: the bare cipher is the limit
    "ns3/": ("sim/adapter/", "sim/network/", "tests/bench/simulation.cpp"),
    "intel-ipsec-mb.h": ("protocol/crypto/",),
    "epan/": ("dissector/",),
    "wiretap/": ("dissector/",),
    "isa-l": ("protocol/media/", "tests/unit/media/"),
    "pcap/": ("analysis/capture/", "tests/bench/"),
}

# What makes code read a clock, draw randomness, wait, or talk to the system.
SYSTEM = {
    r"::now\s*\(": "reads a clock",
    r"\b(clock_gettime|gettimeofday|std::time|nanosleep|sleep_for|sleep_until)\b": "reads a clock or waits",
    r"\brandom_device\b": "draws randomness from the system",
    r"\bs?rand\s*\(": "draws randomness from a global",
    r"\bgetenv\b": "reads the environment",
    r"\bstd::(cout|cerr|clog|cin)\b|\b[vf]?printf\s*\(|\bputs\s*\(": "writes to a console",
    r"\bfopen\b|(?<!\w)::open\s*\(|\b(i|o)?fstream\b": "opens a file",
    r"\b(socket|sendto|sendmsg|recvfrom|recvmsg|setsockopt)\s*\(|\bsockaddr": "uses sockets",
    r"\bstd::(jthread|thread|mutex|condition_variable|async)\b|\bthread_local\b": "uses threads",
}
SYSTEM_HEADERS = {
    "thread", "mutex", "shared_mutex", "condition_variable", "future", "stop_token", "semaphore", "latch", "barrier",
    "iostream", "fstream", "filesystem", "syncstream", "random",
}


def room_of(path):
    """The room that a path lies in: the longest that fits. None outside all rooms."""
    fitting = [room for room in ROOMS if path.startswith(room + "/")]
    return max(fitting, key=len, default=None)


def direction(project):
    """Includes point one way: base -> wire -> crypto -> {recovery, rate, media} -> session -> service -> the rest."""
    for file in project.code():
        room = room_of(file)
        if room is None:
            yield file, 1, "lies in no known room", "move it into a room, or add the room to ROOMS in source_rules.py"
            continue
        for line, quote, name in includes(project.text(file)):
            if quote == "<":
                continue
            target = room_of(name)
            if target is None or not (project.root / name).is_file():
                yield file, line, f'"{name}" is no file of the project', "write the path from the root, or use <>"
            elif ROOMS[room] is not None and target != room and target not in ROOMS[room]:
                allowed = ", ".join(sorted(ROOMS[room])) or "nothing"
                yield file, line, f"{room} includes {target}; it may include: {allowed}", "move the code, or pass a value"


def libraries(project):
    """Each library with an interface of its own is named in one room only."""
    for file in project.code():
        for line, _, name in includes(project.text(file)):
            for prefix, places in LIBRARIES.items():
                if name.startswith(prefix) and not file.startswith(places):
                    yield file, line, f"<{name}> outside {places[0]}", f"ask {places[0]} for what you need"


def sans_io(project):
    """Under protocol/ and sim/link/ there is no clock, thread, socket, file, log or randomness of the system."""
    for file in project.code("protocol", "sim/link"):
        text = project.text(file)
        for line, quote, name in includes(text):
            if name == "chrono" and not file.startswith("protocol/base/"):
                yield file, line, "<chrono> outside protocol/base", "include protocol/base/time.hpp"
            elif quote == "<" and name in SYSTEM_HEADERS:
                yield file, line, f"<{name}> in the core", "take what you need as an argument (Time, Entropy, bytes)"
            elif quote == "<" and re.search(r"[./]", name) and not name.startswith(tuple(LIBRARIES)):
                yield file, line, f"<{name}> in the core", "the core uses the standard library only"
        for number, code in enumerate(bare(text).splitlines(), start=1):
            for token, what in SYSTEM.items():
                if found := re.search(token, code):
                    yield file, number, f"`{found[0].strip()}` {what}", "take Time, Entropy or bytes as an argument"


def pragma_once(project):
    """Every header guards itself with #pragma once, first."""
    for file in project.code():
        if file.endswith(".hpp") and not re.match(r"(\s*//[^\n]*\n)*\s*#pragma once\n", project.text(file)):
            yield file, 1, "does not begin with #pragma once", "make it the first line that is not a comment"


def type_names(project):
    """No Manager, Helper or Utils: a type says what it is."""
    vague = re.compile(r"\b(?:class|struct|namespace)\s+(\w*(?:Manager|Helper|Utils?|manager|helper|utils?))\b")
    for file in project.code():
        for number, code in enumerate(bare(project.text(file)).splitlines(), start=1):
            if found := vague.search(code):
                yield file, number, f"`{found[1]}` does not say what it is", "name it after what it does or holds"


RULES = [direction, libraries, sans_io, pragma_once, type_names]
