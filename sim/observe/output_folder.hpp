#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/experiment/experiment.hpp"
#include "sim/observe/capture.hpp"
#include "sim/observe/key_log_file.hpp"
#include "sim/observe/packets_seen.hpp"
#include "sim/observe/qlog_files.hpp"
#include "sim/observe/truth_file.hpp"
#include "sim/record/flow_record.hpp"

namespace avocet::sim {

/// What a run tells of itself, besides its records.
struct RunFacts {
  std::uint64_t seed = 0, hash = 0;
  double speed = 0;                                           ///< simulated seconds per second
  std::vector<std::pair<std::string, std::string>> settings;  ///< that were given for it
  std::string command;                                        ///< that makes it again
};

/// The files that a run leaves in its folder. Those that grow while it runs are written by observers, the
/// others from its records when it is over.
class OutputFolder {
 public:
  /// Makes the folder. `captures`: names of capture points; "all" or "none" alone stand for themselves.
  /// Throws std::runtime_error with a message for a person when that cannot be, or a point is not known.
  OutputFolder(std::filesystem::path folder, const Experiment&, std::uint64_t seed,
               const std::vector<std::string>& captures, UnixTime calendar);
  ~OutputFolder();

  /// To be told what happens, in this order.
  std::vector<Observer*> observers();

  /// Writes what is written at the end. Throws std::runtime_error when something could not be written.
  void finish(const std::vector<FlowRecord>&, const RunFacts&);

  /// The files that there are, in the order in which a person would look at them.
  std::vector<std::string> files() const;

 private:
  std::string path(const std::string& file) const { return (folder_ / file).string(); }

  const std::filesystem::path folder_;
  const Experiment& experiment_;
  PacketsSeen packets_;
  FrameLedger ledger_;
  KeyLogFile key_log_;
  TruthFile truth_;
  QlogFiles qlog_;
  std::vector<std::unique_ptr<Capture>> captures_;
  std::vector<std::string> capture_files_;
};

}  // namespace avocet::sim
