#pragma once

#include <optional>

#include "tests/network/sessions.hpp"
#include "tests/support/established.hpp"

namespace avocet::test {

/// Bytes in which no part looks like another.
inline Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  std::uint64_t state = 1;
  for (auto& b : bytes) {
    b = static_cast<std::byte>((state = state * 6364136223846793005ull + 1442695040888963407ull) >> 56);
  }
  return bytes;
}

/// The client of an established pair sends `size` bytes to its server on stream 0.
struct PairTransfer {
  PairTransfer(const EstablishedPair& pair, const link::LinkConfig& path, std::size_t size)
      : PairTransfer(pair, path, path, size) {}
  PairTransfer(const EstablishedPair& pair, const link::LinkConfig& up, const link::LinkConfig& down,
               std::size_t size)
      : world(1), sent(pattern(size)) {
    world.on_server = [this](session::Output& output) { on_server(std::get<session::Event>(output)); };
    world.on_client = [this](std::size_t, session::Output& output) {
      on_client(std::get<session::Event>(output));
    };
    pair.enter(world, up, down);
  }

  bool run(Duration limit) {
    return world.run_until([&] { return ended; }, limit);
  }

  EstablishedPair::Pair world;
  Bytes sent, received;
  std::size_t written = 0;
  bool ended = false;
  std::optional<session::Closed> client_closed, server_closed;
  std::vector<std::string> key_log;  ///< of both ends

 private:
  void on_server(session::Event& event) {
    if (const auto* readable = std::get_if<session::StreamReadable>(&event)) {
      auto read = world.server().read(world.now(), readable->stream);
      received.insert(received.end(), read.data.begin(), read.data.end());
      ended |= read.fin;
    }
    note(event, server_closed);
  }

  void on_client(session::Event& event) {
    if (std::holds_alternative<session::Connected>(event) ||
        std::holds_alternative<session::StreamWritable>(event))
      write();
    note(event, client_closed);
  }

  void note(session::Event& event, std::optional<session::Closed>& closed) {
    if (auto* end = std::get_if<session::Closed>(&event)) closed = *end;
    if (auto* line = std::get_if<session::KeyLog>(&event)) key_log.push_back(line->line);
  }

  void write() {
    while (written < sent.size()) {
      const auto part = ByteView(sent).subspan(written, std::min<std::size_t>(50'000, sent.size() - written));
      if (world.client().write(world.now(), StreamId{0}, part, written + part.size() == sent.size()) !=
          session::Admission::accepted) {
        return;
      }
      written += part.size();
    }
  }
};

}  // namespace avocet::test
