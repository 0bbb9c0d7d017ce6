#include <exception>

#include "endpoints/client/commands.hpp"

int main(int argc, char** argv) {
  namespace client = avocet::client;
  const auto parsed = client::parse_options(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  try {
    const auto& command = std::get<client::Command>(parsed);
    if (const auto* options = std::get_if<client::ListOptions>(&command)) return client::list(*options);
    return client::play(std::get<client::PlayOptions>(command));
  } catch (const std::exception& error) {
    return client::fail(error.what());
  }
}
