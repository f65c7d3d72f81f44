#include "solvers/external/worker_process.h"

#include <sys/poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/base/stop_scope.h"

namespace forerun {
namespace {

constexpr int kMillisecondsAPoll = 20;
/// Requests are numbered from here: no state begins with such bytes by chance.
constexpr std::uint64_t kFirstId = 0x464F'5245'0000'0001;

template <class Number>
Number number_at(std::string_view bytes, std::size_t first) {
  Number number{};
  std::memcpy(&number, bytes.data() + first, sizeof number);
  return number;
}

std::string byte_count(std::size_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

}  // namespace

WorkerProcess::WorkerProcess(const ChildCommand& command, Index dimension)
    : child_(command, {.in = true, .out = true}), dimension_(dimension), id_(kFirstId) {}

void WorkerProcess::confused(const std::string& what) const {
  throw WorkerConfused(what + child_.error_tail().clause());
}

void WorkerProcess::ended() {
  constexpr int usually_at_once = 200;
  const std::optional<ChildEnd> end = child_.wait(usually_at_once);
  const std::string how = end ? end->sentence() : "closed its standard output";
  const std::string when = !is_greeted_        ? " before it had greeted"
                           : received_.empty() ? " before it had answered"
                                               : " after " + byte_count(received_.size()) + " of its answer";
  throw WorkerEnded(how + when + child_.error_tail().clause());
}

void WorkerProcess::write_some() {
  if (num_sent_ == unsent_.size()) return;
  const ssize_t size =
      ::send(child_.in().number(), unsent_.data() + num_sent_, unsent_.size() - num_sent_, MSG_NOSIGNAL);
  if (size > 0) num_sent_ += static_cast<std::size_t>(size);
  if (num_sent_ == unsent_.size() || (size < 0 && errno != EAGAIN && errno != EINTR)) {
    unsent_.clear();  // all is sent, or nobody listens: that it has ended is seen as it is read from
    num_sent_ = 0;
  }
}

void WorkerProcess::read_some() {
  std::array<char, 65536> buffer;
  while (child_.out().is_open()) {
    const ssize_t size = ::read(child_.out().number(), buffer.data(), buffer.size());
    if (size > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(size));
    } else if (size == 0) {
      child_.out().close();
    } else if (errno != EINTR) {
      return;
    }
    if (size > 0 && static_cast<std::size_t>(size) < buffer.size()) return;
  }
}

/// Returns when so many bytes are there; sends what is to be sent meanwhile.
void WorkerProcess::receive(std::size_t size) {
  while (received_.size() < size) {
    if (StopScope::stop_requested()) {
      child_.end();
      throw StopRequested{};
    }
    if (!child_.out().is_open()) ended();
    const bool is_sending = !unsent_.empty();
    std::array<pollfd, 3> waiting{{{child_.out().number(), POLLIN, 0},
                                   {child_.err().is_open() ? child_.err().number() : -1, POLLIN, 0},
                                   {is_sending ? child_.in().number() : -1, POLLOUT, 0}}};
    ::poll(waiting.data(), waiting.size(), kMillisecondsAPoll);
    if (waiting[1].revents != 0) child_.read_errors();
    if (waiting[2].revents != 0) write_some();
    if (waiting[0].revents != 0) read_some();
  }
}

void WorkerProcess::greet() {
  send(worker_greeting(dimension_));
  for (std::size_t size = 1; size <= worker_greeting_size; size = received_.size() + 1) {
    receive(size);
    const std::string wrong = wrong_greeting(std::string_view(received_).substr(0, worker_greeting_size), dimension_);
    if (!wrong.empty()) confused(wrong);
  }
  received_.erase(0, worker_greeting_size);
  is_greeted_ = true;
}

/// Whatever came uninvited would be taken for the next answer.
void WorkerProcess::refuse_what_was_not_asked_for() {
  read_some();
  if (!received_.empty()) confused("sent " + byte_count(received_.size()) + " that it was not asked for");
}

void WorkerProcess::solve(const Slice& slice, const StateView& in, StateOut out) {
  if (!is_greeted_) greet();
  refuse_what_was_not_asked_for();
  const std::uint64_t id = id_++;
  send(worker_request(id, slice, in));
  receive(worker_answer_head);
  if (number_at<std::uint64_t>(received_, 0) != id) confused("answered another request than the one it was sent");
  const auto status = number_at<std::int64_t>(received_, 8);
  if (status != 0) {
    constexpr std::size_t reason_head = worker_answer_head + 8;
    receive(reason_head);
    const auto length = number_at<std::int64_t>(received_, worker_answer_head);
    if (length < 0 || length > worker_longest_reason) {
      confused("failed with status " + std::to_string(status) + " and gave a reason of " + std::to_string(length) +
               " bytes: must be from 0 to " + std::to_string(worker_longest_reason));
    }
    const std::size_t size = reason_head + static_cast<std::size_t>(length);
    receive(size);
    const std::string reason = on_one_line(std::string_view(received_).substr(reason_head, size - reason_head));
    received_.erase(0, size);
    refuse_what_was_not_asked_for();
    child_.read_errors();
    throw WorkerRefused("failed with status " + std::to_string(status) + (reason.empty() ? "" : ": " + reason) +
                        child_.error_tail().clause());
  }
  const std::size_t state_bytes = sizeof(double) * static_cast<std::size_t>(dimension_);
  receive(worker_answer_head + state_bytes);
  std::memcpy(out.data(), received_.data() + worker_answer_head, state_bytes);
  received_.erase(0, worker_answer_head + state_bytes);
  refuse_what_was_not_asked_for();
}

}  // namespace forerun
