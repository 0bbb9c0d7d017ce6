#include "sim/observe/key_log_file.hpp"

#include <filesystem>
#include <fstream>

namespace avocet::sim {

void KeyLogFile::on_key(Time, std::uint32_t, std::string_view line) {
  if (seen_.emplace(line).second) lines_.emplace_back(line);
}

void KeyLogFile::on_end(Time) {
  namespace fs = std::filesystem;
  {
    std::ofstream made(file_, std::ios::trunc);
  }
  std::error_code failed;
  fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write, failed);
  std::ofstream out(file_);
  for (const std::string& line : lines_) out << line << '\n';
  out.flush();
  good_ = !failed && out.good();
}

}  // namespace avocet::sim
