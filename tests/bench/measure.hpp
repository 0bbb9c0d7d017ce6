#pragma once

#include <malloc.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace avocet::bench {

/// Rounds that a median is taken of.
inline constexpr int rounds = 9;

/// CPU seconds of this thread, or with all other threads of this process.
inline double seconds_of(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}
inline double thread_cpu_seconds() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }
inline double process_cpu_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

/// CPU seconds of this thread that `work` takes.
template <class Work>
double cpu_of(Work&& work) {
  const double before = thread_cpu_seconds();
  std::forward<Work>(work)();
  return thread_cpu_seconds() - before;
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

/// Bytes of the heap in use, of C and C++ code alike, with the allocator's own overhead.
inline std::size_t heap_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace avocet::bench
