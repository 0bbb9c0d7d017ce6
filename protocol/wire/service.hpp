#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/base/ids.hpp"
#include "protocol/wire/handshake.hpp"

/// The messages of the service on stream 0, as type, length, body. Each ends in extensions.
namespace avocet::wire {

/// The service's own number for one play or one publication; chosen by the client, never reused on a
/// connection.
using PlayId = Strong<struct PlayIdTag, std::uint32_t>;

inline constexpr std::size_t max_service_message = 65536;
inline constexpr std::size_t max_tracks = 16;
inline constexpr std::uint8_t normal_weight = 16;

struct Join {
  std::string name;
  std::array<std::byte, 32> encryption_key{};
  Bytes signature;
  Extensions extensions;
  bool operator==(const Join&) const = default;
};
template <>
struct Wire<Join> {
  static constexpr std::uint64_t type = 0x01;
  static constexpr std::string_view name = "Join", meaning = "client: enters under a name";
  static constexpr std::tuple fields{
      Field{"name", &Join::name, text<64>, "unique on the server"},
      Field{"encryption_key", &Join::encryption_key, bytes<32>, "X25519 key for messages between users"},
      Field{"signature", &Join::signature, blob<512>, "of that key and the name, by the client's identity"},
      Field{"extensions", &Join::extensions, wire::extensions, "what later versions add"}};
};

struct Welcome {
  std::string server;
  Extensions extensions;
  bool operator==(const Welcome&) const = default;
};
template <>
struct Wire<Welcome> {
  static constexpr std::uint64_t type = 0x02;
  static constexpr std::string_view name = "Welcome", meaning = "server: the name is yours";
  static constexpr std::tuple fields{
      Field{"server", &Welcome::server, text<64>, "what the server calls itself"},
      Field{"extensions", &Welcome::extensions, wire::extensions, "what later versions add"}};
};

enum class RefusalCode : std::uint8_t {
  name_taken = 1,
  bad_name = 2,
  no_such_title = 3,
  missing_rendition = 4,
  no_such_rendition = 5,
  not_joined = 6,
  limit = 7,
  title_taken = 8,
  no_such_play = 9,
  unreadable = 10,
  bad_request = 11,
};

struct Refused {
  std::uint64_t request = 0;
  RefusalCode code = RefusalCode::bad_request;
  std::string reason;
  std::string remedy;
  Extensions extensions;
  bool operator==(const Refused&) const = default;
};
template <>
struct Wire<Refused> {
  static constexpr std::uint64_t type = 0x03;
  static constexpr std::string_view name = "Refused", meaning = "server: a request was not carried out";
  static constexpr std::tuple fields{
      Field{"request", &Refused::request, varint, "play id it is about; 0 for Join and Browse"},
      Field{"code", &Refused::code, u8, "why, see RefusalCode"},
      Field{"reason", &Refused::reason, text<512>, "what happened, to what; for a person"},
      Field{"remedy", &Refused::remedy, text<512>, "what to do next; for a person"},
      Field{"extensions", &Refused::extensions, wire::extensions, "what later versions add"}};
};

struct User {
  std::string name;
  Bytes public_key;
  std::array<std::byte, 32> encryption_key{};
  Bytes signature;
  bool operator==(const User&) const = default;
};
template <>
struct Wire<User> {
  static constexpr std::string_view name = "User", meaning = "somebody on the server";
  static constexpr std::tuple fields{
      Field{"name", &User::name, text<64>, "unique on the server"},
      Field{"public_key", &User::public_key, blob<1024>, "identity, SubjectPublicKeyInfo in DER"},
      Field{"encryption_key", &User::encryption_key, bytes<32>, "X25519 key for messages between users"},
      Field{"signature", &User::signature, blob<512>, "of that key and the name, by the identity"}};
};

struct Directory {
  bool complete = false;
  std::vector<User> present;
  std::vector<std::string> left;
  Extensions extensions;
  bool operator==(const Directory&) const = default;
};
template <>
struct Wire<Directory> {
  static constexpr std::uint64_t type = 0x04;
  static constexpr std::string_view name = "Directory", meaning = "server: who is here; pushed on change";
  static constexpr std::tuple fields{
      Field{"complete", &Directory::complete, u8,
            "1: begin anew with these users; 0: apply to what was known"},
      Field{"present", &Directory::present, counted<24>(nested<User>),
            "who is here, or came; more in further messages"},
      Field{"left", &Directory::left, counted<256>(text<64>), "who went"},
      Field{"extensions", &Directory::extensions, wire::extensions, "what later versions add"}};
};

struct Browse {
  Extensions extensions;
  bool operator==(const Browse&) const = default;
};
template <>
struct Wire<Browse> {
  static constexpr std::uint64_t type = 0x05;
  static constexpr std::string_view name = "Browse", meaning = "client: asks for the catalogue";
  static constexpr std::tuple fields{
      Field{"extensions", &Browse::extensions, wire::extensions, "what later versions add"}};
};

struct Title {
  std::string name;
  bool live = false;
  Duration duration{};
  std::uint32_t viewers = 0;
  std::vector<std::string> renditions;
  std::string problem;
  bool operator==(const Title&) const = default;
};
template <>
struct Wire<Title> {
  static constexpr std::string_view name = "Title", meaning = "something that can be played";
  static constexpr std::tuple fields{
      Field{"name", &Title::name, text<64>, "what Play names"},
      Field{"live", &Title::live, u8, "1: published now; 0: stored"},
      Field{"duration", &Title::duration, varint_us, "of a stored title, us"},
      Field{"viewers", &Title::viewers, varint, "who watch it now"},
      Field{"renditions", &Title::renditions, counted<max_tracks>(text<16>),
            "resolutions there are, ascending"},
      Field{"problem", &Title::problem, text<512>, "why it cannot be played; empty when it can"}};
};

struct Catalogue {
  bool more = false;
  std::vector<Title> titles;
  Extensions extensions;
  bool operator==(const Catalogue&) const = default;
};
template <>
struct Wire<Catalogue> {
  static constexpr std::uint64_t type = 0x06;
  static constexpr std::string_view name = "Catalogue", meaning = "server: what can be played";
  static constexpr std::tuple fields{
      Field{"more", &Catalogue::more, u8, "1: a further Catalogue follows"},
      Field{"titles", &Catalogue::titles, counted<64>(nested<Title>), "by name"},
      Field{"extensions", &Catalogue::extensions, wire::extensions, "what later versions add"}};
};

/// Extension of Play, without a value: goes on with the play that the ticket sealed (AV-SVC-43).
inline constexpr std::uint64_t continues_sealed_play = 1;

struct Play {
  PlayId play;
  std::string title;
  Duration start{};
  std::string rendition;
  std::string cap;
  Duration latency{};
  Duration buffer{};
  std::uint8_t weight = normal_weight;
  Extensions extensions;
  bool operator==(const Play&) const = default;
};
template <>
struct Wire<Play> {
  static constexpr std::uint64_t type = 0x07;
  static constexpr std::string_view name = "Play", meaning = "client: wants to watch a title";
  static constexpr std::tuple fields{
      Field{"play", &Play::play, varint, "the client's number for it, new on this connection"},
      Field{"title", &Play::title, text<64>, "name in the catalogue"},
      Field{"start", &Play::start, varint_us, "where to begin, us of the title"},
      Field{"rendition", &Play::rendition, text<16>, "a fixed one, or empty for the server's choice"},
      Field{"cap", &Play::cap, text<16>, "the highest that the server may choose; empty for any"},
      Field{"latency", &Play::latency, varint_us,
            "from capture to show (live), or buffered before the first picture (stored), us"},
      Field{"buffer", &Play::buffer, varint_us, "stored video that the client holds ahead at most, us"},
      Field{"weight", &Play::weight, u8, "its share of the path among the client's plays; 16 is normal"},
      Field{"extensions", &Play::extensions, wire::extensions, "what later versions add"}};
  // AV-SVC-20
  static constexpr bool valid(const Play& p) { return p.weight > 0; }
};

enum class TrackKind : std::uint8_t { video = 0, audio = 1 };

struct Track {
  TrackId id;
  TrackKind kind = TrackKind::video;
  std::string rendition;
  std::string codec;
  std::uint32_t timebase_numerator = 1, timebase_denominator = 1000;
  std::uint16_t width = 0, height = 0;
  std::uint32_t sample_rate = 0;
  std::uint8_t channels = 0;
  std::uint32_t bitrate = 0;
  Bytes extradata;
  bool operator==(const Track&) const = default;
};
template <>
struct Wire<Track> {
  static constexpr std::string_view name = "Track",
                                    meaning = "one elementary stream and its codec configuration";
  static constexpr std::tuple fields{
      Field{"id", &Track::id, varint, "number in MEDIA and PARITY, never reused by its sender"},
      Field{"kind", &Track::kind, u8, "0 video, 1 audio"},
      Field{"rendition", &Track::rendition, text<16>, "240p, 720p, ...; empty for audio"},
      Field{"codec", &Track::codec, text<16>, "h264, hevc, aac, opus"},
      Field{"timebase_numerator", &Track::timebase_numerator, varint,
            "seconds per tick are numerator / denominator"},
      Field{"timebase_denominator", &Track::timebase_denominator, varint, "see timebase_numerator"},
      Field{"width", &Track::width, u16, "pixels; 0 for audio"},
      Field{"height", &Track::height, u16, "pixels; 0 for audio"},
      Field{"sample_rate", &Track::sample_rate, varint, "Hz; 0 for video"},
      Field{"channels", &Track::channels, u8, "0 for video"},
      Field{"bitrate", &Track::bitrate, varint, "mean, bit/s"},
      Field{"extradata", &Track::extradata, blob<4096>, "decoder configuration as in the MP4 sample entry"}};
  static constexpr bool valid(const Track& t) {  // AV-SVC-21
    return t.kind <= TrackKind::audio && t.timebase_numerator > 0 && t.timebase_denominator > 0;
  }
};

struct Tracks {
  PlayId play;
  std::uint32_t generation = 0;
  bool live = false;
  Duration duration{};
  Duration start{};
  TrackId first;
  std::vector<Track> tracks;
  Extensions extensions;
  bool operator==(const Tracks&) const = default;
};
template <>
struct Wire<Tracks> {
  static constexpr std::uint64_t type = 0x08;
  static constexpr std::string_view name = "Tracks",
                                    meaning = "server: answers Play and Seek; media follows on these tracks";
  static constexpr std::tuple fields{
      Field{"play", &Tracks::play, varint, "the play it answers"},
      Field{"generation", &Tracks::generation, varint,
            "0 for Play, else the generation of the Seek it answers"},
      Field{"live", &Tracks::live, u8, "1: live, frames have deadlines; 0: stored"},
      Field{"duration", &Tracks::duration, varint_us, "of a stored title, us"},
      Field{"start", &Tracks::start, varint_us,
            "presentation time of the first frame that will come, us of the title"},
      Field{"first", &Tracks::first, varint, "video track that begins; Switched names any other"},
      Field{"tracks", &Tracks::tracks, counted<max_tracks>(nested<Track>),
            "video ascending by bitrate, then audio"},
      Field{"extensions", &Tracks::extensions, wire::extensions, "what later versions add"}};
};

struct Credit {
  PlayId play;
  std::uint32_t generation = 0;
  Duration until{};
  Duration shown{};
  Extensions extensions;
  bool operator==(const Credit&) const = default;
};
template <>
struct Wire<Credit> {
  static constexpr std::uint64_t type = 0x09;
  static constexpr std::string_view name = "Credit",
                                    meaning = "client: send stored video up to here, and no further";
  static constexpr std::tuple fields{
      Field{"play", &Credit::play, varint, "the play"},
      Field{"generation", &Credit::generation, varint, "of the Tracks it is about"},
      Field{"until", &Credit::until, varint_us,
            "frames that begin before this time of the title may be sent, us"},
      Field{"shown", &Credit::shown, varint_us,
            "time of the title up to which frames have gone to the decoder, us"},
      Field{"extensions", &Credit::extensions, wire::extensions, "what later versions add"}};
};

struct SwitchRendition {
  PlayId play;
  std::string rendition;
  std::string cap;
  Extensions extensions;
  bool operator==(const SwitchRendition&) const = default;
};
template <>
struct Wire<SwitchRendition> {
  static constexpr std::uint64_t type = 0x0a;
  static constexpr std::string_view name = "SwitchRendition", meaning = "client: wants another rendition";
  static constexpr std::tuple fields{
      Field{"play", &SwitchRendition::play, varint, "the play"},
      Field{"rendition", &SwitchRendition::rendition, text<16>,
            "a fixed one, or empty for the server's choice"},
      Field{"cap", &SwitchRendition::cap, text<16>, "the highest that the server may choose; empty for any"},
      Field{"extensions", &SwitchRendition::extensions, wire::extensions, "what later versions add"}};
};

struct Switched {
  PlayId play;
  std::uint32_t generation = 0;
  TrackId from, to;
  FrameNumber at;
  std::string reason;
  Extensions extensions;
  bool operator==(const Switched&) const = default;
};
template <>
struct Wire<Switched> {
  static constexpr std::uint64_t type = 0x0b;
  static constexpr std::string_view name = "Switched", meaning = "server: video goes on in another rendition";
  static constexpr std::tuple fields{
      Field{"play", &Switched::play, varint, "the play"},
      Field{"generation", &Switched::generation, varint, "of the Tracks it is about"},
      Field{"from", &Switched::from, varint, "track until now; its frames from `at` on are void"},
      Field{"to", &Switched::to, varint, "track from now on"},
      Field{"at", &Switched::at, varint, "first frame of the new track, a key frame"},
      Field{"reason", &Switched::reason, text<128>, "why; for a person"},
      Field{"extensions", &Switched::extensions, wire::extensions, "what later versions add"}};
};

struct Pause {
  PlayId play;
  bool paused = true;
  Extensions extensions;
  bool operator==(const Pause&) const = default;
};
template <>
struct Wire<Pause> {
  static constexpr std::uint64_t type = 0x0c;
  static constexpr std::string_view name = "Pause", meaning = "client: holds or goes on";
  static constexpr std::tuple fields{
      Field{"play", &Pause::play, varint, "the play"},
      Field{"paused", &Pause::paused, u8, "1: hold; 0: go on"},
      Field{"extensions", &Pause::extensions, wire::extensions, "what later versions add"}};
};

struct Seek {
  PlayId play;
  std::uint32_t generation = 0;
  Duration position{};
  Extensions extensions;
  bool operator==(const Seek&) const = default;
};
template <>
struct Wire<Seek> {
  static constexpr std::uint64_t type = 0x0d;
  static constexpr std::string_view name = "Seek", meaning = "client: goes elsewhere in a stored title";
  static constexpr std::tuple fields{
      Field{"play", &Seek::play, varint, "the play"},
      Field{"generation", &Seek::generation, varint,
            "larger than any before; Tracks echoes it with new track ids"},
      Field{"position", &Seek::position, varint_us, "us of the title"},
      Field{"extensions", &Seek::extensions, wire::extensions, "what later versions add"}};
};

struct Stop {
  PlayId play;
  Extensions extensions;
  bool operator==(const Stop&) const = default;
};
template <>
struct Wire<Stop> {
  static constexpr std::uint64_t type = 0x0e;
  static constexpr std::string_view name = "Stop", meaning = "client: ends a play or a publication";
  static constexpr std::tuple fields{
      Field{"play", &Stop::play, varint, "the play or publication"},
      Field{"extensions", &Stop::extensions, wire::extensions, "what later versions add"}};
};

struct Ended {
  PlayId play;
  std::string reason;
  Extensions extensions;
  bool operator==(const Ended&) const = default;
};
template <>
struct Wire<Ended> {
  static constexpr std::uint64_t type = 0x0f;
  static constexpr std::string_view name = "Ended", meaning = "server: nothing more will come on a play";
  static constexpr std::tuple fields{
      Field{"play", &Ended::play, varint, "the play"},
      Field{"reason", &Ended::reason, text<256>, "why; empty at the end of the title"},
      Field{"extensions", &Ended::extensions, wire::extensions, "what later versions add"}};
};

struct Publish {
  PlayId play;
  std::string title;
  std::uint8_t weight = normal_weight;
  std::vector<Track> tracks;
  Extensions extensions;
  bool operator==(const Publish&) const = default;
};
template <>
struct Wire<Publish> {
  static constexpr std::uint64_t type = 0x10;
  static constexpr std::string_view name = "Publish", meaning = "client: offers live tracks under a title";
  static constexpr std::tuple fields{
      Field{"play", &Publish::play, varint, "the client's number for it, new on this connection"},
      Field{"title", &Publish::title, text<64>, "name in the catalogue"},
      Field{"weight", &Publish::weight, u8, "share of a path among flows; 16 is normal"},
      Field{"tracks", &Publish::tracks, counted<max_tracks>(nested<Track>),
            "video ascending by bitrate, then audio"},
      Field{"extensions", &Publish::extensions, wire::extensions, "what later versions add"}};
  // AV-SVC-20
  static constexpr bool valid(const Publish& p) { return p.weight > 0; }
};

struct Published {
  PlayId play;
  Extensions extensions;
  bool operator==(const Published&) const = default;
};
template <>
struct Wire<Published> {
  static constexpr std::uint64_t type = 0x11;
  static constexpr std::string_view name = "Published",
                                    meaning = "server: the title is in the catalogue, frames may come";
  static constexpr std::tuple fields{
      Field{"play", &Published::play, varint, "the publication"},
      Field{"extensions", &Published::extensions, wire::extensions, "what later versions add"}};
};

struct TargetRate {
  PlayId play;
  std::uint64_t rate = 0;
  Extensions extensions;
  bool operator==(const TargetRate&) const = default;
};
template <>
struct Wire<TargetRate> {
  static constexpr std::uint64_t type = 0x12;
  static constexpr std::string_view name = "TargetRate",
                                    meaning = "server: the rate that its viewers can use; for the encoder";
  static constexpr std::tuple fields{
      Field{"play", &TargetRate::play, varint, "the publication"},
      Field{"rate", &TargetRate::rate, varint, "bit/s over all its tracks"},
      Field{"extensions", &TargetRate::extensions, wire::extensions, "what later versions add"}};
};

struct Say {
  std::string from;
  std::string line;
  std::uint64_t at = 0;
  Extensions extensions;
  bool operator==(const Say&) const = default;
};
template <>
struct Wire<Say> {
  static constexpr std::uint64_t type = 0x13;
  static constexpr std::string_view name = "Say", meaning = "a line of chat";
  static constexpr std::tuple fields{
      Field{"from", &Say::from, text<64>, "who said it; empty from the client"},
      Field{"line", &Say::line, text<4096>, "what was said"},
      Field{"at", &Say::at, varint, "Unix time, s; 0 from the client"},
      Field{"extensions", &Say::extensions, wire::extensions, "what later versions add"}};
};

struct Announce {
  std::string line;
  std::uint64_t at = 0;
  Extensions extensions;
  bool operator==(const Announce&) const = default;
};
template <>
struct Wire<Announce> {
  static constexpr std::uint64_t type = 0x14;
  static constexpr std::string_view name = "Announce", meaning = "something that everybody should know";
  static constexpr std::tuple fields{
      Field{"line", &Announce::line, text<4096>, "the announcement"},
      Field{"at", &Announce::at, varint, "Unix time, s; 0 from the client"},
      Field{"extensions", &Announce::extensions, wire::extensions, "what later versions add"}};
};

struct Bye {
  std::string reason;
  Extensions extensions;
  bool operator==(const Bye&) const = default;
};
template <>
struct Wire<Bye> {
  static constexpr std::uint64_t type = 0x15;
  static constexpr std::string_view name = "Bye", meaning = "the sender leaves and wants no more";
  static constexpr std::tuple fields{
      Field{"reason", &Bye::reason, text<256>, "why; for a person"},
      Field{"extensions", &Bye::extensions, wire::extensions, "what later versions add"}};
};

struct KeyFrameWanted {
  PlayId play;
  FrameNumber after;
  Extensions extensions;
  bool operator==(const KeyFrameWanted&) const = default;
};
template <>
struct Wire<KeyFrameWanted> {
  static constexpr std::uint64_t type = 0x16;
  static constexpr std::string_view name = "KeyFrameWanted",
                                    meaning = "live video cannot go on without a key frame";
  static constexpr std::tuple fields{
      Field{"play", &KeyFrameWanted::play, varint, "client: the play; server: the publication"},
      Field{"after", &KeyFrameWanted::after, varint, "a key frame that follows this frame is wanted"},
      Field{"extensions", &KeyFrameWanted::extensions, wire::extensions, "what later versions add"}};
};

using ServiceMessages = Registry<Join, Welcome, Refused, Directory, Browse, Catalogue, Play, Tracks, Credit,
                                 SwitchRendition, Switched, Pause, Seek, Stop, Ended, Publish, Published,
                                 TargetRate, Say, Announce, Bye, KeyFrameWanted>;

}  // namespace avocet::wire
