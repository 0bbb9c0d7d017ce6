"""The frames of each packet: what the plugin shows, and what qlog says."""

TYPES = {"padding": 0x00, "ping": 0x01, "ack": 0x02, "crypto": 0x03, "stream": 0x04, "reset_stream": 0x05, "max_data": 0x06,
         "max_stream_data": 0x07, "max_streams": 0x08, "media": 0x09, "parity": 0x0A, "path_challenge": 0x0B, "path_response": 0x0C,
         "new_connection_id": 0x0D, "retire_connection_id": 0x0E, "handshake_done": 0x0F, "connection_close": 0x10,
         "resumption": 0x11, "retry": 0x12}

# qlog's frame type -> (field of the plugin, how its text follows from qlog's frame).
NUMBER, HEX_ID = lambda name: lambda f: str(f[name]), lambda name: lambda f: "0x" + f[name]
VALUES = {
    "padding": [("avocet.padding.more", lambda f: str(f["length"] - 1))],
    "ack": [("avocet.ack.largest", lambda f: str(f["acked_ranges"][-1][1])),
            ("avocet.ack.first_run", lambda f: str(f["acked_ranges"][-1][1] - f["acked_ranges"][-1][0])),
            ("avocet.ack.delay", lambda f: str(round(f["ack_delay"] * 1000))),
            ("avocet.ack.packets", lambda f: str(sum(last - first + 1 for first, last in f["acked_ranges"]))),
            ("avocet.ack.missing", lambda f: str(missing_below_largest(f["acked_ranges"]))),
            ("avocet.ecn_counts.ect0", lambda f: str(f["ect0"]) if "ect0" in f else None),
            ("avocet.ecn_counts.ect1", lambda f: str(f["ect1"]) if "ect1" in f else None),
            ("avocet.ecn_counts.ce", lambda f: str(f["ce"]) if "ce" in f else None)],
    "crypto": [("avocet.handshake.offset", NUMBER("offset"))],
    "stream": [("avocet.stream.id", NUMBER("stream_id")), ("avocet.stream.offset", NUMBER("offset")),
               ("avocet.stream.fin", lambda f: str(int(f["fin"])))],
    "reset_stream": [("avocet.reset_stream.id", NUMBER("stream_id")), ("avocet.reset_stream.code", NUMBER("error_code")),
                     ("avocet.reset_stream.final_size", NUMBER("final_size"))],
    "max_data": [("avocet.max_data.limit", NUMBER("maximum"))],
    "max_stream_data": [("avocet.max_stream_data.id", NUMBER("stream_id")), ("avocet.max_stream_data.limit", NUMBER("maximum"))],
    "max_streams": [("avocet.max_streams.limit", NUMBER("maximum"))],
    "media": [("avocet.media.track", NUMBER("track")), ("avocet.media.fragment", NUMBER("fragment")),
              ("avocet.media.index", NUMBER("index"))],
    "parity": [("avocet.parity.track", NUMBER("track")), ("avocet.parity.first", NUMBER("first")),
               ("avocet.parity.count", NUMBER("count")), ("avocet.parity.row", NUMBER("row"))],
    "path_challenge": [("avocet.path_challenge.data", NUMBER("data"))],
    "path_response": [("avocet.path_response.data", NUMBER("data"))],
    "new_connection_id": [("avocet.new_id.sequence", NUMBER("sequence_number")), ("avocet.new_id.retire_before", NUMBER("retire_prior_to")),
                          ("avocet.new_id.id", HEX_ID("connection_id"))],
    "retire_connection_id": [("avocet.retire_id.sequence", NUMBER("sequence_number"))],
    "connection_close": [("avocet.close.code", lambda f: f"0x{f['error_code']:016x}")],
}
# Data whose length is compared, for it ends a line of hexadecimal digits.
LENGTHS = {"crypto": "avocet.handshake.data", "stream": "avocet.stream.data", "media": "avocet.media.data",
           "parity": "avocet.parity.data", "resumption": "avocet.new_ticket.ticket", "retry": "avocet.new_token.token"}
FIELDS = ["avocet.frame.type", "avocet.frames", *(field for fields in VALUES.values() for field, _ in fields), *LENGTHS.values()]


def missing_below_largest(ranges):
    return ranges[-1][1] - ranges[0][0] + 1 - sum(last - first + 1 for first, last in ranges)


def kind_of(frame):
    name = frame["frame_type"]
    return frame["kind"] if name == "datagram" else frame["token"]["type"] if name == "new_token" else name


def disagreements(end):
    """Lines about packets whose frames are not what qlog has."""
    for i, event, seen in end.viewed():
        if event is None:
            yield f"packet {i} is not in qlog"
            continue
        kind = event["data"]["header"]["packet_type"]
        frames = event["data"]["frames"] if kind in ("1RTT", "handshake") else []
        types = [hex(TYPES[kind_of(f)]) for f in frames]
        if [hex(int(t, 0)) for t in seen["avocet.frame.type"]] != types:
            yield f"packet {i} has the frames {seen['avocet.frame.type']}, in qlog {types}"
            continue
        for name in {kind_of(f) for f in frames}:
            mine = [f for f in frames if kind_of(f) == name]
            for field, text in VALUES.get(name, []):
                if seen["avocet.duplicate_of"] and field in ("avocet.ack.packets", "avocet.ack.missing"):
                    continue  # what follows from a packet is told where it comes first
                wanted = [text(f) for f in mine if text(f) is not None]
                if seen[field] != wanted:
                    yield f"packet {i}: {field} is {seen[field]}, in qlog {wanted}"
            if name in LENGTHS:
                sizes = [len(data) // 2 for data in seen[LENGTHS[name]]]
                if sizes != [f["length"] for f in mine]:
                    yield f"packet {i}: {LENGTHS[name]} has {sizes} bytes, in qlog {[f['length'] for f in mine]}"
