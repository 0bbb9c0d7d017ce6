#include "analysis/capture/ip_fragments.hpp"

#include <algorithm>

namespace avocet::capture {
namespace {

constexpr std::size_t largest = 65535;

}  // namespace

std::optional<NetworkPacket> IpFragments::add(const IpPacket& ip) {
  const NetworkPacket& part = ip.packet;
  const std::size_t begin = ip.fragment->offset, end = begin + part.payload.size();
  if (part.cut() || part.payload.empty() || end > largest) return std::nullopt;
  Pending& pending = find_or_begin(ip);
  const auto overlaps = [&](const auto& range) { return range.begin < end && begin < range.end; };
  if (std::ranges::any_of(pending.have, overlaps) || pending.have.full()) return std::nullopt;
  if (pending.bytes.size() < end) pending.bytes.resize(end);
  std::ranges::copy(part.payload, pending.bytes.begin() + static_cast<std::ptrdiff_t>(begin));
  pending.have.insert(begin, end);
  if (!ip.fragment->more) pending.size = end;
  if (begin == 0) pending.first = part;
  const bool complete = pending.size && pending.have.size() == 1 && pending.have.front().begin == 0 &&
                        pending.have.front().end == *pending.size;
  if (!complete) return std::nullopt;
  whole_.swap(pending.bytes);
  NetworkPacket out = pending.first;
  out.payload = ByteView(whole_).first(*pending.size);
  out.payload_size = *pending.size;
  out.ip_size = pending.first.ip_size - pending.first.payload_size + *pending.size;
  pending.age = 0;
  return out;
}

IpFragments::Pending& IpFragments::find_or_begin(const IpPacket& ip) {
  const NetworkPacket& part = ip.packet;
  const auto found = std::ranges::find_if(pending_, [&](const Pending& p) {
    return p.age > 0 && p.id == ip.fragment->id && p.protocol == part.protocol && p.from == part.from &&
           p.to == part.to;
  });
  if (found != pending_.end()) return *found;
  Pending& oldest = *std::ranges::min_element(pending_, {}, &Pending::age);
  if (oldest.age > 0) ++abandoned_;
  oldest.from = part.from, oldest.to = part.to;
  oldest.id = ip.fragment->id, oldest.protocol = part.protocol;
  oldest.age = ++age_;
  oldest.bytes.clear();
  oldest.have.clear();
  oldest.size.reset();
  oldest.first = part;
  return oldest;
}

}  // namespace avocet::capture
