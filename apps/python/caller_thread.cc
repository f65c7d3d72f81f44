#include "apps/python/caller_thread.h"

#include <chrono>
#include <exception>
#include <thread>
#include <utility>

namespace forerun::python {
namespace {

namespace py = pybind11;

constexpr std::chrono::milliseconds kBetweenLooks{50};

}  // namespace

void CallerThread::run_beside(const std::function<void()>& work) {
  std::exception_ptr failure;
  {
    const py::gil_scoped_release released;
    std::jthread thread([&] {
      try {
        work();
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      has_ended_ = true;
      news_.notify_all();
    });
    while (!wait_for_news()) attend();
  }
  if (failure) std::rethrow_exception(failure);
}

void CallerThread::call(const std::function<void()>& task) {
  std::unique_lock lock(mutex_);
  task_ = &task;
  news_.notify_all();
  news_.wait(lock, [&] { return task_ == nullptr; });
  if (const std::exception_ptr failure = std::exchange(failure_, nullptr)) std::rethrow_exception(failure);
}

/// True when the work has ended; false when there is something to do, or it is time to look for signals.
bool CallerThread::wait_for_news() {
  std::unique_lock lock(mutex_);
  news_.wait_for(lock, kBetweenLooks, [&] { return has_ended_ || task_ != nullptr; });
  return has_ended_;
}

void CallerThread::attend() {
  const std::function<void()>* task = nullptr;
  {
    const std::lock_guard lock(mutex_);
    task = task_;
  }
  std::exception_ptr failure;
  {
    const py::gil_scoped_acquire gil;
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (task != nullptr) (*task)();
    } catch (const py::error_already_set& error) {
      errors_.end_run(error);
    } catch (...) {
      failure = std::current_exception();
    }
  }
  if (task == nullptr) return;
  const std::lock_guard lock(mutex_);
  task_ = nullptr;
  failure_ = failure;
  news_.notify_all();
}

}  // namespace forerun::python
