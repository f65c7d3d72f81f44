#include "solvers/expressions/equations_spec.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/number_text.h"
#include "solvers/expressions/lexer.h"
#include "solvers/expressions/vocabulary.h"

namespace forerun {
namespace {

bool has(const Parameters& parameters, const std::string& key) {
  const auto& specs = parameters.specs();
  return std::any_of(specs.begin(), specs.end(), [&](const ParameterSpec& spec) { return spec.name == key; });
}

/// "[0.0, 1.0]" as two numbers, in whatever spelling.
std::optional<std::pair<double, double>> read_pair(const std::string& text) {
  std::pair<double, double> pair;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto skip = [&] {
    while (at != end && *at == ' ') ++at;
  };
  const auto take = [&](char c) {
    skip();
    return at != end && *at++ == c;
  };
  const auto number = [&](double& value) {
    skip();
    const auto [after, error] = std::from_chars(at, end, value);
    at = after;
    return error == std::errc() && std::isfinite(value);
  };
  const bool is_pair =
      take('[') && number(pair.first) && take(',') && number(pair.second) && take(']') && (skip(), at == end);
  return is_pair ? std::optional(pair) : std::nullopt;
}

/// The value of a key that is one number for both ends, or two.
std::pair<double, double> ends_of(const Parameters& parameters, const std::string& key) {
  const ParameterValue& value = parameters.value(key);
  if (const auto* number = std::get_if<double>(&value)) return {*number, *number};
  const auto pair = read_pair(std::get<std::string>(value));
  if (pair) return *pair;
  throw ParameterError(key, key + " = " + std::get<std::string>(value) + ": must be a number or [low, high]");
}

std::optional<BoundaryValues> read_boundary(const Parameters& parameters, const std::string& table) {
  const bool is_dirichlet = has(parameters, table + ".dirichlet");
  const bool is_neumann = has(parameters, table + ".neumann");
  if (is_dirichlet && is_neumann) {
    throw ParameterError(table + ".neumann", table + ".neumann: must be left out where dirichlet is given");
  }
  if (!is_dirichlet && !is_neumann) return std::nullopt;
  const auto [low, high] = ends_of(parameters, table + (is_dirichlet ? ".dirichlet" : ".neumann"));
  return BoundaryValues{is_dirichlet ? BoundaryValues::Kind::dirichlet : BoundaryValues::Kind::neumann, low, high};
}

const ParameterValue& required(const Parameters& parameters, const std::string& table, const std::string& key) {
  const std::string name = table + "." + key;
  if (has(parameters, name)) return parameters.value(name);
  throw ParameterError(name, "[problem." + table + "] has no '" + key + "': must be given");
}

MeshNodes nodes_named(const std::string& name) {
  if (name == "period") return MeshNodes::period;
  if (name == "inner") return MeshNodes::inner;
  return name == "cells" ? MeshNodes::cells : MeshNodes::ends;
}

void read_axis(const Parameters& parameters, const std::string& name, EquationsSpec& equations) {
  const std::string table = "mesh." + name;
  MeshAxisSpec axis;
  axis.name = name;
  axis.from = std::get<double>(required(parameters, table, "from"));
  axis.to = std::get<double>(required(parameters, table, "to"));
  axis.points = std::get<std::int64_t>(required(parameters, table, "points"));
  if (!(axis.to > axis.from && std::isfinite(axis.to - axis.from))) {
    throw ParameterError(table + ".to", table + ".to = " + shortest_text(axis.to) +
                                            ": must be a number > from = " + shortest_text(axis.from));
  }
  axis.is_periodic = has(parameters, table + ".boundary");
  const std::optional<BoundaryValues> boundary = read_boundary(parameters, table);
  if (axis.is_periodic && boundary) {
    throw ParameterError(table + ".boundary",
                         table + ".boundary = periodic: must be left out where " + "dirichlet or neumann is given");
  }
  const bool has_values_at_ends = boundary && boundary->kind == BoundaryValues::Kind::dirichlet;
  axis.nodes = has(parameters, table + ".nodes") ? nodes_named(parameters.text(table + ".nodes"))
               : has_values_at_ends              ? MeshNodes::inner
                                                 : MeshNodes::ends;
  equations.axes.push_back(axis);
  equations.boundaries.push_back(boundary);
}

void read_mesh(const Parameters& parameters, EquationsSpec& equations) {
  const auto has_axis = [&](const std::string& name) {
    const auto& specs = parameters.specs();
    return std::any_of(specs.begin(), specs.end(),
                       [&](const auto& spec) { return spec.name.starts_with("mesh." + name + "."); });
  };
  if (has_axis("y") && !has_axis("x")) throw ParameterError("mesh.y", "[problem.mesh] has no x: must be given with y");
  for (const char* name : {"x", "y"}) {
    if (has_axis(name)) read_axis(parameters, name, equations);
  }
}

void require_few_points(const EquationsSpec& equations, std::size_t num_fields) {
  constexpr double most = 1e8;
  double unknowns = static_cast<double>(num_fields);
  for (const MeshAxisSpec& axis : equations.axes) unknowns *= static_cast<double>(axis.points);
  if (unknowns <= most) return;
  throw ParameterError("mesh", "[problem.mesh] makes " + shortest_text(unknowns) + " unknowns: must be at most 1e8");
}

std::string expression(const ParameterValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return shortest_text(*number);
  return std::get<std::string>(value);
}

FieldSpec read_field(const Parameters& parameters, const std::string& name) {
  FieldSpec field;
  field.name = name;
  field.initial = expression(required(parameters, name, "initial"));
  field.rhs = expression(required(parameters, name, "rhs"));
  if (has(parameters, name + ".stiff")) field.stiff = expression(parameters.value(name + ".stiff"));
  if (has(parameters, name + ".bounds")) {
    const std::string key = name + ".bounds";
    field.bounds = read_pair(parameters.text(key));
    if (!field.bounds || !(field.bounds->second > field.bounds->first)) {
      throw ParameterError(key, key + " = " + parameters.text(key) + ": must be [lowest, highest], two numbers");
    }
  }
  field.boundary = read_boundary(parameters, name);
  return field;
}

/// What stands between commas, without the blanks around it.
std::vector<std::string> names_in(const std::string& list) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string name = list.substr(begin, end - begin);
    const std::size_t first = name.find_first_not_of(' ');
    names.push_back(first == std::string::npos ? "" : name.substr(first, name.find_last_not_of(' ') - first + 1));
    begin = end + 1;
  }
  return names;
}

