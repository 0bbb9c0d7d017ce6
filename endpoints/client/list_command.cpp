#include <fmt/format.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "endpoints/client/commands.hpp"
#include "endpoints/client/connection.hpp"
#include "endpoints/client/text.hpp"
#include "endpoints/drive/stop_signals.hpp"

namespace avocet::client {
namespace {

nlohmann::json to_json(const wire::Title& title) {
  return {{"name", title.name},
          {"live", title.live},
          {"duration", to_seconds(title.duration)},
          {"viewers", title.viewers},
          {"renditions", title.renditions},
          {"playable", title.problem.empty()},
          {"problem", title.problem}};
}

void print_table(const std::vector<wire::Title>& titles, const Url& url) {
  if (titles.empty()) {
    fmt::print("{} has no titles; they are put there with `avocet-server add`\n", url.server_text());
    return;
  }
  std::size_t widest = 5;
  for (const wire::Title& title : titles) widest = std::max(widest, title.name.size());
  fmt::print("{:<{}}  {:>8}  {:>7}  {}\n", "TITLE", widest, "DURATION", "VIEWERS", "RENDITIONS");
  for (const wire::Title& title : titles) {
    const std::string duration = title.live ? "live" : clock_text(title.duration);
    const std::string what = title.problem.empty() ? fmt::format("{}", fmt::join(title.renditions, " "))
                                                   : "cannot be played: " + title.problem;
    fmt::print("{:<{}}  {:>8}  {:>7}  {}\n", printable(title.name), widest,
               title.problem.empty() ? duration : "-", title.viewers, printable(what));
  }
}

}  // namespace

int list(const ListOptions& options) {
  asio::io_context context(1);
  std::optional<std::vector<wire::Title>> titles;
  std::string failure;
  std::unique_ptr<Connection> connection;
  std::optional<drive::StopSignals> signals;
  const auto on_event = [&](service::ClientEvent& event, Time) {
    if (std::holds_alternative<service::Connected>(event)) {
      connection->call([](service::Client& client, Time now) { client.browse(now); });
    } else if (auto* catalogue = std::get_if<service::CatalogueReceived>(&event)) {
      titles = std::move(catalogue->titles);
      connection->leave("the list has come");
    } else if (const auto* refused = std::get_if<service::Refused>(&event)) {
      failure = printable(refused->reason) + "; " + printable(refused->remedy);
      connection->leave("refused");
    }
  };
  const auto on_end = [&](const std::string& why) {
    if (failure.empty()) failure = why;
    signals->cancel();
  };
  const auto notice = [](const std::string& text) { fmt::print(stderr, "avocet-client: {}\n", text); };
  auto opened = Connection::open(context, options.server, {on_event, on_end, notice});
  if (!opened) return fail(opened.error());
  connection = std::move(*opened);
  signals.emplace(context, [&](int) { connection->leave("stopped"); });
  connection->start();
  context.run();

  if (!titles) return fail(failure.empty() ? "stopped before the list had come" : failure);
  if (options.json) {
    nlohmann::json out = nlohmann::json::array();
    for (const wire::Title& title : *titles) out.push_back(to_json(title));
    fmt::print("{}\n", out.dump(2));
  } else {
    print_table(*titles, options.server.url);
  }
  return 0;
}

}  // namespace avocet::client
