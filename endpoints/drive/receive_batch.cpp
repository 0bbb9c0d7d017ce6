#include "endpoints/drive/receive_batch.hpp"

namespace avocet::drive {

ReceiveBatch::ReceiveBatch() : bytes_(runs * run_size) {}

void ReceiveBatch::prepare() {
  for (std::size_t i = 0; i < runs; ++i) {
    vectors_[i] = {bytes_.data() + i * run_size, run_size};
    msghdr& header = messages_[i].msg_hdr;
    header = {};
    header.msg_name = &sources_[i];
    header.msg_namelen = sizeof sources_[i];
    header.msg_iov = &vectors_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].bytes.data();
    header.msg_controllen = controls_[i].bytes.size();
  }
}

}  // namespace avocet::drive
