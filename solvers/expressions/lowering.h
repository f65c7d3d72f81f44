#pragma once

#include <cstdint>
#include <unordered_map>

#include "solvers/expressions/graph.h"
#include "solvers/expressions/mesh.h"
#include "solvers/expressions/syntax.h"

namespace forerun {

/// Operations that one problem's expressions may come to, differences written out.
inline constexpr int most_operations = 20000;

/// Writes expressions into a graph, their derivatives as central differences of second order:
///
///   dx(e) = (e_{i+1} − e_{i−1}) / (2 h),   dxx(e) = (e_{i+1} − 2 e_i + e_{i−1}) / h²,   lap(e) = dxx(e) + dyy(e)
///
/// of any expression e: e_{i+1} is e with every field and coordinate taken one point further. Differences inside each
/// other therefore look further: dx(dx(u)) at u_{i±2}.
class Lowering {
 public:
  Lowering(ExpressionGraph& graph, const std::vector<MeshAxisSpec>& axes) : graph_(graph), axes_(axes) {}

  /// Throws `ExpressionError` where constants come to something that is not finite, where an expression comes to more
  /// than `most_operations`, and where differences look further than the mesh has points.
  NodeIndex lower(const Syntax& syntax);

 private:
  NodeIndex lower(int place, MeshShift shift);
  NodeIndex lower_new(const SyntaxNode& node, MeshShift shift);
  NodeIndex binary(const SyntaxNode& node, MeshShift shift);
  NodeIndex call(const SyntaxNode& node, MeshShift shift);
  NodeIndex first_difference(const SyntaxNode& node, MeshShift shift, Index axis);
  NodeIndex second_difference(const SyntaxNode& node, MeshShift shift, Index axis);
  NodeIndex laplacian(const SyntaxNode& node, MeshShift shift);
  /// The argument of a difference, `steps` points further along an axis.
  NodeIndex neighbour(const SyntaxNode& node, MeshShift shift, Index axis, Index steps);

  ExpressionGraph& graph_;
  const std::vector<MeshAxisSpec>& axes_;
  const Syntax* syntax_ = nullptr;
  struct Visit {
    int place;
    MeshShift shift;
    bool operator==(const Visit&) const = default;
  };
  struct VisitHash {
    std::size_t operator()(const Visit& visit) const;
  };
  std::unordered_map<Visit, NodeIndex, VisitHash> known_;
};

}  // namespace forerun
