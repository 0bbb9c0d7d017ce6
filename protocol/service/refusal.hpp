#pragma once

#include <string>

#include "protocol/wire/service.hpp"

namespace avocet::service {

/// Why a request is not carried out, in the terms of wire::Refused.
struct Refusal {
  wire::RefusalCode code = wire::RefusalCode::bad_request;
  std::string reason, remedy;
};

}  // namespace avocet::service
