#pragma once

#include "endpoints/server/options.hpp"

/// One function a command; each returns the exit code.
namespace avocet::server {

int add(const AddOptions&);
int serve(const ServeOptions&);
int list(const ListOptions&);
int fingerprint(const FingerprintOptions&);

/// Says on standard error what went wrong; the exit code for it.
int fail(const std::string& message);

}  // namespace avocet::server
