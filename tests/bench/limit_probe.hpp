#pragma once

#include <openssl/evp.h>

#include <cstdint>
#include <memory>

#include "protocol/base/bytes.hpp"

namespace avocet::bench {

/// The least that sending or receiving sealed datagrams can cost here: bare system calls and the cipher,
/// nothing else. Both ends are in this process, on loopback.
class LimitProbe {
 public:
  static constexpr std::size_t datagram = 1200, header = 13, tag = 16;

  LimitProbe();
  ~LimitProbe();
  LimitProbe(const LimitProbe&) = delete;
  LimitProbe& operator=(const LimitProbe&) = delete;

  /// Seals `count` datagrams with a reused context and writes them with one segmented write (UDP_SEGMENT).
  void send(std::size_t count);
  /// Reads until `count` datagrams were read, in runs that the kernel merged (UDP_GRO), and opens each.
  void receive(std::size_t count);

 private:
  struct Cipher {
    void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
  };

  int sender_ = -1, receiver_ = -1;
  std::unique_ptr<EVP_CIPHER_CTX, Cipher> sealing_, opening_;
  std::uint64_t number_ = 0;
  Bytes out_, in_;
};

}  // namespace avocet::bench
