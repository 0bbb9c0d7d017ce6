#pragma once

#include <asio/io_context.hpp>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "endpoints/drive/alarm.hpp"
#include "endpoints/drive/udp_socket.hpp"
#include "endpoints/drive/watch.hpp"
#include "endpoints/link/lateness.hpp"
#include "sim/link/link.hpp"

namespace avocet::link {

struct ForwarderConfig {
  PeerAddress listen, to;
  LinkConfig up, down;  ///< client to server, server to client
  std::uint64_t seed = 1;
  Duration idle = 60s;  ///< a client that is silent for so long is forgotten
  std::size_t max_clients = 256;
  /// At these times after the first datagram every client gets another port towards the server, as from a NAT
  /// that was started anew. Ascending.
  std::vector<Duration> rebinds;
};

/// A datagram that did not come through, and whose it was.
struct LostDatagram {
  Drop drop;
  PeerAddress client;
};

/// What one client sent (up) or got (down).
struct ClientCounts {
  Count in, out;
  std::array<Count, drop_reasons> dropped_by{};
};

struct ClientRecord {
  PeerAddress address;   ///< the client
  PeerAddress upstream;  ///< the address from which the server hears it
  Time first, last;      ///< first and latest datagram, of either direction
  bool live = true;      ///< false: silent for too long, and forgotten
  ClientCounts up, down;
};

/// One direction, as reported.
struct DirectionRecord {
  Stats link;
  Lateness lateness;              ///< how late datagrams left here, against the model
  Count unsent;                   ///< came through the link, but the operating system did not take them
  std::deque<LostDatagram> lost;  ///< the latest, oldest first
};

/// The link model between real sockets: every client that sends to `listen` gets a socket of its own towards
/// `to`; all clients share the two links, as they would share a line. Runs in one io_context, from open on.
class Forwarder {
 public:
  /// So many losses of each direction, and so many past clients, are remembered one by one; all are counted.
  static constexpr std::size_t max_listed = 10'000;

  /// `tell` gets a line of text when a client comes or goes, or something needs attention.
  static std::expected<std::unique_ptr<Forwarder>, std::string> open(asio::io_context& context,
                                                                     ForwarderConfig config,
                                                                     std::function<void(std::string)> tell);
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  /// Address and port that clients send to.
  PeerAddress local() const { return listener_.local(); }
  /// When the first datagram came, from which the steps of the rate count.
  std::optional<Time> started() const { return started_; }
  const ForwarderConfig& config() const { return config_; }
  const DirectionRecord& up() const { return up_.record; }
  const DirectionRecord& down() const { return down_.record; }
  const std::map<std::uint64_t, ClientRecord>& clients() const { return records_; }
  /// Datagrams of clients for which there was no room.
  Count turned_away() const { return turned_away_; }
  /// Datagrams that the operating system lost because they were not read in time.
  std::uint64_t overflowed() const;

 private:
  struct Client {
    Client(asio::io_context& context, drive::UdpSocket socket, std::uint64_t own_number)
        : upstream(std::move(socket)), watch(context, upstream.descriptor()), number(own_number) {}
    drive::UdpSocket upstream;
    drive::Watch watch;
    std::uint64_t number;
    PeerAddress asked;  // the local address that the client sent to: answers come from there
    bool warned = false;
  };
  struct Direction {
    Direction(LinkConfig config, std::uint64_t seed) : link(std::move(config), seed) {}
    Link link;
    DirectionRecord record;
  };
  /// Equal-sized datagrams that are due together go out in one write.
  struct Run {
    std::uint64_t client = 0;
    Ecn ecn = Ecn::not_ect;
    std::size_t segment = 0, datagrams = 0;
    Bytes bytes;
    bool takes(const Delivery& delivery) const;
  };

  Forwarder(asio::io_context& context, ForwarderConfig config, drive::UdpSocket listener,
            std::function<void(std::string)> tell);

  void read_clients();
  void read_server(std::uint64_t number);
  void push(Direction& direction, const drive::Received& run, std::uint64_t number, ClientCounts& counts);
  Client* find_or_make(const PeerAddress& address, const PeerAddress& asked, std::size_t size);
  void drain();
  void drain(Direction& direction);
  void send(Direction& direction, Run& run);
  void note_losses(Direction& direction);
  void forget_idle();
  void schedule_rebind();
  void rebind();
  void warn_refused(Client& client);

  asio::io_context& context_;
  ForwarderConfig config_;
  std::function<void(std::string)> tell_;
  drive::UdpSocket listener_;
  drive::Watch listener_watch_;
  drive::Alarm due_, sweep_, rebind_;
  drive::ReceiveBatch batch_;
  Direction up_, down_;
  std::optional<Time> started_;
  std::map<std::uint64_t, std::unique_ptr<Client>> clients_;  // by number
  std::unordered_map<PeerAddress, std::uint64_t> numbers_;
  std::map<std::uint64_t, ClientRecord> records_;
  std::uint64_t next_number_ = 1;
  std::size_t next_rebind_ = 0;
  Count turned_away_;
  std::uint64_t past_overflowed_ = 0;
};

}  // namespace avocet::link
