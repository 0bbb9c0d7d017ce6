#include "tests/bench/limit_probe.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace avocet::bench {
namespace {

constexpr std::size_t largest_run = 65'487;
constexpr int buffer = 8 << 20;

void require(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::abort();
}

void set(int descriptor, int level, int name, int value) {
  setsockopt(descriptor, level, name, &value, sizeof value);
}

unsigned char* raw(std::byte* p) { return reinterpret_cast<unsigned char*>(p); }

std::array<unsigned char, 12> nonce(std::uint64_t number) {
  std::array<unsigned char, 12> out{};
  std::memcpy(out.data(), &number, sizeof number);
  return out;
}

}  // namespace

LimitProbe::LimitProbe()
    : sealing_(EVP_CIPHER_CTX_new()), opening_(EVP_CIPHER_CTX_new()), out_(largest_run), in_(65'536) {
  const std::array<unsigned char, 32> key{};
  require(EVP_EncryptInit_ex(sealing_.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr) == 1, "cipher");
  require(EVP_DecryptInit_ex(opening_.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr) == 1, "cipher");
  sender_ = socket(AF_INET, SOCK_DGRAM, 0);
  receiver_ = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof name;
  auto* address = reinterpret_cast<sockaddr*>(&name);
  require(bind(receiver_, address, length) == 0 && getsockname(receiver_, address, &length) == 0 &&
              connect(sender_, address, length) == 0,
          "socket");
  set(receiver_, SOL_SOCKET, SO_RCVBUF, buffer);
  set(receiver_, SOL_SOCKET, SO_RCVBUFFORCE, buffer);
  set(receiver_, IPPROTO_UDP, UDP_GRO, 1);
  set(sender_, SOL_SOCKET, SO_SNDBUF, buffer);
  set(sender_, SOL_SOCKET, SO_SNDBUFFORCE, buffer);
  set(sender_, IPPROTO_UDP, UDP_SEGMENT, datagram);
}

LimitProbe::~LimitProbe() {
  close(sender_);
  close(receiver_);
}

void LimitProbe::send(std::size_t count) {
  constexpr int text = datagram - header - tag;
  for (std::size_t i = 0; i < count; ++i) {
    std::byte* packet = out_.data() + i * datagram;
    std::memcpy(packet + 5, &++number_, sizeof number_);
    int size = 0;
    EVP_CIPHER_CTX* c = sealing_.get();
    require(EVP_EncryptInit_ex2(c, nullptr, nullptr, nonce(number_).data(), nullptr) == 1 &&
                EVP_EncryptUpdate(c, nullptr, &size, raw(packet), header) == 1 &&
                EVP_EncryptUpdate(c, raw(packet + header), &size, raw(packet + header), text) == 1 &&
                EVP_EncryptFinal_ex(c, raw(packet + datagram - tag), &size) == 1 &&
                EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, tag, packet + datagram - tag) == 1,
            "sealing");
  }
  require(::send(sender_, out_.data(), count * datagram, 0) > 0, "send");
}

void LimitProbe::receive(std::size_t count) {
  constexpr int text = datagram - header - tag;
  while (count > 0) {
    const ssize_t got = recv(receiver_, in_.data(), in_.size(), 0);
    require(got > 0, "recv");
    for (std::size_t at = 0; at + datagram <= static_cast<std::size_t>(got); at += datagram, --count) {
      std::byte* packet = in_.data() + at;
      std::uint64_t number = 0;
      std::memcpy(&number, packet + 5, sizeof number);
      int size = 0;
      EVP_CIPHER_CTX* c = opening_.get();
      require(EVP_DecryptInit_ex2(c, nullptr, nullptr, nonce(number).data(), nullptr) == 1 &&
                  EVP_DecryptUpdate(c, nullptr, &size, raw(packet), header) == 1 &&
                  EVP_DecryptUpdate(c, raw(packet + header), &size, raw(packet + header), text) == 1 &&
                  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, tag, packet + datagram - tag) == 1 &&
                  EVP_DecryptFinal_ex(c, raw(packet + datagram - tag), &size) == 1,
              "opening");
    }
  }
}

}  // namespace avocet::bench
