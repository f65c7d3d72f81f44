#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

#include "core/base/stop_scope.h"
#include "core/execution/time_communicator.h"
#include "core/propagation/checked_propagation.h"
#include "core/record/failure_archive.h"

namespace forerun {

/// Why a process leaves a run that it shares, as others are told it: for a slice that took too long, for an exception,
/// or, with neither, because it was asked to stop.
struct ReasonToLeave {
  std::optional<SliceFailure> failure = {};
  std::optional<std::string> what = {};
};

inline std::string to_bytes(const ReasonToLeave& reason) {
  ByteWriter writer;
  writer(reason.failure, reason.what);
  return std::move(writer.bytes);
}

/// Of a process that has ended and has said nothing: that.
inline ReasonToLeave reason_of(const RunAbandoned& end) {
  ReasonToLeave reason;
  if (end.reason.empty()) {
    reason.what = "has ended";
  } else {
    ByteReader{end.reason}(reason.failure, reason.what);
  }
  return reason;
}

/// iterate(), which all processes of a run carry out; what ends it in one of them ends it in all. A requested stop ends
/// the others likewise, or by `SliceError` where a slice is what it was requested for (`overdue`); anything else as an
/// exception that says where it came from. A `SliceError` of iterate() is thrown by all of them.
template <typename Iterate, typename Overdue>
auto ended_together(TimeCommunicator& communicator, const Iterate& iterate, const Overdue& overdue) {
  try {
    return iterate();
  } catch (const RunAbandoned& end) {
    const ReasonToLeave reason = reason_of(end);
    if (reason.failure) throw SliceError{*reason.failure};
    if (!reason.what) throw StopRequested{};
    throw std::runtime_error("process " + std::to_string(end.rank) + ": " + *reason.what);
  } catch (const SliceError&) {
    throw;
  } catch (const StopRequested&) {
    communicator.abandon(to_bytes({.failure = overdue()}));
    throw;
  } catch (const CannotGoOn& end) {
    communicator.abandon(to_bytes({.what = end.what}));
    throw std::runtime_error(end.what);
  } catch (const std::exception& error) {
    communicator.abandon(to_bytes({.what = error.what()}));
    throw;
  } catch (...) {
    communicator.abandon(to_bytes({.what = "ended by something that is no exception"}));
    throw;
  }
}

/// work(), in which all processes take part when a run is over; false where one of them has left. One that is told to
/// stop meanwhile leaves. Whatever else it throws is passed on.
template <typename Work>
bool done_together(TimeCommunicator& communicator, const Work& work) {
  try {
    work();
    return true;
  } catch (const RunAbandoned&) {
    return false;
  } catch (const StopRequested&) {
    communicator.abandon(to_bytes(ReasonToLeave{}));
    return false;
  }
}

}  // namespace forerun
