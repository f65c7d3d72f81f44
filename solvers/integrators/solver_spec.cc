#include "solvers/integrators/solver_spec.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "core/base/number_text.h"

namespace forerun {
namespace {

constexpr const char* kSteps = " x ";
constexpr const char* kTolerance = " to ";
constexpr const char* kNextKey = ", ";
constexpr const char* kEquals = " = ";
constexpr const char* kProblem = "problem.";
constexpr double kLoosest = 0.5;

[[noreturn]] void refuse(const std::string& text) { throw std::invalid_argument("'" + text + "' is no solver"); }

template <class Number>
bool read_number(const std::string& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && after == end;
}

std::string value_text(const ParameterValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return shortest_text(*number);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return std::get<std::string>(value);
}

/// `text` as a value of the type that `like` has.
ParameterValue parse_value(const std::string& text, const ParameterValue& like) {
  if (std::holds_alternative<std::string>(like)) return text;
  if (std::holds_alternative<bool>(like)) {
    if (text != "true" && text != "false") refuse(text);
    return text == "true";
  }
  double number = 0.0;
  std::int64_t integer = 0;
  const bool wants_integer = std::holds_alternative<std::int64_t>(like);
  if (!(wants_integer ? read_number(text, integer) : read_number(text, number))) refuse(text);
  return wants_integer ? ParameterValue(integer) : ParameterValue(number);
}

/// The value of a parameter of the equation: a text, which may hold anything else, between quotes and on one line.
std::string quoted_text(const ParameterValue& value) {
  std::string text = value_text(value);
  if (!std::holds_alternative<std::string>(value)) return text;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return '"' + text + '"';
}

/// The part of `text` from `first` to the next key, and where that begins.
std::pair<std::string, std::size_t> next_part(const std::string& text, std::size_t first) {
  bool is_quoted = false;
  std::size_t end = first;
  while (end < text.size() && (is_quoted || text.compare(end, std::string_view(kNextKey).size(), kNextKey) != 0)) {
    is_quoted ^= text[end++] == '"';
  }
  return {text.substr(first, end - first), end};
}

/// What `quoted_text` has written.
ParameterValue parse_quoted(const std::string& text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  if (text == "true" || text == "false") return text == "true";
  std::int64_t integer = 0;
  if (read_number(text, integer)) return integer;
  double number = 0.0;
  if (!read_number(text, number)) refuse(text);
  return number;
}

void read_keys(const std::string& text, std::size_t at, SolverSpec& spec) {
  while (at < text.size()) {
    const auto [part, end] = next_part(text, at + std::string_view(kNextKey).size());
    const std::size_t equals = part.find(kEquals);
    if (equals == std::string::npos) refuse(text);
    const std::string key = part.substr(0, equals);
    const std::string value = part.substr(equals + std::string_view(kEquals).size());
    if (key.starts_with(kProblem)) {
      spec.problem.emplace(key.substr(std::string_view(kProblem).size()), parse_quoted(value));
    } else {
      spec.options.set(key, parse_value(value, spec.options.value(key)));
    }
    at = end;
  }
}

/// Of a method and, where it integrates an equation, of that equation's mesh.
std::vector<ParameterSpec> keys_of(const IntegratorEntry& entry) {
  std::vector<ParameterSpec> keys = entry.keys;
  if (&entry != &external_entry()) keys.insert(keys.end(), mesh_keys().begin(), mesh_keys().end());
  return keys;
}

}  // namespace

SolverSpec::SolverSpec(const std::string& name) : method(name), options(keys_of(find_integrator(name))) {}

SolverSpec::SolverSpec(ExternalSpec solver) : SolverSpec(external_entry().name) { external = std::move(solver); }

Index SolverSpec::coarsening() const {
  return external ? 1 : static_cast<Index>(options.integer(mesh_keys().front().name));
}

SolverSpec SolverSpec::without_variant() const {
  SolverSpec own = *this;
  own.problem.clear();
  if (!external) {
    for (const ParameterSpec& key : mesh_keys()) own.options.set(key.name, key.default_value);
  }
  return own;
}

Index SolverSpec::steps() const { return is_adaptive() ? 1 : static_cast<Index>(options.integer("steps")); }

double SolverSpec::tolerance() const { return is_adaptive() ? options.number("tolerance") : 0.0; }

bool SolverSpec::operator==(const SolverSpec& other) const {
  if (method != other.method || external != other.external || problem != other.problem) return false;
  const auto& keys = options.specs();
  return std::all_of(keys.begin(), keys.end(), [&](const ParameterSpec& key) {
    return options.value(key.name) == other.options.value(key.name);
  });
}

const std::vector<ParameterSpec>& mesh_keys() {
  static const std::vector<ParameterSpec> keys{
      {.name = "coarsening",
       .default_value = std::int64_t{1},
       .description = "solve on a mesh whose points are so many times as far apart; must divide the equation's mesh",
       .minimum = 1,
       .maximum = 1e6},
      {.name = "interpolation",
       .default_value = std::string("cubic"),
       .description = "how states of a coarser mesh become states of the equation's: of order 4 or 2, or by all waves of a periodic one",
       .choices = {"cubic", "linear", "trigonometric"}},
      {.name = "restriction",
       .default_value = std::string("average"),
       .description = "how states reach a coarser mesh: averaged, to the interpolation's order, or by injection, which "
                      "does not see what is between its points",
       .choices = {"average", "injection"}}};
  return keys;
}

bool is_adaptive(const std::string& method) {
  const auto& all = integrator_registry();
  return std::any_of(all.begin(), all.end(), [&](const auto& entry) { return entry.name == method && entry.adaptive; });
}

Index fineness(const SolverSpec& spec) {
  if (!spec.is_adaptive()) return spec.steps();
  return std::max<Index>(1, std::llround(std::pow(spec.tolerance(), -1.0 / spec.entry().error_order)));
}

SolverSpec with_fineness(SolverSpec spec, Index wanted) {
  if (spec.is_adaptive()) {
    const double ratio = static_cast<double>(fineness(spec)) / static_cast<double>(wanted);
    spec.refine_to(std::min(kLoosest, spec.tolerance() * std::pow(ratio, spec.entry().error_order)));
  } else {
    spec.refine_to(std::int64_t{wanted});
  }
  return spec;
}

std::string to_text(const SolverSpec& spec) {
  if (spec.external) return to_text(*spec.external);
  std::string text = spec.method + (spec.is_adaptive() ? kTolerance : kSteps) + value_text(spec.refinement());
  for (const ParameterSpec& key : spec.options.specs()) {
    const ParameterValue& value = spec.options.value(key.name);
    if (key.name == spec.entry().refining_key().name || value == key.default_value) continue;
    text += kNextKey + key.name + kEquals + value_text(value);
  }
  for (const auto& [key, value] : spec.problem) text += kNextKey + (kProblem + key) + kEquals + quoted_text(value);
  return text;
}

SolverSpec parse_solver(const std::string& text) {
  const std::size_t blank = std::min(text.find(' '), text.size());
  try {
    SolverSpec spec(text.substr(0, blank));
    const std::string_view separator = spec.is_adaptive() ? kTolerance : kSteps;
    if (text.compare(blank, separator.size(), separator) != 0) refuse(text);
    const auto [number, end] = next_part(text, blank + separator.size());
    spec.refine_to(parse_value(number, spec.refinement()));
    read_keys(text, end, spec);
    return spec;
  } catch (const std::invalid_argument&) {
    refuse(text);
  }
}

}  // namespace forerun
