#pragma once

#include "endpoints/client/options.hpp"

/// One function a command; each returns the exit code.
namespace avocet::client {

int list(const ListOptions&);
int play(const PlayOptions&);

/// Says on standard error what went wrong; the exit code for it.
int fail(const std::string& message);

}  // namespace avocet::client
