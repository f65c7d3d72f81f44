#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/base/state_norm.h"
#include "core/base/state_layout.h"
#include "solvers/expressions/equations_spec.h"
#include "solvers/expressions/graph.h"
#include "solvers/expressions/mesh.h"
#include "solvers/expressions/tape.h"
#include "solvers/linear/linearity.h"
#include "solvers/simd/lanes.h"

namespace forerun {

/// What a problem says of itself besides its right-hand side.
struct EquationsDescription {
  State initial;
  StateBounds bounds;
  StateBounds range;
  StateLayout layout;
};

/// Right-hand sides of a system without a mesh.
struct SystemTape {
  Index dimension = 0;
  Tape tape;
  std::vector<double> scalars;

  /// du = f(t, u) for one, four or sixteen states side by side; the same bits for each. u and du hold `dimension`
  /// numbers, apart. Thread-safe; takes memory from the heap once a thread, and only for very long expressions.
  void evaluate(const double& t, const double* u, double* du) const;
  void evaluate(const Quad& t, const Quad* u, Quad* du) const;
  void evaluate(const Lanes& t, const Lanes* u, Lanes* du) const;
};

/// Right-hand sides on a mesh: the fields are copied into padded arrays, what depends on time alone is computed once,
/// the rest in blocks of points, what depends on the place alone being there already.
struct MeshTape {
  PaddedMesh mesh;
  std::vector<FieldMargins> margins;  ///< of each field
  Tape of_time;                       ///< its results are scalars
  Tape tape;
  std::vector<double> scalars;  ///< the first is the time
  std::vector<double> places;

  /// `scalars` at a time.
  std::vector<double> scalars_at(double t) const;
  /// du = f(t, u). Thread-safe; takes memory from the heap once a thread: the fields with their margins and some
  /// blocks of points.
  void evaluate(double t, const double* u, double* du) const;
};

/// Right-hand sides that can be computed: one of the two tapes.
struct CompiledSides {
  std::unique_ptr<const SystemTape> system;
  std::unique_ptr<const MeshTape> on_mesh;
  Linearity linearity;  ///< of all of them together
};

struct CompiledEquations {
  EquationsDescription description;
  CompiledSides whole;
  std::optional<CompiledSides> stiff;  ///< the stiff parts, where some are stated
};

/// Throws `ExpressionError`, its name the key of the expression, where one is none (syntax.h, lowering.h).
/// Time and memory: proportional to the expressions and to the mesh.
CompiledEquations compile_equations(const EquationsSpec& equations);
/// The same checks without the work on the mesh.
void check_expressions(const EquationsSpec& equations);

}  // namespace forerun
