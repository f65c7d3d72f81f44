#include "apps/forerun/config/external_solver.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/config/level_tables.h"
#include "core/base/plain_text.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr std::array kKinds{ExternalKind::command, ExternalKind::worker, ExternalKind::library};
constexpr std::int64_t kMostProcesses = 1024;
/// How much more than the one before a level is taken to cost where nobody says.
constexpr double kUsualRatio = 4.0;

/// Where a sentence about a key belongs.
struct Place {
  const ConfigDocument& document;
  std::string section;
  std::string within = {};  ///< the key that a level stands in

  [[noreturn]] void refuse(const std::string& key, const std::string& sentence) const {
    throw UsageError(place_of(document, section, within.empty() ? key : within) + ": [" + section + "] " +
                     (within.empty() ? "" : within + ": ") + sentence);
  }
};

ParameterSpec external_text_key(const char* name, const char* description, const char* value = "") {
  return {name, std::string(value), description};
}

/// Of a section and of a level alike.
std::vector<ParameterSpec> external_keys() {
  ParameterSpec format = external_text_key("format", "of a command's files", "npy");
  format.choices = {"npy", "csv"};
  return {
      external_text_key("command", "a program run once a slice, as a list of words with {input}, {output}, {t0}, {t1}"),
      external_text_key("worker", "a program that stays and answers slice after slice, as a list of words"),
      external_text_key("library", "a shared library's file"),
      external_text_key("function", "the library's C function", "propagate"),
      external_text_key("argument", "text that the library's function is given as `user`"),
      {"exclusive", false, "one thread at a time calls the library"},
      format};
}

std::vector<ParameterSpec> level_keys() {
  std::vector<ParameterSpec> keys = external_keys();
  ParameterSpec work{"work", 1.0, "of a slice, in any unit that the levels share"};
  work.minimum = 0.0;
  work.minimum_allowed = false;
  keys.push_back(work);
  return keys;
}

std::vector<std::string> words_of(const Place& place, ExternalKind kind, const std::string& text) {
  const std::string key(to_string(kind));
  const std::string example = kind == ExternalKind::command ? R"(["./solver", "{input}", "{output}", "{t0}", "{t1}"])"
                                                            : R"(["python3", "solver.py"])";
  std::optional<std::vector<std::string>> words;
  if (text.starts_with('[')) words = read_words(text);
  if (!words) place.refuse(key, key + " = " + text + ": must be a list of words like " + example);
  return *std::move(words);
}

/// The kind that is named; nullopt: none.
std::optional<ExternalKind> kind_of(const Place& place, const Parameters& values) {
  std::optional<ExternalKind> kind;
  for (const ExternalKind other : kKinds) {
    if (!values.is_set(to_string(other))) continue;
    if (kind) {
      place.refuse(
          std::string(to_string(other)),
          std::string(to_string(*kind)) + " and " + std::string(to_string(other)) + " are given: must be one of them");
    }
    kind = other;
  }
  return kind;
}

/// Keys that mean nothing to a solver of this kind.
void refuse_foreign_keys(const Place& place, const Parameters& values, ExternalKind kind) {
  const auto refuse = [&](const char* key, bool is_its_own) {
    if (is_its_own || !values.is_set(key)) return;
    place.refuse(key, std::string(key) + " = " + toml_text(values.value(key)) + ": must be left out, a " +
                          std::string(to_string(kind)) + " has none");
  };
  const bool is_library = kind == ExternalKind::library;
  for (const char* key : {"function", "argument", "exclusive"}) refuse(key, is_library);
  refuse("format", kind == ExternalKind::command);
}

