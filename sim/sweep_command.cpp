#include "sim/sweep_command.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include "sim/campaign/pages.hpp"
#include "sim/shipped.hpp"

namespace avocet::sim {
namespace {

namespace fs = std::filesystem;

std::optional<nlohmann::json> read_json(const fs::path& path) {
  std::ifstream in(path);
  auto json = nlohmann::json::parse(in, nullptr, false);
  return json.is_object() && json.contains("hash") ? std::optional(std::move(json)) : std::nullopt;
}

std::string last_line(const fs::path& path) {
  std::ifstream in(path);
  std::string line, last;
  while (std::getline(in, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

bool write(const fs::path& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  return out.flush().good();
}

int complain_of(const std::string& what) {
  fmt::print(stderr, "avocet-sim: {}\n", what);
  return 2;
}

}  // namespace

SweepCommand::SweepCommand(CLI::App& app)
    : command_(app.add_subcommand(
          "sweep",
          "run scenarios with many seeds and settings, on all cores, and merge what came out.\n"
          "The same command again goes on where it was, and runs what failed once more.")) {
  command_->add_option("scenario", scenarios_, "names of shipped scenarios, files, or all")->required();
  command_->add_option("--seeds", seeds_, "such as 1..20 or 1,2,7")->capture_default_str();
  command_->add_option("--set", sets_,
                       "KEY=VALUE,VALUE,...: each value in turn; several --set: each combination");
  command_->add_option("--out", folder_, "folder for the runs, sweep.csv, sweep.json and report.html")
      ->required();
  command_->add_option("--jobs", jobs_, "how many at once, as GNU Parallel takes it (default: one per core)");
  command_->add_option("--sshlogin", logins_,
                       "run on other machines too, as GNU Parallel takes it (: is this one). The program,\n"
                       "and a scenario given as a file, must be there under the same path");
  command_->add_option("--program", program_,
                       "avocet-sim to run, such as one of another build (default: this)");
  command_->add_flag("--anew", anew_, "run also what is there already");
}

std::expected<std::vector<SweepCommand::Job>, int> SweepCommand::plan() const {
  const auto seeds = parse_seeds(seeds_);
  if (!seeds) return std::unexpected(complain_of("--seeds " + seeds.error()));
  std::vector<Axis> axes;
  for (const std::string& set : sets_) {
    const auto axis = parse_axis(set);
    if (!axis) return std::unexpected(complain_of("--set " + axis.error()));
    axes.push_back(*axis);
  }
  std::vector<std::string> scenarios;
  for (const std::string& scenario : scenarios_) {
    if (scenario != "all") {
      scenarios.push_back(scenario);
      continue;
    }
    for (const fs::path& path : shipped_scenarios()) scenarios.push_back(path.stem().string());
  }
  std::vector<Job> jobs;
  for (const Point& point : points_of(scenarios, axes)) {
    const Settings settings(point.settings.begin(), point.settings.end());
    const auto read = read_scenario(locate_scenario(point.scenario), settings);
    if (!read) return std::unexpected(complain(read.error()));
    for (const std::uint64_t seed : *seeds) {
      jobs.push_back({point, seed, fs::path("runs") / point.folder() / fmt::format("seed-{}", seed)});
    }
  }
  return jobs;
}

bool SweepCommand::done(const Job& job) const {
  return read_json(fs::path(folder_) / job.folder / "stdout").has_value();
}

std::string SweepCommand::command_of(const Job& job) const {
  std::error_code error;
  const std::string self = fs::read_symlink("/proc/self/exe", error).string();
  std::string line =
      fmt::format("{} run {} --seed {} --summary -", shell_word(program_.empty() ? self : program_),
                  shell_word(job.point.scenario), job.seed);
  for (const auto& [key, value] : job.point.settings) line += " --set " + shell_word(key + "=" + value);
  return line;
}

/// What a run prints is its result: so nothing has to be copied from other machines.
bool SweepCommand::run_all(const std::vector<Job>& jobs) const {
  const fs::path list = fs::path(folder_) / "jobs.txt";
  std::string text;
  for (const Job& job : jobs) text += job.folder.string() + "\t" + command_of(job) + "\n";
  if (!write(list, text)) return complain_of(list.string() + " cannot be written"), false;
  std::string line = fmt::format(
      "parallel --will-cite --colsep '\\t' -a {} --results {}/'{{1}}'/ --joblog {}",
      shell_word(list.string()), shell_word(folder_), shell_word((fs::path(folder_) / "jobs.log").string()));
  if (::isatty(STDERR_FILENO) != 0) line += " --bar";
  if (!jobs_.empty()) line += " --jobs " + shell_word(jobs_);
  for (const std::string& login : logins_) line += " --sshlogin " + shell_word(login);
  line += " '{=2 uq(); =}' >/dev/null";
  if (::isatty(STDERR_FILENO) == 0) line += " 2>/dev/null";
  const int status = std::system(line.c_str());
  if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) == 127) {
    complain_of("GNU Parallel could not be run: is it installed (apt-get install parallel)?");
    return false;
  }
  return true;
}

int SweepCommand::merge(const std::vector<Job>& jobs) const {
  Results results;
  std::size_t failed = 0;
  for (const Job& job : jobs) {
    const fs::path folder = fs::path(folder_) / job.folder;
    const auto summary = read_json(folder / "stdout");
    if (summary && results.add(job.point, job.seed, *summary)) continue;
    if (++failed <= 10) {
      fmt::print(stderr, "avocet-sim: failed: {}: {}\n", command_of(job), last_line(folder / "stderr"));
    }
  }
  std::string command = "avocet-sim sweep";
  for (const std::string& scenario : scenarios_) command += " " + shell_word(scenario);
  command += " --seeds " + seeds_;
  for (const std::string& set : sets_) command += " --set " + shell_word(set);
  const fs::path out(folder_);
  const bool written =
      write(out / "sweep.json", results.to_json().dump(1) + "\n") &&
      write(out / "sweep.csv", results.to_csv()) &&
      write(out / "report.html", report::to_html(results_page(results, jobs.size(), failed, command)));
  fmt::print("{}\nin {}: report.html, sweep.csv, sweep.json, runs\n", results_text(results), folder_);
  if (!written) fmt::print(stderr, "avocet-sim: not all files could be written to {}\n", folder_);
  if (failed > 0) fmt::print(stderr, "avocet-sim: {} of {} runs failed\n", failed, jobs.size());
  return failed == 0 && written ? 0 : 1;
}

int SweepCommand::run() const {
  const auto jobs = plan();
  if (!jobs) return jobs.error();
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return complain_of(folder_ + ": " + error.message()), 1;
  std::vector<Job> missing;
  for (const Job& job : *jobs) {
    if (anew_ || !done(job)) missing.push_back(job);
  }
  fmt::print(stderr, "{} runs, {} of them there already\n", jobs->size(), jobs->size() - missing.size());
  for (const Job& job : missing) fs::remove_all(fs::path(folder_) / job.folder, error);
  if (!missing.empty() && !run_all(missing)) return 1;
  return merge(*jobs);
}

}  // namespace avocet::sim
