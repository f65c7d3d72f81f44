#include "solvers/equations/problems/brusselator_mesh.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {

ProblemEntry brusselator_3d_problem() {
  return make_entry<BrusselatorOnMesh<3>>(
      "u_t = D_u lap u + A - (B + 1) u + u^2 v, v_t = D_v lap v + B u - u^2 v in a periodic cube",
      brusselator_parameters(8, 500, 8.0, "2 m^3"));
}

}  // namespace forerun
