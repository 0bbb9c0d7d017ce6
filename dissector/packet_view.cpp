#include "dissector/packet_view.hpp"

#include "dissector/show.hpp"

namespace avocet::dissector {
namespace {

int tree_of_frame = -1;

/// A line for what no byte of the packet says.
void show_fact(const Fact& fact, proto_tree* tree, tvbuff_t* tvb) {
  const int id = id_of(fact.field);
  proto_item* line = nullptr;
  switch (proto_registrar_get_ftype(id)) {
    case FT_RELATIVE_TIME: {
      const nstime_t time = to_nstime(Duration(static_cast<std::int64_t>(fact.value)));
      line = proto_tree_add_time(tree, id, tvb, 0, 0, &time);
      break;
    }
    case FT_UINT64: line = proto_tree_add_uint64(tree, id, tvb, 0, 0, fact.value); break;
    case FT_BOOLEAN: line = proto_tree_add_boolean(tree, id, tvb, 0, 0, fact.value != 0); break;
    default: line = proto_tree_add_uint(tree, id, tvb, 0, 0, static_cast<guint32>(fact.value)); break;
  }
  proto_item_set_generated(line);
}

/// Lines for all that is known about one frame, or about the packet.
void show_findings(const PacketView& view, int frame, proto_tree* tree, proto_item* item, tvbuff_t* tvb) {
  for (const Fact& fact : view.record.facts) {
    if (fact.frame == frame) show_fact(fact, tree, tvb);
  }
  for (const Note& note : view.record.notes) {
    if (note.frame != frame) continue;
    proto_item_set_generated(proto_tree_add_string(tree, id_of(note.field), tvb, 0, 0, note.text->c_str()));
  }
  for (const Fact& fact : view.record.later) {
    if (fact.frame == frame) show_fact(fact, tree, tvb);
  }
  for (const Judgement& judgement : view.record.judgements) {
    if (judgement.frame == frame) judge(view.packet, item, judgement.finding, judgement.text);
  }
}

/// Bytes that a record keeps, as a source that the window shows beside the packet.
tvbuff_t* add_source(const PacketView& view, const Bytes& bytes, const char* name) {
  const auto size = static_cast<unsigned>(bytes.size());
  tvbuff_t* tvb = tvb_new_child_real_data(view.tvb, reinterpret_cast<const guint8*>(bytes.data()), size,
                                          static_cast<int>(size));
  add_new_data_source(view.packet, tvb, name);
  return tvb;
}

/// A message that a stream's bytes make up, in a data source of its own.
template <class Registry>
void show_message(const PacketView& view, proto_tree* tree, const Assembled& assembled, const char* source) {
  const auto size = static_cast<unsigned>(assembled.bytes->size());
  tvbuff_t* tvb = add_source(view, *assembled.bytes, source);
  wire::Reader r(*assembled.bytes);
  const std::uint64_t type = r.varint();
  r.varint();
  const int header = static_cast<int>(r.position());
  Registry::for_each([&]<class T>(std::type_identity<T>) {
    if (wire::Wire<T>::type != type) return;
    proto_item* item = nullptr;
    proto_tree* below = proto_tree_add_subtree_format(
        tree, tvb, 0, static_cast<int>(size), Ids<T>::tree, &item, "%s: %s",
        std::string(wire::Wire<T>::name).c_str(), std::string(wire::Wire<T>::meaning).c_str());
    if (assembled.what == Assembled::What::service)
      proto_tree_add_uint64(below, id_of(Derived::message_type), tvb, 0, header, type);
    proto_tree_add_uint(below, id_of(Derived::message_length), tvb, 0, header, size);
    T value{};
    show_fields(Sheet{tvb, below}, r, value);
  });
}

void show_assembled(const PacketView& view, int frame, proto_tree* tree) {
  for (const Assembled& assembled : view.record.assembled) {
    if (assembled.frame != frame) continue;
    if (assembled.what == Assembled::What::handshake) {
      show_message<wire::HandshakeMessages>(view, tree, assembled, "Handshake message");
    } else {
      show_message<wire::ServiceMessages>(view, tree, assembled, "Service message");
    }
  }
  for (const MediaEvent& media : view.record.media) {
    if (media.frame != frame || media.size() == 0) continue;
    proto_tree_add_item(tree, id_of(Derived::media_payload), add_source(view, *media.payload, "Media frame"),
                        0, static_cast<int>(media.size()), ENC_NA);
  }
}

/// The head of a media frame stands in its first fragment.
void show_head(const Sheet& below, const wire::Media& media, std::size_t end) {
  if (media.index != 0) return;
  wire::Reader r(media.data);
  wire::FrameHead head;
  show_nested(Sheet{below.tvb, below.tree, below.origin + end - media.data.size()}, r, head);
}

void show_frame(const PacketView& view, int index, proto_tree* tree, wire::Reader& r) {
  const std::size_t begin = r.position();
  r.enter("type");
  const std::uint64_t type = r.varint();
  const std::size_t after_type = r.position();
  proto_item* item = nullptr;
  proto_tree* below = nullptr;
  bool known = false;
  wire::Frames::for_each([&]<class T>(std::type_identity<T>) {
    if (!r.ok() || known || wire::Wire<T>::type != type) return;
    known = true;
    below = proto_tree_add_subtree(tree, view.plain_text, static_cast<int>(begin), 1, tree_of_frame, &item,
                                   std::string(wire::Wire<T>::name).c_str());
    proto_tree_add_uint64(below, id_of(Derived::frame_type), view.plain_text, static_cast<int>(begin),
                          static_cast<int>(after_type - begin), type);
    T value{};
    const Sheet sheet{view.plain_text, below};
    show_fields(sheet, r, value);
    if constexpr (std::is_same_v<T, wire::Media>) {
      if (r.ok()) show_head(sheet, value, r.position());
    }
    proto_item_set_len(item, static_cast<int>(r.position() - begin));
  });
  if (!known) r.fail(wire::Fault::unknown_type);
  show_findings(view, index, below ? below : tree, item ? item : proto_tree_get_parent(tree),
                view.plain_text);
  if (below) show_assembled(view, index, below);
}

void show_frames(const PacketView& view, proto_tree* tree) {
  wire::Reader r(view.frames);
  int index = 0;
  while (r.remaining() > 0) show_frame(view, index++, tree, r);
  proto_item* count =
      proto_tree_add_uint(tree, id_of(Derived::frames), view.plain_text, 0, 0, static_cast<guint32>(index));
  proto_item_set_generated(count);
}

void show_clear_body(const PacketView& view, proto_tree* tree, const wire::ClearPacket& packet) {
  wire::ClearMessages::for_each([&]<class T>(std::type_identity<T>) {
    if (wire::Wire<T>::type != static_cast<std::uint64_t>(packet.kind)) return;
    wire::Reader r(packet.body);
    T message{};
    show_nested(Sheet{view.tvb, tree, wire::clear_header_size}, r, message);
    const auto hide = [&](ConnectionId id) {
      proto_item_set_hidden(proto_tree_add_uint64(tree, id_of(Derived::cid), view.tvb, 0, 0, id.value));
    };
    if constexpr (requires { message.client_cid; }) hide(message.client_cid);
    if constexpr (requires { message.cid; }) hide(message.cid);
  });
}

/// The header, whose kind is known, and the body of what is in the clear.
void show_header(const PacketView& view, proto_tree* tree, ByteView packet, wire::PacketKind kind) {
  wire::Reader r(packet);
  const Sheet sheet{view.tvb, tree};
  if (kind == wire::PacketKind::protected_ || kind == wire::PacketKind::handshake) {
    wire::SealedHeader header;
    show_fields(sheet, r, header);
    proto_item_set_hidden(proto_tree_add_uint64(tree, id_of(Derived::cid), view.tvb, 1, r.ok() ? 8 : 0,
                                                header.destination.value));
  } else if (kind == wire::PacketKind::reset) {
    wire::ResetPacket reset;
    show_fields(sheet, r, reset);
  } else {
    wire::ClearPacket clear;
    show_fields(sheet, r, clear);
    if (r.ok()) show_clear_body(view, tree, clear);
  }
}

void show_derived(const PacketView& view, proto_tree* tree, wire::PacketKind kind) {
  const auto generated = [](proto_item* item) { proto_item_set_generated(item); };
  const PacketRecord& record = view.record;
  proto_item_set_hidden(
      proto_tree_add_uint(tree, id_of(Derived::kind), view.tvb, 0, 1, static_cast<guint32>(kind)));
  if (record.connection)
    generated(proto_tree_add_uint(tree, id_of(Derived::connection), view.tvb, 0, 0, *record.connection));
  if (record.sender)
    generated(proto_tree_add_boolean(tree, id_of(Derived::from_client), view.tvb, 0, 0,
                                     *record.sender == Side::client));
  if (kind > wire::PacketKind::handshake) return;
  generated(
      proto_tree_add_boolean(tree, id_of(Derived::decrypted), view.tvb, 0, 0, record.unsealed.has_value()));
  if (record.unsealed && kind == wire::PacketKind::protected_)
    generated(
        proto_tree_add_uint64(tree, id_of(Derived::generation), view.tvb, 0, 0, record.unsealed->generation));
}

}  // namespace

void register_packet_view(int) {
  static int* trees[] = {&tree_of_frame};
  proto_register_subtree_array(trees, 1);
}

void show_packet(const PacketView& view, proto_item* root) {
  const ByteView packet = captured(view.tvb);
  const auto kind = wire::packet_kind(packet);
  if (view.tree == nullptr || !kind) {
    for (const Judgement& judgement : view.record.judgements)
      judge(view.packet, root, judgement.finding, judgement.text);
    return;
  }
  show_header(view, view.tree, packet, *kind);
  show_derived(view, view.tree, *kind);
  show_findings(view, whole_packet, view.tree, root, view.tvb);
  if (view.plain_text != nullptr) show_frames(view, view.tree);
}

}  // namespace avocet::dissector
