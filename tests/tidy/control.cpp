// Breaks every rule that symbols.py knows, so that a test can show that it would notice.
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

int calls = 0;

long long everything_forbidden() {
  ++calls;
  std::random_device device;
  std::thread([] { std::puts("a thread"); }).join();
  const long long now = std::chrono::steady_clock::now().time_since_epoch().count();
  return now + std::rand() + static_cast<long long>(device()) + ::socket(AF_INET, SOCK_DGRAM, 0);
}
