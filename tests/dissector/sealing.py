"""Opens and seals packets with the secrets of a key log, as the protocol's specification says (AV-KEY-4, AV-PKT-5)."""

import ctypes
import hashlib
import hmac
import struct

libcrypto = ctypes.CDLL("libcrypto.so.3")
for name in ("EVP_aes_256_gcm", "EVP_CIPHER_CTX_new"):
    getattr(libcrypto, name).restype = ctypes.c_void_p

HEADER = struct.Struct(">BQI")  # first byte, connection id, low half of the number
TAG = 16
GET_TAG, SET_TAG = 0x10, 0x11  # EVP_CTRL_AEAD_...


def expand_label(secret, label, size):
    """HKDF-Expand-Label of RFC 8446, with Avocet's prefix."""
    label = b"avocet1 " + label
    info = struct.pack(">HB", size, len(label)) + label + b"\0"
    out, block = b"", b""
    while len(out) < size:
        block = hmac.new(secret, block + info + bytes([len(out) // 48 + 1]), hashlib.sha384).digest()
        out += block
    return out[:size]


class PacketKey:
    """AES-256-GCM under the key and IV that a traffic secret gives."""

    def __init__(self, secret):
        self.key, iv = expand_label(secret, b"key", 32), expand_label(secret, b"iv", 12)
        self.iv = int.from_bytes(iv, "big")
        self.context = ctypes.c_void_p(libcrypto.EVP_CIPHER_CTX_new())
        libcrypto.EVP_CipherInit_ex(self.context, ctypes.c_void_p(libcrypto.EVP_aes_256_gcm()), None, self.key, None, 1)

    def _run(self, number, header, text, sealing):
        nonce = (self.iv ^ number).to_bytes(12, "big")
        out, size = ctypes.create_string_buffer(max(1, len(text))), ctypes.c_int()
        libcrypto.EVP_CipherInit_ex(self.context, None, None, None, nonce, sealing)
        libcrypto.EVP_CipherUpdate(self.context, None, ctypes.byref(size), header, len(header))
        libcrypto.EVP_CipherUpdate(self.context, out, ctypes.byref(size), text, len(text))
        return out

    def seal(self, number, header, frames):
        """The whole packet."""
        out, tag = self._run(number, header, frames, 1), ctypes.create_string_buffer(TAG)
        libcrypto.EVP_CipherFinal_ex(self.context, None, ctypes.byref(ctypes.c_int()))
        libcrypto.EVP_CIPHER_CTX_ctrl(self.context, GET_TAG, TAG, tag)
        return header + out.raw[:len(frames)] + tag.raw

    def open(self, number, packet):
        """The frames; None when the packet is not authentic."""
        header, text, tag = packet[:HEADER.size], packet[HEADER.size:-TAG], packet[-TAG:]
        out = self._run(number, header, text, 0)
        libcrypto.EVP_CIPHER_CTX_ctrl(self.context, SET_TAG, TAG, tag)
        good = libcrypto.EVP_CipherFinal_ex(self.context, None, ctypes.byref(ctypes.c_int())) == 1
        return out.raw[:len(text)] if good else None


def packet_keys(key_log):
    """Keys by (client random, "client" or "server", packet kind) of generation 0, and client randoms by connection id."""
    keys, owners = {}, {}
    for line in key_log.splitlines():
        label, random, value = line.split()
        words = label.split("_")
        if label == "AVOCET_CONNECTION_ID":
            owners[int(value, 16)] = random
        elif label.endswith("HANDSHAKE_TRAFFIC_SECRET"):
            keys[random, words[1].lower(), 1] = PacketKey(bytes.fromhex(value))
        elif label.endswith("TRAFFIC_SECRET_0"):
            keys[random, words[1].lower(), 0] = PacketKey(bytes.fromhex(value))
    return keys, owners
