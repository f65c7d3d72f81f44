#include "core/sdc/collocation.h"

#include <cassert>
#include <cmath>
#include <functional>
#include <numbers>
#include <utility>
#include <vector>

#include "core/base/require_option.h"

namespace forerun {
namespace {

/// P_n(x) and P_{n−1}(x).
std::pair<double, double> legendre(Index n, double x) {
  double before = 0.0;
  double now = 1.0;
  for (Index k = 1; k <= n; ++k) {
    const auto degree = static_cast<double>(k);
    const double next = ((2.0 * degree - 1.0) * x * now - (degree - 1.0) * before) / degree;
    before = std::exchange(now, next);
  }
  return {now, before};
}

double bisected(const std::function<double(double)>& f, double low, double high) {
  const bool rises = f(high) > 0.0;
  while (true) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) return middle;
    ((f(middle) > 0.0) == rises ? high : low) = middle;
  }
}

/// The simple roots of f in (−1, 1), in their order. They lie as those of orthogonal polynomials do, evenly in the
/// angle, so a mesh of angles ten times as fine parts them.
std::vector<double> roots_inside(const std::function<double(double)>& f, Index num_roots) {
  const Index parts = 20 * (num_roots + 2) + 1;
  std::vector<double> roots;
  const auto place = [&](Index i) {
    return -std::cos(std::numbers::pi * (static_cast<double>(i) - 0.5) / static_cast<double>(parts));
  };
  for (Index i = 1; i < parts; ++i) {
    if ((f(place(i)) > 0.0) != (f(place(i + 1)) > 0.0)) roots.push_back(bisected(f, place(i), place(i + 1)));
  }
  assert(static_cast<Index>(roots.size()) == num_roots);
  return roots;
}

/// On [−1, 1]; those of Lobatto and Radau have the factor of their ends divided out.
std::vector<double> standard_nodes(NodeFamily family, Index m) {
  if (family == NodeFamily::gauss) return roots_inside([m](double x) { return legendre(m, x).first; }, m);
  std::vector<double> nodes;
  if (family == NodeFamily::radau) {
    nodes = roots_inside(
        [m](double x) {
          const auto [now, before] = legendre(m, x);
          return before - now;
        },
        m - 1);
  } else {
    nodes = roots_inside(
        [n = m - 1](double x) {  // (1 − x²) P_n' / n
          const auto [now, before] = legendre(n, x);
          return before - x * now;
        },
        m - 2);
    nodes.insert(nodes.begin(), -1.0);
  }
  nodes.push_back(1.0);
  return nodes;
}

/// ℓ_j(x) of these nodes.
double lagrange(const State& nodes, Index j, double x) {
  double value = 1.0;
  for (Index i = 0; i < nodes.size(); ++i) {
    if (i != j) value *= (x - nodes[i]) / (nodes[j] - nodes[i]);
  }
  return value;
}

/// Gauss's rule with m nodes on [0, 1].
std::vector<std::pair<double, double>> gauss_rule(Index m) {
  std::vector<std::pair<double, double>> rule;
  for (const double x : standard_nodes(NodeFamily::gauss, m)) {
    const auto n = static_cast<double>(m);
    const double slope_times = n * legendre(m, x).second;  // (1 − x²) P_m'(x), as P_m(x) = 0
    rule.emplace_back(0.5 * (1.0 + x), (1.0 - x) * (1.0 + x) / (slope_times * slope_times));
  }
  return rule;
}

}  // namespace

int Collocation::order() const {
  const int of_gauss = 2 * static_cast<int>(num_nodes());
  return of_gauss - (family == NodeFamily::gauss ? 0 : family == NodeFamily::radau ? 1 : 2);
}

Collocation make_collocation(NodeFamily family, Index num_nodes) {
  const Index least = family == NodeFamily::lobatto ? 2 : 1;
  require_option(num_nodes >= least && num_nodes <= 16, "nodes", static_cast<double>(num_nodes),
                 family == NodeFamily::lobatto ? "from 2 to 16, with nodes at both ends" : "from 1 to 16");
  Collocation made;
  made.family = family;
  made.nodes.resize(num_nodes);
  made.integrals = States::Zero(num_nodes, num_nodes);
  made.weights = State::Zero(num_nodes);
  const std::vector<double> standard = standard_nodes(family, num_nodes);
  for (Index m = 0; m < num_nodes; ++m) made.nodes[m] = 0.5 * (1.0 + standard[static_cast<std::size_t>(m)]);
  for (const auto& [place, weight] : gauss_rule(num_nodes)) {
    for (Index j = 0; j < num_nodes; ++j) {
      made.weights[j] += weight * lagrange(made.nodes, j, place);
      for (Index m = 0; m < num_nodes; ++m) {
        made.integrals(m, j) += made.nodes[m] * weight * lagrange(made.nodes, j, made.nodes[m] * place);
      }
    }
  }
  return made;
}

States explicit_euler_weights(const Collocation& collocation) {
  const Index size = collocation.num_nodes();
  States weights = States::Zero(size, size);
  for (Index m = 1; m < size; ++m) {
    for (Index j = 0; j < m; ++j) weights(m, j) = collocation.nodes[j + 1] - collocation.nodes[j];
  }
  return weights;
}

States implicit_euler_weights(const Collocation& collocation) {
  const Index size = collocation.num_nodes();
  States weights = States::Zero(size, size);
  for (Index m = 0; m < size; ++m) {
    for (Index j = 0; j <= m; ++j) {
      weights(m, j) = collocation.nodes[j] - (j > 0 ? collocation.nodes[j - 1] : 0.0);
    }
  }
  return weights;
}

States implicit_lu_weights(const Collocation& collocation) {
  const Index size = collocation.num_nodes();
  const Index first = collocation.has_begin() ? 1 : 0;
  States upper = collocation.integrals.transpose();
  for (Index k = first; k < size; ++k) {
    for (Index i = k + 1; i < size; ++i) {
      const double factor = upper(i, k) / upper(k, k);
      upper(i, k) = 0.0;
      for (Index j = k + 1; j < size; ++j) upper(i, j) -= factor * upper(k, j);
    }
  }
  if (first == 1) upper.row(0).setZero();
  return upper.transpose();
}

States lagrange_interpolation(const State& from, const State& to) {
  States weights(to.size(), from.size());
  for (Index i = 0; i < to.size(); ++i) {
    for (Index j = 0; j < from.size(); ++j) weights(i, j) = lagrange(from, j, to[i]);
  }
  return weights;
}

}  // namespace forerun