/// The fields in the order of the state: as "fields" says, or else their tables'.
std::vector<std::string> field_names(const Parameters& parameters) {
  const auto& specs = parameters.specs();
  const std::string& tables = std::get<std::string>(specs.front().default_value);
  if (tables.empty()) {
    throw ParameterError("name", "there are no equations: must be given, like [problem.u] with initial and rhs");
  }
  std::vector<std::string> names = names_in(parameters.text("fields"));
  std::vector<std::string> sorted = names, with_tables = names_in(tables);
  std::sort(sorted.begin(), sorted.end());
  std::sort(with_tables.begin(), with_tables.end());
  if (sorted != with_tables) {
    throw ParameterError("fields",
                         "fields = '" + parameters.text("fields") + "': must name each of these once: " + tables);
  }
  return names;
}

/// A name of the user's own must be one, and must not mean something else.
void require_free_name(const std::string& key, const std::string& name, const EquationsSpec& equations) {
  const auto refuse = [&](const std::string& reason) {
    throw ParameterError(key, "'" + name + "' cannot be called so: " + reason);
  };
  if (!is_name(name)) refuse("a name has letters, digits and _, and begins with no digit");
  if (find_function(name) != nullptr) refuse("it is a function");
  if (name == "pi" || name == "t") refuse(name == "t" ? "it is the time" : "it is a number");
  for (const MeshAxisSpec& axis : equations.axes) {
    if (axis.name == name) refuse("it is a coordinate of the mesh");
  }
}

