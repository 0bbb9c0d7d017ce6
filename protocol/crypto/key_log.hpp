#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/base/bytes.hpp"

namespace avocet::crypto {

/// Labels of the key log. Those of traffic secrets get their generation appended:
/// AVOCET_CLIENT_TRAFFIC_SECRET_0.
namespace key_log {
inline constexpr std::string_view client_handshake = "AVOCET_CLIENT_HANDSHAKE_TRAFFIC_SECRET";
inline constexpr std::string_view server_handshake = "AVOCET_SERVER_HANDSHAKE_TRAFFIC_SECRET";
inline constexpr std::string_view client_traffic = "AVOCET_CLIENT_TRAFFIC_SECRET_";
inline constexpr std::string_view server_traffic = "AVOCET_SERVER_TRAFFIC_SECRET_";
inline constexpr std::string_view exporter = "AVOCET_EXPORTER_SECRET";
inline constexpr std::string_view connection_id = "AVOCET_CONNECTION_ID";
}  // namespace key_log

/// One line, without its end, in the shape of NSS's SSLKEYLOGFILE (RFC 9850): `LABEL client_random_hex
/// value_hex`.
std::string key_log_line(std::string_view label, ByteView client_random, ByteView value);
/// The same for a secret that has generations.
std::string key_log_line(std::string_view label, std::uint64_t generation, ByteView client_random,
                         ByteView value);

}  // namespace avocet::crypto
