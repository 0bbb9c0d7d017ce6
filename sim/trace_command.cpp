#include "sim/trace_command.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iterator>

#include "sim/link/cellular.hpp"
#include "sim/link/text.hpp"

namespace avocet::sim {

TraceCommand::TraceCommand(CLI::App& app)
    : command_(app.add_subcommand(
          "trace",
          "print a capacity as a moving phone may find it, in mahimahi's format: each line is a\n"
          "millisecond at which 1500 bytes may leave. A link's `trace = \"FILE\"` takes it.")) {
  command_->add_option("like", like_, "lte or umts")->check(CLI::IsMember({"lte", "umts"}))->required();
  command_->add_option("--mean", mean_, "mean rate, such as 4mbit (default: 4mbit for lte, 2mbit for umts)");
  command_->add_option("--length", length_, "until it begins anew, such as 120s")->capture_default_str();
  command_->add_option("--seed", seed_, "the same seed gives the same trace")->capture_default_str();
}

int TraceCommand::run() const {
  link::Cellular cellular = like_ == "umts" ? link::Cellular::umts() : link::Cellular::lte();
  const auto complain = [](const char* option, const std::string& problem) {
    fmt::print(stderr, "avocet-sim: {} {}\n", option, problem);
    return 2;
  };
  if (!mean_.empty()) {
    const auto mean = link::parse_rate(mean_);
    if (!mean) return complain("--mean", mean.error());
    cellular.mean = *mean;
  }
  const auto length = link::parse_duration(length_);
  if (!length) return complain("--length", length.error());
  fmt::memory_buffer out;
  const link::Trace trace = link::make_trace(cellular, *length, seed_);
  for (const auto ms : trace.lines()) {
    fmt::format_to(std::back_inserter(out), "{}\n", ms);
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
  return std::ferror(stdout) == 0 ? 0 : 1;
}

}  // namespace avocet::sim
