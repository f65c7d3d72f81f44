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

/// iterate(), which all processes of a run carry out; what ends it in one of them ends it in all. A requested stop ends
/// the others likewise, or by `SliceError` where a slice is what it was requested for (`overdue`); anything else as an
/// exception that says where it came from. A `SliceError` of iterate() is thrown by all of them.
template <typename Iterate, typename Overdue>
auto ended_together(TimeCommunicator& communicator, const Iterate& iterate, const Overdue& overdue) {
  const auto abandon = [&](const std::optional<SliceFailure>& failure, const std::optional<std::string>& what) {
    ByteWriter reason;
    reason(failure, what);
    communicator.abandon(reason.bytes);
  };
  try {
    return iterate();
  } catch (const RunAbandoned& end) {
    std::optional<SliceFailure> failure;
    std::optional<std::string> what;
    ByteReader{end.reason}(failure, what);
    if (failure) throw SliceError{*failure};
    if (!what) throw StopRequested{};
    throw std::runtime_error("process " + std::to_string(end.rank) + ": " + *what);
  } catch (const SliceError&) {
    throw;
  } catch (const StopRequested&) {
    abandon(overdue(), std::nullopt);
    throw;
  } catch (const std::exception& error) {
    abandon(std::nullopt, error.what());
    throw;
  } catch (...) {
    abandon(std::nullopt, "ended by something that is no exception");
    throw;
  }
}

}  // namespace forerun
