#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/service/client_events.hpp"
#include "protocol/service/play_request.hpp"
#include "protocol/service/play_stats.hpp"
#include "protocol/session/session.hpp"

namespace avocet::service {

struct ClientConfig {
  session::Config session;
  std::size_t max_early_frames = 512;  ///< held until a message says what their track is
  std::size_t max_early_bytes = 4 << 20;
  /// What the credentials' ticket seals. Use such a ticket only when the first play() continues() it.
  std::optional<SealedPlay> sealed_play;
};

/// A user of a server, over one session. The driving contract of session/driving.hpp; frames come out as
/// events. What is asked before Connected is sent then. Calls about a play that is over do nothing.
class Client {
 public:
  Client(const ClientConfig&, session::ClientCredentials, PeerAddress server, Entropy, Time now,
         UnixTime calendar);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void receive(Time now, const session::Datagram&);
  void wake(Time now);

  void join(Time now, std::string_view name);
  void browse(Time now);

  PlayId play(Time now, const PlayRequest&);
  void pause(Time now, PlayId, bool paused);
  void seek(Time now, PlayId, Duration position);
  /// A fixed rendition, or empty for the server's choice up to `cap`.
  void switch_rendition(Time now, PlayId, std::string_view rendition, std::string_view cap = {});
  /// Ends a play or a publication. PlayEnded follows for a play.
  void stop(Time now, PlayId);

  /// Offers live tracks, video ascending by bitrate and then audio; frames may be sent after
  /// PublicationStarted.
  PlayId publish(Time now, std::string_view title, const std::vector<media::TrackConfig>& tracks,
                 std::uint8_t weight = wire::normal_weight);
  /// `track` is an index into the tracks published. Frame::capture must be set. The frame is given up
  /// `latency` after `now`.
  session::Admission send_frame(Time now, PlayId publication, std::size_t track, const media::Frame&,
                                Duration latency);

  void say(Time now, std::string_view line);
  void announce(Time now, std::string_view line);

  /// Packets leave from `local` from now on (session::Session::move_to). Nothing happens before Connected.
  void move_to(Time now, PeerAddress local);

  /// Takes leave and closes; ConnectionClosed follows.
  void bye(Time now, std::string_view reason);

  using Output = std::variant<session::Transmit, ClientEvent, session::Wake>;
  Output poll(Time now, ByteSpan room, std::size_t max_segments);

  bool connected() const;
  session::Stats stats() const;
  /// Also of a play that is over, until the next one begins.
  std::optional<PlayStats> stats(Time now, PlayId) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace avocet::service
