#include <exception>

#include "endpoints/server/commands.hpp"

namespace {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

int run(const avocet::server::Command& command) {
  namespace server = avocet::server;
  return std::visit(Overload{[](const server::AddOptions& o) { return server::add(o); },
                             [](const server::ServeOptions& o) { return server::serve(o); },
                             [](const server::ListOptions& o) { return server::list(o); },
                             [](const server::FingerprintOptions& o) { return server::fingerprint(o); }},
                    command);
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = avocet::server::parse_options(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  try {
    return run(std::get<avocet::server::Command>(parsed));
  } catch (const std::exception& error) {
    return avocet::server::fail(error.what());
  }
}
