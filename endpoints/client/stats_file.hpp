#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <thread>

#include "endpoints/client/snapshot.hpp"

namespace avocet::client {

/// Names are those of W3C webrtc-stats where it has one; times are in seconds, those of switches since
/// startedAt.
nlohmann::json to_json(const Snapshot&);

/// Keeps a file with the statistics up to date, once a second, on a thread of its own. The file is replaced
/// as a whole: a reader never sees half of it.
class StatsFile {
 public:
  StatsFile(std::filesystem::path file, std::function<Snapshot()> take);
  /// Writes what is now. What went wrong; empty: nothing.
  std::string write() const;
  /// The same for the last time.
  std::string finish();
  ~StatsFile();
  StatsFile(const StatsFile&) = delete;
  StatsFile& operator=(const StatsFile&) = delete;

 private:
  void run();
  void stop();

  std::filesystem::path file_;
  std::function<Snapshot()> take_;
  std::mutex mutex_;
  std::condition_variable stop_changed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace avocet::client
