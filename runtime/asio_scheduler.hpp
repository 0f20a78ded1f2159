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
/// thread hop. Timeouts and delayed messages come from a timer of `io`, and response promises may
/// be delivered from any thread, socket handlers included.
///
/// `io_threads` is how many threads will run `io` (0: the caller's own, now and then), and so how
/// many actors may run at a time: with 0 or 1, one. Detached and blocking actors keep their own
/// threads. Sets `scheduler.max-throughput` to 64 messages.
///
/// Several actor systems may share one `io`, which must outlive them all. An actor system may go
/// down while `io` runs, after it has stopped, or if it never ran. It then gives the actors that
/// have work queued a last chance to finish it, on the thread that destroys the system, ends the
/// rest with `user_shutdown`, and runs no other handler of `io`. Unless
/// `await_actors_before_shutdown(false)` was called it waits for all actors first, as CAF does,
/// which takes a thread that runs `io`.
///
/// A handler of `io` must let go of the actors and promises it holds before their actor system has
/// gone, unless they have ended. A thread that had a scoped_actor must end, or call
/// `caf::logger::set_current_actor_system(nullptr)`, before its actor system can go down (CAF waits
/// for the logger that the thread holds). A thread that runs `io` must not block on an actor
/// (scoped_actor): nobody might run that actor. A timeout that was cancelled may keep `io.run()`
/// from returning until its time or until the system goes down.
void use_asio_scheduler(caf::actor_system_config& config, boost::asio::io_context& io,
                        std::size_t io_threads = 1);

} // namespace spillway::runtime
