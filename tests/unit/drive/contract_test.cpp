#include "endpoints/drive/loop.hpp"
#include "protocol/service/client.hpp"
#include "protocol/service/server.hpp"
#include "protocol/session/listener.hpp"
#include "protocol/session/session.hpp"

namespace avocet::drive {
namespace {

// Everything that is driven has the one shape that Loop drives.
static_assert(Driven<session::Session>);
static_assert(Driven<session::Listener>);
static_assert(Driven<service::Server>);
static_assert(Driven<service::Client>);

}  // namespace
}  // namespace avocet::drive