/// `own` on top of `common`, which is what a section says to all levels.
ExternalSpec spec_from(const Place& place, ExternalKind kind, const Parameters& own, const Parameters& common,
                       const Parameters& problem) {
  const auto source = [&](const char* key) -> const Parameters& { return own.is_set(key) ? own : common; };
  ExternalSpec spec;
  spec.kind = kind;
  if (kind == ExternalKind::library) {
    spec.library = own.text("library");
    spec.function = source("function").text("function");
    spec.argument = source("argument").text("argument");
    spec.exclusive = source("exclusive").flag("exclusive");
  } else {
    spec.words = words_of(place, kind, own.text(to_string(kind)));
  }
  if (source("format").text("format") == "csv" && kind == ExternalKind::command) spec.format = StateFormat::csv;
  spec.processes = static_cast<int>(common.integer("processes"));
  const fs::path beside = fs::absolute(place.document.file_name()).parent_path();
  const std::string& directory = common.text("directory");
  spec.directory = (directory.empty() ? beside : beside / directory).lexically_normal().string();
  std::vector<std::string> parameters;
  for (const ParameterSpec& parameter : problem.specs()) parameters.push_back(parameter.name);
  try {
    require_sound(spec, parameters);
  } catch (const ParameterError& error) {
    place.refuse(error.name(), error.what());
  }
  return spec;
}

void require_growing_work(const Place& place, const std::vector<SolverSpec>& levels) {
  for (std::size_t i = 1; i < levels.size(); ++i) {
    const double before = levels[i - 1].external->work, now = levels[i].external->work;
    if (now > before) continue;
    place.refuse("work",
                 "work = " + toml_text(now) + ": must be more than that of the level before, " + toml_text(before));
  }
}

std::string list_text(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + toml_text(word);
  return "[" + text + "]";
}

/// [fine] gives its levels as tables of solvers that are not ours.
bool has_external_levels(const Parameters& values) {
  if (!has_key(values.specs(), "levels") || !values.text("levels").starts_with("[{")) return false;
  std::vector<std::string> kinds;
  for (const ExternalKind kind : kKinds) kinds.emplace_back(to_string(kind));
  return !values.is_set("method") || tables_have_any(values.text("levels"), kinds);
}

/// What only an integrator of an equation has: a mesh, other parameters.
void refuse_variants(const Place& place, const Parameters& values, ExternalKind kind) {
  for (const ParameterSpec& key : values.specs()) {
    const bool is_of_variant = has_key(mesh_keys(), key.name) || key.name.starts_with(kVariantPrefix);
    if (!values.is_set(key.name) || !(is_of_variant || key.name == "strategy")) continue;
    place.refuse(key.name, key.name + " = " + toml_text(values.value(key.name)) + ": must be left out, only a " +
                               std::string(to_string(kind)) + " itself knows its equation and mesh");
  }
}

using Assignments = std::vector<std::pair<std::string, std::string>>;

Assignments solver_assignments(const ExternalSpec& spec) {
  const std::string kind(to_string(spec.kind));
  if (spec.kind == ExternalKind::library) {
    Assignments all{{kind, toml_text(spec.library)}, {"function", toml_text(spec.function)}};
    if (!spec.argument.empty()) all.emplace_back("argument", toml_text(spec.argument));
    all.emplace_back("exclusive", toml_text(spec.exclusive));
    return all;
  }
  Assignments all{{kind, list_text(spec.words)}};
  if (spec.kind == ExternalKind::command) {
    all.emplace_back("format", spec.format == StateFormat::csv ? "\"csv\"" : "\"npy\"");
  }
  return all;
}

}  // namespace

std::vector<ParameterSpec> external_solver_keys() {
  std::vector<ParameterSpec> keys = external_keys();
  keys.push_back({"processes", std::int64_t{0}, "programs that run at once, at most; 0: as many as threads", 0.0,
                  static_cast<double>(kMostProcesses)});
  keys.push_back(
      external_text_key("directory", "where programs start and files are looked for; relative to this file"));
  return keys;
}

