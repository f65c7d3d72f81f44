#include <cmath>
#include <locale>
#include <numeric>
#include <sstream>

#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/cli/usage_error.h"
#include "core/files/read_file.h"
#include "learning/numerics/random_stream.h"

namespace forerun {
namespace {

constexpr std::uint64_t permutation_stream = 1'000'000;
constexpr std::uint64_t state_stream = 2'000'000;

double unit_uniform(const RandomStream& random, Index counter) {
  return 0.5 * (random.uniform(static_cast<std::uint64_t>(counter)) + 1.0);
}

/// 0 … count − 1 in random order (Fisher, Yates).
std::vector<Index> permutation(Index count, const RandomStream& random) {
  std::vector<Index> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), Index{0});
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.bits(i) % i]);
  return order;
}

/// Column r: run r's parameters in [0, 1]. Each parameter takes a value in every one of `runs` equal intervals, once.
States latin_hypercube(Index parameters, Index runs, std::uint64_t seed) {
  States unit(parameters, runs);
  for (Index j = 0; j < parameters; ++j) {
    const auto stream = static_cast<std::uint64_t>(j);
    const std::vector<Index> order = permutation(runs, RandomStream(seed, permutation_stream + stream));
    const RandomStream within(seed, stream);
    for (Index r = 0; r < runs; ++r) {
      unit(j, r) = (static_cast<double>(order[static_cast<std::size_t>(r)]) + unit_uniform(within, r)) /
                   static_cast<double>(runs);
    }
  }
  return unit;
}

/// n equally spaced values of each parameter, ends included; the first parameter varies fastest.
States grid(const CampaignConfig& config, Index parameters, Index runs) {
  const double root = std::round(std::pow(static_cast<double>(runs), 1.0 / static_cast<double>(parameters)));
  if (root < 2.0 || std::pow(root, static_cast<double>(parameters)) != static_cast<double>(runs)) {
    throw UsageError(config.base.file_name() + ": [campaign] runs = " + std::to_string(runs) + ": must be n^" +
                     std::to_string(parameters) + ", n ≥ 2, for a grid of " + std::to_string(parameters) +
                     " parameters");
  }
  States unit(parameters, runs);
  for (Index r = 0; r < runs; ++r) {
    Index rest = r;
    for (Index j = 0; j < parameters; ++j, rest /= static_cast<Index>(root))
      unit(j, r) = static_cast<double>(rest % static_cast<Index>(root)) / (root - 1.0);
  }
  return unit;
}

/// Rows of comma-separated numbers below a heading; each error names file and line.
struct CsvRows {
  std::vector<std::string> heading;
  std::vector<std::vector<double>> rows;
};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) {
    const std::size_t begin = cell.find_first_not_of(" \t\r"), end = cell.find_last_not_of(" \t\r");
    cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
  }
  return cells;
}

double number_in(const std::string& cell, const std::string& place) {
  std::istringstream stream(cell);
  stream.imbue(std::locale::classic());
  double value = 0.0;
  if (stream >> value && stream.eof() && std::isfinite(value)) return value;
  throw UsageError(place + ": '" + cell + "': must be a finite number");
}

CsvRows read_csv(const std::filesystem::path& path, bool with_heading) {
  CsvRows csv;
  std::istringstream text(read_file(path));
  Index number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    const std::string place = path.string() + ":" + std::to_string(number);
    const std::vector<std::string> cells = cells_of(line.substr(0, line.find('#')));
    if (cells.empty() || (cells.size() == 1 && cells.front().empty())) continue;
    if (with_heading && csv.heading.empty()) {
      csv.heading = cells;
      continue;
    }
    const std::size_t width = with_heading ? csv.heading.size() : csv.rows.empty() ? cells.size() : csv.rows[0].size();
    if (cells.size() != width)
      throw UsageError(place + ": has " + std::to_string(cells.size()) + " numbers: must be " + std::to_string(width));
    std::vector<double> row;
    for (const std::string& cell : cells) row.push_back(number_in(cell, place));
    csv.rows.push_back(std::move(row));
  }
  return csv;
}

void require_rows(const std::filesystem::path& path, std::size_t found, Index wanted) {
  if (static_cast<Index>(found) >= wanted) return;
  throw UsageError(path.string() + ": has " + std::to_string(found) + " rows: must be as many as [campaign] runs, " +
                   std::to_string(wanted));
}

void take_listed_parameters(const CampaignConfig& config, std::vector<Draw>& draws) {
  const CsvRows csv = read_csv(config.draws_file, true);
  if (csv.heading != config.box.names) {
    throw UsageError(config.draws_file.string() + ":1: must name the parameters of [lowest], in alphabetical order");
  }
  require_rows(config.draws_file, csv.rows.size(), config.num_runs());
  for (std::size_t r = 0; r < draws.size(); ++r) {
    draws[r].parameters = Eigen::Map<const State>(csv.rows[r].data(), static_cast<Index>(csv.rows[r].size()));
    if (!config.box.contains(draws[r].parameters))
      throw UsageError(config.draws_file.string() + ": row " + std::to_string(r + 1) +
                       " lies outside of [lowest] and [highest]");
  }
}

void take_listed_states(const CampaignConfig& config, Index dimension, std::vector<Draw>& draws) {
  const CsvRows csv = read_csv(config.states_file, false);
  require_rows(config.states_file, csv.rows.size(), config.num_runs());
  if (static_cast<Index>(csv.rows.front().size()) != dimension) {
    throw UsageError(config.states_file.string() + ": has states of " + std::to_string(csv.rows.front().size()) +
                     " values: must be " + std::to_string(dimension));
  }
  for (std::size_t r = 0; r < draws.size(); ++r)
    draws[r].initial = Eigen::Map<const State>(csv.rows[r].data(), dimension);
}

}  // namespace

std::vector<Draw> make_draws(const CampaignConfig& config, const OdeProblem& problem, double begin) {
  const StateBounds bounds = problem.bounds();
  const Index runs = config.num_runs(), parameters = config.box.size();
  const auto seed = static_cast<std::uint64_t>(config.campaign.integer("seed"));
  std::vector<Draw> draws(static_cast<std::size_t>(runs), Draw{State(parameters), {}});
  const std::string& sampling = config.campaign.text("sampling");
  if (parameters > 0 && sampling == "file") {
    take_listed_parameters(config, draws);
  } else if (parameters > 0) {
    const States unit = sampling == "grid" ? grid(config, parameters, runs) : latin_hypercube(parameters, runs, seed);
    for (Index r = 0; r < runs; ++r)
      draws[static_cast<std::size_t>(r)].parameters =
          config.box.lower + (config.box.upper - config.box.lower).cwiseProduct(unit.col(r));
  }
  if (!config.states_file.empty()) take_listed_states(config, bounds.lower.size(), draws);
  if (config.campaign.text("initial_states") == "box") {
    if (!problem.has_bounds()) {
      throw UsageError(config.base.file_name() + ": [campaign] initial_states = \"box\": must be a file here, '" +
                       problem.name() + "' has no bounds to draw states from");
    }
    for (Index r = 0; r < runs; ++r) {
      const RandomStream random(seed, state_stream + static_cast<std::uint64_t>(r));
      State initial(bounds.lower.size());
      for (Index i = 0; i < initial.size(); ++i)
        initial[i] = bounds.lower[i] + (bounds.upper[i] - bounds.lower[i]) * unit_uniform(random, i);
      if (const std::optional<Index> time = problem.time_component()) initial[*time] = begin;
      draws[static_cast<std::size_t>(r)].initial = std::move(initial);
    }
  }
  return draws;
}

}  // namespace forerun
