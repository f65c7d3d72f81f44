#include "learning/stencil/stencil_recipe.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "core/base/plain_text.h"

namespace forerun {
namespace {

constexpr Index kMostRecipeReach = 10000;
constexpr Index kMostTaps = 4096;
constexpr Index kMostFeatures = 10000;
constexpr std::size_t kMostOddFields = 32;

/// Monomials of at most this degree in so many fields: the binomial coefficient, without 1.
double num_monomials(Index fields, Index degree) {
  double count = 1.0;
  for (Index k = 1; k <= degree; ++k) count *= static_cast<double>(fields + k) / static_cast<double>(k);
  return count - 1.0;
}

}  // namespace

Index StencilRecipe::reach() const { return symmetric ? radius : radius * stride + std::abs(shift) + stride / 2; }

std::string StencilRecipe::text() const {
  PlainText text;
  text.precision(17);
  text << (symmetric ? "shells" : "points") << " radius=" << radius << " stride=" << stride << " shift=" << shift
       << " degree=" << degree << " centre=" << centre_degree << " products=" << product_degree
       << " neurons=" << neurons << " decay=" << decay << " scale=" << scale;
  // What older files do not have is written where it says something.
  if (increments) text << " increments=1";
  if (odd != 0) text << " odd=" << odd;
  return text.str();
}

StencilRecipe StencilRecipe::parse(const std::string& text) {
  std::istringstream words(text);
  words.imbue(std::locale::classic());
  StencilRecipe recipe;
  std::string word;
  words >> word;
  if (word != "shells" && word != "points") throw std::invalid_argument("stencil: '" + text + "' is no recipe");
  recipe.symmetric = word == "shells";
  const auto take = [&](const char* name, auto& value) {
    const std::string start = std::string(name) + "=";
    if (!word.starts_with(start)) return false;
    std::istringstream number(word.substr(start.size()));
    number.imbue(std::locale::classic());
    if (!(number >> value)) throw std::invalid_argument("stencil: '" + text + "' has no number for " + name);
    return true;
  };
  const auto read = [&](const char* name, auto& value) {
    words >> word;
    if (!take(name, value)) throw std::invalid_argument("stencil: '" + text + "' has no " + name);
  };
  read("radius", recipe.radius);
  read("stride", recipe.stride);
  read("shift", recipe.shift);
  read("degree", recipe.degree);
  read("centre", recipe.centre_degree);
  read("products", recipe.product_degree);
  read("neurons", recipe.neurons);
  read("decay", recipe.decay);
  if (!words.eof()) read("scale", recipe.scale);
  while (words >> word) {
    const bool is_known = take("increments", recipe.increments) || take("odd", recipe.odd);
    if (!is_known) throw std::invalid_argument("stencil: '" + text + "': '" + word + "' is not known");
  }
  return recipe;
}

const StencilRecipe& possible(const StencilRecipe& recipe, const StateLayout& layout) {
  const auto within = [](Index value, Index least, Index most) { return value >= least && value <= most; };
  const auto axes = static_cast<double>(layout.axes.size());
  const auto seen = static_cast<Index>(layout.fields.size()) * (recipe.increments ? 2 : 1);
  bool sound = within(recipe.radius, 0, kMostRecipeReach) && within(recipe.stride, 1, kMostRecipeReach) &&
               within(recipe.shift, -kMostRecipeReach, kMostRecipeReach) && within(recipe.degree, 1, 9) &&
               within(recipe.centre_degree, 0, 15) && within(recipe.product_degree, 0, recipe.centre_degree) &&
               within(recipe.neurons, 0, kMostFeatures) && recipe.decay > 0.0 && std::isfinite(recipe.decay) &&
               recipe.scale > 0.0 && std::isfinite(recipe.scale) &&
               within(recipe.odd, 0, (Index{1} << std::min<std::size_t>(layout.fields.size(), kMostOddFields)) - 1);
  sound = sound && within(recipe.reach(), 0, kMostRecipeReach);
  const double taps = std::pow(2.0 * static_cast<double>(recipe.radius) + 1.0, axes);
  sound = sound && taps <= static_cast<double>(kMostTaps);
  const double factors = num_monomials(seen, recipe.product_degree) * static_cast<double>(seen);
  const double features = num_monomials(seen, recipe.centre_degree) +
                          taps * (num_monomials(seen, recipe.degree) + factors) + static_cast<double>(recipe.neurons);
  sound = sound && features <= 100.0 * static_cast<double>(kMostFeatures);
  if (!sound) throw std::invalid_argument("stencil: '" + recipe.text() + "' is out of range");
  return recipe;
}

}  // namespace forerun
