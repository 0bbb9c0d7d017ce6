"""A UDP forwarder that writes what passes through it as a capture, with the truth beside it."""

import random
import selectors
import socket
import threading
import time

from captures import Pcap


class Recorder(threading.Thread):
    """Forwards between one client and a server, and loses some packets before it records them."""

    def __init__(self, server_port, path, loss=0.0, seed=1):
        super().__init__(daemon=True)
        self.server = ("127.0.0.1", server_port)
        self.inner, self.outer = self._socket(), self._socket()
        self.port = self.inner.getsockname()[1]
        self.pcap = Pcap(path)
        self.random = random.Random(seed)
        self.loss = loss
        self.ended = False

    @staticmethod
    def _socket():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        made.bind(("127.0.0.1", 0))
        return made

    def run(self):
        client, here, seen = None, self.outer.getsockname(), 0
        with selectors.DefaultSelector() as selector:
            selector.register(self.inner, selectors.EVENT_READ)
            selector.register(self.outer, selectors.EVENT_READ)
            while not self.ended:
                for key, _ in selector.select(0.1):
                    payload, sender = key.fileobj.recvfrom(65535)
                    seen += 1
                    if seen > 20 and self.random.random() < self.loss:  # the handshake goes through
                        continue
                    if key.fileobj is self.inner:
                        client = sender
                        self.pcap.add(time.time_ns(), here, self.server, payload)
                        self.outer.sendto(payload, self.server)
                    elif client:
                        self.pcap.add(time.time_ns(), self.server, here, payload)
                        self.inner.sendto(payload, client)

    def stop(self):
        self.ended = True
        self.join()
        self.inner.close(), self.outer.close()
        self.pcap.close()
