#include "endpoints/drive/entropy.hpp"

#include <fmt/core.h>
#include <sys/random.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace avocet::drive {

Entropy draw_entropy() {
  Entropy entropy;
  std::size_t filled = 0;
  while (filled < entropy.seed.size()) {
    const ssize_t got = getrandom(entropy.seed.data() + filled, entropy.seed.size() - filled, 0);
    if (got > 0) {
      filled += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      fmt::print(stderr, "avocet: the kernel gives no random numbers ({}); cannot go on\n",
                 std::strerror(errno));
      std::abort();
    }
  }
  return entropy;
}

}  // namespace avocet::drive
