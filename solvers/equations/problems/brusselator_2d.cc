#include "solvers/equations/problems/brusselator_mesh.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {

ProblemEntry brusselator_2d_problem() {
  return make_entry<BrusselatorOnMesh<2>>(
      "u_t = D_u lap u + A - (B + 1) u + u^2 v, v_t = D_v lap v + B u - u^2 v on a periodic square",
      brusselator_parameters(16, 5000, 16.0, "2 m^2"));
}

}  // namespace forerun
