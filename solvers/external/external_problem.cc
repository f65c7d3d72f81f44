#include "solvers/external/external_problem.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "solvers/equations/equation.h"
#include "solvers/equations/parameter_rules.h"

namespace forerun {
namespace {

constexpr const char* kName = "external";
constexpr const char* kBoundsRule =
    ": must be [lowest, highest] of all components, or a list of such pairs, one a component";

[[noreturn]] void refuse_bounds(const std::string& text, const std::string& rule = kBoundsRule) {
  throw ParameterError("bounds", "bounds = " + text + rule);
}

/// The numbers of "[-1, 1]" or "[[-1, 1], [0, 2]]", in pairs.
std::vector<double> numbers_of(const std::string& text) {
  constexpr std::string_view around = "[], \t\n";
  std::vector<double> numbers;
  std::string_view rest = text;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(around), rest.size()));
    if (rest.empty()) return numbers;
    double number = 0.0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc()) refuse_bounds(text);
    numbers.push_back(number);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  }
}

std::optional<StateBounds> bounds_from(const std::string& text, Index dimension) {
  if (text.empty()) return std::nullopt;
  const std::vector<double> numbers = numbers_of(text);
  const bool is_for_all = numbers.size() == 2;
  if (!is_for_all && static_cast<Index>(numbers.size()) != 2 * dimension) {
    refuse_bounds(text,
                  ": must be [lowest, highest], or " + std::to_string(dimension) + " such pairs, one a component");
  }
  StateBounds bounds{State(dimension), State(dimension)};
  for (Index i = 0; i < dimension; ++i) {
    const auto pair = static_cast<std::size_t>(is_for_all ? 0 : 2 * i);
    bounds.lower[i] = numbers[pair];
    bounds.upper[i] = numbers[pair + 1];
  }
  const bool is_sound =
      bounds.lower.allFinite() && bounds.upper.allFinite() && (bounds.lower.array() < bounds.upper.array()).all();
  if (!is_sound) refuse_bounds(text, ": must be finite numbers, the lowest of each pair first");
  return bounds;
}

}  // namespace

ExternalProblem::ExternalProblem(Index dimension, std::optional<StateBounds> bounds)
    : dimension_(dimension), bounds_(std::move(bounds)) {
  if (dimension < 1) throw ParameterError("dimension", "dimension = " + std::to_string(dimension) + ": must be ≥ 1");
  if (bounds_ && (bounds_->lower.size() != dimension || bounds_->upper.size() != dimension)) {
    throw ParameterError("bounds", "bounds: must be of " + std::to_string(dimension) + " components");
  }
}

std::string ExternalProblem::name() const { return kName; }

StateBounds ExternalProblem::bounds() const { return bounds_.value_or(uniform_bounds(dimension_, -1.0, 1.0)); }

StateBounds ExternalProblem::range() const { return bounds_.value_or(unlimited_range(dimension_)); }

void ExternalProblem::evaluate(double /*time*/, const StateView& /*state*/, StateOut /*derivative*/) const {
  throw std::logic_error("the right-hand side of an external problem is not known");
}

std::unique_ptr<Propagator> ExternalProblem::make_propagator(const SolverSpec& spec) const {
  throw ParameterError("method", "method = \"" + spec.method +
                                     "\": 'external' has no equation that could be integrated, must be a command, a "
                                     "worker or a library");
}

const ProblemEntry& external_problem() {
  static const ProblemEntry entry = [] {
    ParameterSpec bounds{"bounds", std::string(),
                         "where states usually are: [lowest, highest], or such a pair for each component; left out: "
                         "as far as the run's own states go"};
    return ProblemEntry{kName,
                        "whatever [fine] and [coarse] solve, as commands, workers or libraries",
                        {integer_parameter("dimension", 1, 1, 1'000'000'000, "numbers of a state"), bounds},
                        [](const Parameters& values) {
                          const auto dimension = static_cast<Index>(values.integer("dimension"));
                          return std::make_unique<ExternalProblem>(dimension,
                                                                   bounds_from(values.text("bounds"), dimension));
                        }};
  }();
  return entry;
}

}  // namespace forerun
