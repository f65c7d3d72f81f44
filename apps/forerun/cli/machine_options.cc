#include "apps/forerun/cli/machine_options.h"

#include <charconv>
#include <cmath>
#include <sstream>
#include <string>

#include "apps/forerun/cli/usage_error.h"

namespace forerun {
namespace {

constexpr Index most_processors = 1'000'000'000;

/// The whole of `text` as a number, or nothing.
template <class Number>
std::optional<Number> parse(const std::string& text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::vector<Index> processors_option(const ParsedOptions& options) {
  const std::optional<std::string> list = options.text("processors");
  std::vector<Index> processors;
  if (!list) return processors;
  std::istringstream stream(*list + ",");
  for (std::string text; std::getline(stream, text, ',');) {
    const std::optional<Index> number = parse<Index>(text);
    if (!number || *number < 1 || *number > most_processors) {
      throw UsageError("--processors " + *list + ": '" + text + "' must be an integer from 1 to 10^9");
    }
    processors.push_back(*number);
  }
  return processors;
}

}  // namespace

double number_option(const ParsedOptions& options, const std::string& name, double fallback, NumberRule rule) {
  const std::optional<std::string> text = options.text(name);
  if (!text) return fallback;
  const bool zero_allowed = rule == NumberRule::not_negative;
  const std::optional<double> number = parse<double>(*text);
  if (number && std::isfinite(*number) && (*number > 0.0 || (zero_allowed && *number == 0.0))) return *number;
  throw UsageError("--" + name + " " + *text + ": must be a number " + (zero_allowed ? "≥ 0" : "> 0"));
}

std::vector<OptionSpec> machine_option_specs() {
  return {
      {"processors", "P,Q,…", "how many processors, each with a block of slices"},
      {"latency", "SECONDS", "of a message (default: 2e-6, a cluster's network; not measured)"},
      {"bandwidth", "BYTES/S", "of a message (default: 1e10, likewise)"},
      {"barrier", "", "all processors wait for the last one after each iteration"},
  };
}

MachineOptions make_machine_options(const ParsedOptions& options) {
  MachineOptions machine;
  Network& network = machine.scaling.network;
  network.latency = number_option(options, "latency", network.latency, NumberRule::not_negative);
  network.bandwidth = number_option(options, "bandwidth", network.bandwidth, NumberRule::positive);
  machine.scaling.pipelined = !options.has("barrier");
  machine.processors = processors_option(options);
  return machine;
}

}  // namespace forerun
