#include "endpoints/drive/network_changes.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <thread>

namespace avocet::drive {
namespace {

using namespace std::chrono_literals;

bool set_loopback_up(bool up) {
  const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  bool done = ::ioctl(descriptor, SIOCGIFFLAGS, &request) == 0;
  const int flags = up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP;
  request.ifr_flags = static_cast<short>(flags);
  done = done && ::ioctl(descriptor, SIOCSIFFLAGS, &request) == 0;
  ::close(descriptor);
  return done;
}

/// Runs in a thread of its own, because a network namespace belongs to a thread.
TEST(NetworkChanges, ManyAtOnceAreToldOnce) {
  std::thread([] {
    if (::unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "no network namespaces here: " << std::strerror(errno);
    asio::io_context context(1);
    int told = 0;
    auto watch = NetworkChanges::watch(context, [&] { ++told; });
    ASSERT_TRUE(watch) << watch.error();
    context.run_for(2 * NetworkChanges::settling);
    EXPECT_EQ(told, 0);
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(set_loopback_up(true));
      ASSERT_TRUE(set_loopback_up(false));
    }
    const Time began = now();
    while (told == 0 && now() < began + 5s) context.run_one_for(10ms);
    EXPECT_GE(now() - began, NetworkChanges::settling);
    context.run_for(2 * NetworkChanges::settling);
    EXPECT_EQ(told, 1);
    watch->reset();
    context.restart();
    context.run_for(10ms);
    EXPECT_TRUE(context.stopped());  // nothing keeps it busy any more
  }).join();
}

}  // namespace
}  // namespace avocet::drive