/// Values at the ends need nodes for which the margins are defined.
void require_boundaries(const FieldSpec& field, const EquationsSpec& equations) {
  if (field.boundary && !equations.has_mesh()) {
    throw ParameterError(field.name,
                         "[problem." + field.name + "] has boundary values: must be left out without a mesh");
  }
  for (std::size_t a = 0; a < equations.axes.size(); ++a) {
    const MeshAxisSpec& axis = equations.axes[a];
    const std::string table = "mesh." + axis.name;
    const auto refuse_nodes = [&](const std::string& sentence) {
      throw ParameterError(table + ".nodes", table + ".nodes: " + sentence);
    };
    if (axis.is_periodic) {
      if (axis.nodes == MeshNodes::inner) refuse_nodes("must be ends, period or cells where the axis is periodic");
      continue;
    }
    const std::optional<BoundaryValues>& values = field.boundary ? field.boundary : equations.boundaries[a];
    if (!values) {
      throw ParameterError(table, "[problem.mesh] " + axis.name + " says nothing of its ends: must have boundary = " +
                                      "\"periodic\", dirichlet = … or neumann = …");
    }
    const bool is_dirichlet = values->kind == BoundaryValues::Kind::dirichlet;
    const MeshNodes own = is_dirichlet ? MeshNodes::inner : MeshNodes::ends;
    if (axis.nodes != MeshNodes::cells && axis.nodes != own) {
      refuse_nodes(std::string("must be ") + (is_dirichlet ? "inner" : "ends") + " or cells where " + field.name +
                   " has " + (is_dirichlet ? "values" : "slopes") + " given at the ends");
    }
  }
}

std::string without_blanks(const std::string& text) {
  std::string result;
  std::copy_if(text.begin(), text.end(), std::back_inserter(result),
               [](char c) { return c != ' ' && c != '\t' && c != '\n' && c != '\r'; });
  return result;
}

}  // namespace

EquationsSpec read_equations(const Parameters& parameters) {
  EquationsSpec equations;
  const std::vector<std::string> names = field_names(parameters);
  read_mesh(parameters, equations);
  require_few_points(equations, names.size());
  for (const ParameterSpec& spec : parameters.specs()) {
    constexpr std::string_view prefix = "parameters.";
    if (!spec.name.starts_with(prefix)) continue;
    const std::string name = spec.name.substr(prefix.size());
    require_free_name(spec.name, name, equations);
    equations.parameters.emplace_back(name, parameters.number(spec.name));
  }
  for (const std::string& name : names) {
    require_free_name(name, name, equations);
    if (has(parameters, "parameters." + name)) {
      throw ParameterError(name, "'" + name + "' cannot be called so: it is a parameter");
    }
    equations.fields.push_back(read_field(parameters, name));
    require_boundaries(equations.fields.back(), equations);
  }
  return equations;
}

std::string equations_text(const EquationsSpec& equations) {
  std::string text;
  for (const FieldSpec& field : equations.fields) {
    text += (text.empty() ? "" : ", ") + field.name + "' = " + without_blanks(field.rhs);
    if (field.stiff) text += " (stiff: " + without_blanks(*field.stiff) + ")";
  }
  const auto kind = [](const BoundaryValues& values) {
    return values.kind == BoundaryValues::Kind::dirichlet ? " dirichlet" : " neumann";
  };
  for (std::size_t a = 0; a < equations.axes.size(); ++a) {
    text += (a == 0 ? "; " : ", ") + equations.axes[a].name;
    if (equations.axes[a].is_periodic) text += " periodic";
    if (equations.boundaries[a]) text += kind(*equations.boundaries[a]);
  }
  for (const FieldSpec& field : equations.fields) {
    if (field.boundary) text += ", " + field.name + kind(*field.boundary);
  }
  return text;
}

}  // namespace forerun
