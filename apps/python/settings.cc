#include "apps/python/settings.h"

#include <pybind11/numpy.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "apps/forerun/config/config.h"
#include "core/base/number_text.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

/// Lists as their text, which is how lists reach the keys of a configuration; numbers as short as they can be.
std::string list_text(py::handle value, const std::string& what, int depth);

bool is_a(py::handle value, const char* numpy_type) {
  return py::isinstance(value, py::module_::import("numpy").attr(numpy_type));
}

bool is_list(py::handle value) {
  return py::isinstance<py::list>(value) || py::isinstance<py::tuple>(value) ||
         (py::isinstance<py::array>(value) && py::reinterpret_borrow<py::array>(value).ndim() > 0);
}

[[noreturn]] void refuse(py::handle value, const std::string& what, const std::string& rule) {
  std::string text = py::repr(value);
  constexpr std::size_t longest = 60;
  if (text.size() > longest) text = text.substr(0, longest) + "…";
  throw std::invalid_argument(what + " = " + text + ": " + rule);
}

ParameterValue value_from(py::handle value, const std::string& what) {
  if (value.is_none()) refuse(value, what, "must be left out or have a value");
  if (PyFloat_Check(value.ptr())) return PyFloat_AS_DOUBLE(value.ptr());  // most of long lists
  if (PyBool_Check(value.ptr()) || is_a(value, "bool_")) return py::bool_(py::reinterpret_borrow<py::object>(value));
  if (py::isinstance<py::str>(value)) return value.cast<std::string>();
  if (py::hasattr(value, "__fspath__")) return py::str(value.attr("__fspath__")()).cast<std::string>();
  if (is_list(value)) return list_text(value, what, 0);
  if (PyIndex_Check(value.ptr()) != 0 && !py::isinstance<py::array>(value)) {
    int overflow = 0;
    const py::int_ integer(py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr())));
    const long long number = PyLong_AsLongLongAndOverflow(integer.ptr(), &overflow);
    if (overflow != 0) refuse(value, what, "integers must lie from -2^63 to 2^63 - 1");
    return std::int64_t{number};
  }
  const bool is_number = is_a(value, "floating") || py::isinstance<py::array>(value);
  if (!is_number) refuse(value, what, "must be a bool, an int, a float, a str, a list of these, or a path");
  return value.attr("__float__")().cast<double>();
}

std::string table_text(const py::dict& table, const std::string& what, int depth) {
  std::string text;
  for (const auto& [key, value] : table) {
    const std::string name = py::str(key);
    text += (text.empty() ? "" : ", ") + toml_text(ParameterValue(name)) + " = ";
    text += is_list(value) ? list_text(value, what, depth + 1) : toml_text(value_from(value, what + "." + name));
  }
  return "{" + text + "}";
}

std::string list_text(py::handle value, const std::string& what, int depth) {
  constexpr int deepest = 8;
  if (depth > deepest) throw std::invalid_argument(what + " is a list of lists of lists: must be a flat one");
  std::string text;
  // Numbers of an array as Python's own.
  const py::object list =
      py::isinstance<py::array>(value) ? py::object(value.attr("tolist")()) : py::reinterpret_borrow<py::object>(value);
  for (const py::handle element : list) {
    if (!text.empty()) text += ", ";
    if (py::isinstance<py::dict>(element)) {
      text += table_text(py::reinterpret_borrow<py::dict>(element), what, depth + 1);
    } else if (is_list(element)) {
      text += list_text(element, what, depth + 1);
    } else {
      const ParameterValue one = value_from(element, what);
      const double* number = std::get_if<double>(&one);
      text += number != nullptr ? shortest_text(*number) : toml_text(one);
    }
  }
  return "[" + text + "]";
}

void add_table(ConfigDocument& document, const std::string& section, const std::string& prefix, const py::dict& table,
               const std::string& place, int level) {
  // Keys of the equation that are others for the coarse solver are one deeper than its own.
  const int most_levels = section == "problem" ? 2 : section == "coarse" ? 3 : 0;
  const bool may_hold_tables = level < most_levels;
  for (const auto& [key, value] : table) {
    if (!py::isinstance<py::str>(key)) refuse(key, place, "a key must be a str");
    const std::string name = prefix + key.cast<std::string>();
    if (!py::isinstance<py::dict>(value)) {
      add_setting(document, section, name, value, place);
    } else if (may_hold_tables && !py::reinterpret_borrow<py::dict>(value).empty()) {
      add_table(document, section, name + ".", py::reinterpret_borrow<py::dict>(value), place, level + 1);
    } else {
      refuse(value, place + ": [" + section + "] " + name, "must be a value here, not a dict");
    }
  }
}

/// Also of a section without keys.
void require_known(const std::string& section, const std::string& place) {
  std::vector<std::string> known;
  for (const ConfigSection& other : config_sections()) known.push_back(other.name);
  if (std::find(known.begin(), known.end(), section) != known.end()) return;
  throw std::invalid_argument(place + ": unknown section [" + section + "]: " + suggestion(section, known));
}

}  // namespace

ConfigDocument empty_document(const std::string& place) { return ConfigDocument::parse("", place); }

void add_section(ConfigDocument& document, const std::string& section, py::dict keys, const std::string& place) {
  add_table(document, section, "", keys, place, 0);
}

void add_setting(ConfigDocument& document, const std::string& section, const std::string& key, py::handle value,
                 const std::string& place) {
  document.set({section, key, value_from(value, place + ": [" + section + "] " + key), place});
}

ConfigDocument document_from(const py::dict& sections, const std::string& place) {
  ConfigDocument document = empty_document(place);
  for (const auto& [section, keys] : sections) {
    if (!py::isinstance<py::str>(section)) refuse(section, place, "a section must be a str");
    const std::string name = section.cast<std::string>();
    require_known(name, place);
    if (!py::isinstance<py::dict>(keys)) refuse(keys, place + ": [" + name + "]", "must be a dict of its keys");
    add_section(document, name, py::reinterpret_borrow<py::dict>(keys), place);
  }
  return document;
}

}  // namespace forerun::python
