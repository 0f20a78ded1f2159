#include "transport/io_threads.hpp"
#include "transport/serial_executor.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

using namespace spillway;
using transport::make_serial;

TEST_CASE("several threads run the handlers of one executor in order, and no two at a time") {
  constexpr int count = 20'000;
  transport::io_threads io{4};
  const auto serial = make_serial(io.context());
  std::atomic<int> running = 0;
  bool met = false;
  std::vector<int> order;
  std::promise<void> done;
  for (int i = 0; i < count; ++i)
    boost::asio::post(serial, [&, i] {
      met = met || ++running > 1;
      order.push_back(i);
      --running;
      if (i == count - 1)
        done.set_value();
    });
  done.get_future().wait();
  CHECK_FALSE(met);
  REQUIRE(order.size() == count);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("one thread needs no guard, so all executors of it are the same") {
  transport::io_threads one{1};
  transport::io_threads two{2};
  CHECK(make_serial(one.context()) == make_serial(one.context()));
  CHECK(make_serial(two.context()) != make_serial(two.context()));
  const auto serial = make_serial(two.context());
  const auto same = serial;
  CHECK(same == serial);
}
