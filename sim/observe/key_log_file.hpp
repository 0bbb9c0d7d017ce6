#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/observe/observer.hpp"

namespace avocet::sim {

/// The key log of all ends as one file, each line once, readable for the owner only (AV-KEY-8).
class KeyLogFile final : public Observer {
 public:
  explicit KeyLogFile(std::string file) : file_(std::move(file)) {}

  void on_key(Time, std::uint32_t end, std::string_view line) override;
  /// Writes it.
  void on_end(Time) override;
  bool good() const { return good_; }

 private:
  const std::string file_;
  std::vector<std::string> lines_;
  std::set<std::string, std::less<>> seen_;  // both ends of a connection say the same
  bool good_ = false;
};

}  // namespace avocet::sim
