#pragma once

#include <cstddef>

namespace boost::asio {
class io_context;
}

namespace caf {
class actor_system_config;
}

namespace spillway::runtime {

/// Makes the actor system built from `config` run its actors on the threads that run `io`, beside
/// the sockets: a message from a socket handler to an actor, and from there to the next, takes no
/// thread hop. `io_threads` is how many threads will run `io` (0: the caller's own, now and then).
///
/// `io` must outlive the actor system. Detached actors keep their own threads. A thread that runs
/// `io` must not block on an actor (scoped_actor): nobody would run that actor.
void use_asio_scheduler(caf::actor_system_config& config, boost::asio::io_context& io,
                        std::size_t io_threads = 1);

} // namespace spillway::runtime
