#include "apps/python/arrays.h"

#include <algorithm>
#include <stdexcept>

#include "core/base/number_text.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

using ColumnMajor = py::array_t<double, py::array::f_style | py::array::forcecast>;
using ColumnMap = Eigen::Map<const States>;

std::string shape_text(const std::vector<Index>& shape) {
  std::string text;
  for (const Index size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "(" + text + (shape.size() == 1 ? ",)" : ")");
}

std::vector<Index> shape_of(const py::array& array) { return {array.shape(), array.shape() + array.ndim()}; }

/// Integers or real numbers as doubles, column by column.
ColumnMajor real_numbers(py::handle value, const std::string& what) {
  if (value.is_none()) throw std::invalid_argument(what + " is None: must be an array of numbers");
  const py::array array = py::array::ensure(value);
  if (!array) throw std::invalid_argument(what + " is no array of numbers");
  const char kind = array.dtype().kind();
  if (kind != 'f' && kind != 'i' && kind != 'u') {
    throw std::invalid_argument(what + " is of type " + std::string(py::str(array.dtype())) +
                                ": must be integers or real numbers");
  }
  ColumnMajor numbers = ColumnMajor::ensure(array);
  if (!numbers) throw std::invalid_argument(what + " is no array of numbers");
  return numbers;
}

[[noreturn]] void refuse_shape(const std::string& what, const py::array& array, const std::string& wanted) {
  throw std::invalid_argument(what + " has the shape " + shape_text(shape_of(array)) + ": must be " + wanted);
}

/// Numbers that belong to whoever reads them.
py::array_t<double> new_array(std::vector<Index> shape) { return py::array_t<double>(std::move(shape)); }

}  // namespace

State state_from(py::handle value, const std::string& what) {
  const ColumnMajor numbers = real_numbers(value, what);
  if (numbers.ndim() != 1 || numbers.size() == 0) refuse_shape(what, numbers, "(d,), the numbers of one state");
  return Eigen::Map<const State>(numbers.data(), numbers.size());
}

States states_from_rows(py::handle value, Index dimension, Index rows, const std::string& what) {
  const ColumnMajor numbers = real_numbers(value, what);
  if (shape_of(numbers) != std::vector<Index>{rows, dimension}) {
    refuse_shape(what, numbers, shape_text({rows, dimension}) + ", a state a row");
  }
  return ColumnMap(numbers.data(), rows, dimension).transpose();
}

void require_finite(const State& state, const std::string& what) {
  const auto bad = std::find_if(state.begin(), state.end(), [](double number) { return !std::isfinite(number); });
  if (bad == state.end()) return;
  throw std::invalid_argument(what + "[" + std::to_string(bad - state.begin()) + "] = " + shortest_text(*bad) +
                              ": must be finite");
}

void assign_state(py::handle value, StateOut out) {
  const ColumnMajor numbers = real_numbers(value, "the result");
  const bool is_number = numbers.ndim() == 0 && out.size() == 1;
  if (!is_number && shape_of(numbers) != std::vector<Index>{out.size()}) {
    refuse_shape("the result", numbers, shape_text({out.size()}));
  }
  out = Eigen::Map<const State>(numbers.data(), out.size());
}

void assign_states(py::handle value, StatesOut out) {
  const ColumnMajor numbers = real_numbers(value, "the result");
  if (shape_of(numbers) != std::vector<Index>{out.rows(), out.cols()}) {
    refuse_shape("the result", numbers, shape_text({out.rows(), out.cols()}) + ", a slice a column");
  }
  out = ColumnMap(numbers.data(), out.rows(), out.cols());
}

py::array copy_of(const StateView& state) {
  auto copy = new_array({state.size()});
  std::copy_n(state.data(), state.size(), copy.mutable_data());
  return copy;
}

py::array copy_of(const StatesView& states) {
  ColumnMajor copy(std::vector<Index>{states.rows(), states.cols()});
  Eigen::Map<States>(copy.mutable_data(), states.rows(), states.cols()) = states;
  return copy;
}

py::array rows_of(const StatesView& states, py::handle owner) {
  constexpr auto bytes = static_cast<Index>(sizeof(double));
  return py::array(py::dtype::of<double>(), {states.cols(), states.rows()}, {states.outerStride() * bytes, bytes},
                   states.data(), owner);
}

py::array copy_as_rows(const StatesView& states) {
  auto copy = new_array({states.cols(), states.rows()});
  Eigen::Map<States>(copy.mutable_data(), states.rows(), states.cols()) = states;
  return copy;
}

}  // namespace forerun::python