std::optional<SolverSpec> read_external_solver(const ConfigDocument& document, const std::string& section,
                                               const Parameters& values, const Parameters& problem) {
  const Place place{document, section};
  const std::optional<ExternalKind> kind = kind_of(place, values);
  if (!kind) {
    for (const ParameterSpec& key : external_solver_keys()) {
      if (!values.is_set(key.name) || has_external_levels(values)) continue;
      place.refuse(key.name, key.name + " = " + toml_text(values.value(key.name)) +
                                 ": must be left out where there is no command, worker or library");
    }
    return std::nullopt;
  }
  for (const char* key : {"method", "levels"}) {
    if (!has_key(values.specs(), key) || !values.is_set(key)) continue;
    place.refuse(key, std::string(key) + " = " + toml_text(values.value(key)) + ": must be left out beside '" +
                          std::string(to_string(*kind)) + "'" +
                          (key == std::string("levels") ? ", or name it as the last of them" : ""));
  }
  refuse_foreign_keys(place, values, *kind);
  refuse_variants(place, values, *kind);
  return SolverSpec(spec_from(place, *kind, values, values, problem));
}

std::optional<FineLevels> read_external_levels(const ConfigDocument& document, const Parameters& values,
                                               const Parameters& problem) {
  if (!has_external_levels(values)) return std::nullopt;
  const std::string& text = values.text("levels");
  const Place place{document, "fine", "levels"};
  std::optional<std::vector<Parameters>> tables;
  try {
    tables = read_tables(text, level_keys());
  } catch (const ParameterError& error) {
    place.refuse("levels", error.what());
  }
  if (!tables) {
    place.refuse("levels",
                 text + ": must be tables like {command = [\"./solver\", \"{input}\", \"{output}\"]}, all of them");
  }
  FineLevels levels;
  double usual_work = 1.0;
  for (const Parameters& own : *tables) {
    const std::optional<ExternalKind> kind = kind_of(place, own);
    if (!kind) place.refuse("levels", "each must have a command, a worker or a library");
    refuse_foreign_keys(place, own, *kind);
    ExternalSpec spec = spec_from(place, *kind, own, values, problem);
    spec.work = own.is_set("work") ? own.number("work") : usual_work;
    usual_work = kUsualRatio * spec.work;
    levels.solvers.emplace_back(std::move(spec));
  }
  require_growing_work(place, levels.solvers);
  return levels;
}

void set_external_solver(ConfigDocument& document, const std::string& section, const ExternalSpec& spec,
                         const std::string& place) {
  for (const ParameterSpec& key : external_solver_keys()) document.remove(section, key.name);
  for (const char* key : {"method", "levels", "strategy"}) document.remove(section, key);
  const auto set = [&](const std::string& key, const ParameterValue& value) {
    document.set({section, key, value, place});
  };
  const std::string kind(to_string(spec.kind));
  if (spec.kind == ExternalKind::library) {
    set(kind, spec.library);
    set("function", spec.function);
    if (!spec.argument.empty()) set("argument", spec.argument);
    set("exclusive", spec.exclusive);
  } else {
    set(kind, list_text(spec.words));
  }
  if (spec.kind == ExternalKind::command) set("format", std::string(spec.format == StateFormat::csv ? "csv" : "npy"));
  set("processes", static_cast<std::int64_t>(spec.processes));
  set("directory", spec.directory);
}

std::string external_place_lines(const ExternalSpec& spec) {
  return "processes = " + std::to_string(spec.processes) + "\ndirectory = " + toml_text(spec.directory) + "\n";
}

std::string external_solver_lines(const ExternalSpec& spec) {
  std::string text;
  for (const auto& [key, value] : solver_assignments(spec)) text += key + " = " + value + "\n";
  return text + external_place_lines(spec);
}

std::string external_level_table(const ExternalSpec& spec) {
  std::string text;
  for (const auto& [key, value] : solver_assignments(spec)) text += key + " = " + value + ", ";
  return "{" + text + "work = " + toml_text(spec.work) + "}";
}

}  // namespace forerun
