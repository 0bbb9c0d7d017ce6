"""Ways to break the protocol: (what is done, what must be said of it, how it is done to a session)."""

from dataclasses import replace

from session import CLEAR, blob, clear, frame, read_varint

HANDSHAKE, PING, STREAM, NEW_ID, RETIRE_ID, DONE, CLOSE, NEW_TICKET, NEW_TOKEN = 0x03, 0x01, 0x04, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12
MEDIA, CLIENT_FINISHED = 0x09, 0x16
REFUSE, RESET = 4, 6


def says(from_client, *frames, kind=0):
    """Each of the frames in a packet of its own."""
    def build(session):
        for one in frames:
            session.say(from_client, one, kind=kind)
    return build


def stream(number, offset, data, fin=0):
    return frame(STREAM, number, offset, bytes([fin]), blob(data))


def media(track, fragment, index, data):
    return frame(MEDIA, track, fragment, index, blob(data))


def head(fragments, size):
    """Of media frame 0."""
    return frame(0, fragments, size, bytes(8), 0, 0, bytes(8), b"\x04")


def new_id(sequence, connection_id):
    return frame(NEW_ID, sequence, 0, connection_id.to_bytes(8, "big"), bytes(16))


def leaps_and_goes_back(session):
    last = session.packets[session.sealed(from_client=True)[-1]].number
    session.say(True, frame(PING), number=last + 20_000)
    session.say(True, frame(PING), number=last + 5)


def updates_keys_before_done(session):
    first = session.sealed(from_client=False)[0]
    packet = session.packets[first]
    session.packets[first] = replace(packet, bytes=session.key(packet).seal(packet.number, packet.bytes[:13], frame(PING)))
    session.update_keys(False, first)


def finishes_twice(session):
    handshake = [session.frames(session.packets[i]) for i in session.sealed(kind=1, from_client=True)]
    end = 0
    for frames in handshake:
        offset, at = read_varint(frames, 1)
        size, _ = read_varint(frames, at)
        end = max(end, offset + size)
    session.say(True, frame(HANDSHAKE, end, blob(frame(CLIENT_FINISHED, blob(bytes(48))))), kind=1)


def shares_what_it_does_not_offer(session):
    hello = session.packets[0]
    x25519, p256 = b"\0\x1d", b"\0\x17"
    assert x25519 + p256 + x25519 in hello.bytes
    session.packets[0] = replace(hello, bytes=hello.bytes.replace(x25519 + p256 + x25519, p256 + p256 + x25519))


def goes_back_to_old_keys(session):
    old = session.key(session.packets[session.sealed(from_client=False)[-1]])
    session.update_keys(False, len(session.packets) // 2)
    session.say(False, frame(PING), key=old)
    last = session.packets[-1]
    header = bytes([last.bytes[0] & 0xFD]) + last.bytes[1:13]
    session.packets[-1] = replace(last, bytes=old.seal(last.number, header, frame(PING)))


def sends_a_short_hello(session):
    session.packets[0] = replace(session.packets[0], bytes=session.packets[0].bytes[:600])


def refuses_at_length(session):
    hello = session.packets[0]
    refuse = clear(REFUSE, session.client_id() + b"\x01\x00") + bytes(1300)
    session.packets[1:1] = [replace(hello, from_client=False, bytes=refuse)]


def chooses_what_was_not_offered(session):
    answer = session.packets[1]
    session.packets[1] = replace(answer, bytes=answer.bytes[:7] + b"\0\0\0\x02" + answer.bytes[11:])


def reset(session, token):
    """A Reset for the server's first id."""
    target = session.packets[session.sealed(from_client=True)[0]].destination
    last = session.packets[-1]
    made = bytes([CLEAR | RESET << 2]) + target.to_bytes(8, "big") + token
    session.packets.append(replace(last, at=last.at + 1, from_client=False, bytes=made))


ALL = [
    ("HANDSHAKE in a Protected packet", ["frame_misplaced"], says(True, frame(HANDSHAKE, 0, blob(b"x")))),
    ("PING in a Handshake packet", ["frame_misplaced"], says(True, frame(PING), kind=1)),
    ("DONE of the client", ["wrong_sender"], says(True, frame(DONE))),
    ("NEW_TICKET of the client", ["wrong_sender"], says(True, frame(NEW_TICKET, 60, 0, blob(b"ticket")))),
    ("NEW_TOKEN of the client", ["wrong_sender"], says(True, frame(NEW_TOKEN, blob(b"token")))),
    ("too much on a stream", ["flow_control"], says(True, stream(2, 200_000, b"x"))),
    ("too many streams", ["stream_limit"], says(True, stream(2 * 70, 0, b"x"))),
    ("bytes behind the end of a stream", ["final_size"], says(True, stream(2, 0, b"x" * 10, fin=1), stream(2, 10, b"x"))),
    ("two ends of a stream", ["final_size"], says(True, stream(2, 0, b"x" * 10, fin=1), stream(2, 0, b"x" * 9, fin=1))),
    ("other bytes at the same place", ["stream_contradiction"], says(True, stream(2, 0, b"aaaa"), stream(2, 0, b"abaa"))),
    ("one number for two ids", ["id_contradiction"], says(True, new_id(90, 1), new_id(90, 2))),
    ("more ids than are kept", ["id_limit"], says(True, *(new_id(90 + i, i) for i in range(8)))),
    ("an id retired that was not given", ["unknown_id_retired"], says(True, frame(RETIRE_ID, 77))),
    ("a frame of unknown type", ["malformed"], says(True, frame(0x3F))),
    ("a frame that ends too early", ["malformed"], says(True, stream(2, 0, b"x")[:-1])),
    ("a number in more bytes than it needs", ["malformed"], says(True, b"\x40\x01")),
    ("a datagram above what the peer takes", ["datagram_too_large"], says(True, frame(PING) * 9100)),
    ("a number far below the largest", ["below_window"], leaps_and_goes_back),
    ("a key update before DONE", ["key_update_early"], updates_keys_before_done),
    ("ClientFinished twice", ["handshake_order"], finishes_twice),
    ("a share of a group that is not offered", ["hello_share"], shares_what_it_does_not_offer),
    ("a frame of other size than its head says", ["fragment_contradiction"],
     says(False, media(99, 0, 0, head(fragments=2, size=1000) + bytes(100)), media(99, 1, 1, bytes(10)))),
    ("old keys above the numbers of new ones", ["key_phase_order"], goes_back_to_old_keys),
    ("a Hello of 600 bytes", ["hello_short"], sends_a_short_hello),
    ("a Refuse as large as the Hello", ["answer_too_large", "refuse"], refuses_at_length),
    ("a version that was not offered", ["not_offered"], chooses_what_was_not_offered),
    ("a Reset of somebody who does not know the token", ["reset_forged"], lambda session: reset(session, bytes(16))),
    ("a Close", ["close"], says(True, frame(CLOSE, 0, blob(b"enough")))),
]
