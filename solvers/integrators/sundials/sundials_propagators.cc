#include "solvers/integrators/sundials/sundials_propagators.h"

#include <arkode/arkode_arkstep.h>
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_version.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/base/errors.h"
#include "core/base/plain_text.h"
#include "core/base/stop_scope.h"
#include "solvers/integrators/error_weights.h"
#include "solvers/integrators/solver_spec.h"
#include "solvers/integrators/sundials/newton_system.h"
#include "solvers/integrators/sundials/sundials_entries.h"

namespace forerun {
namespace {

using sundials::NewtonSystem;

constexpr long kAnyNumberOfSteps = std::numeric_limits<long>::max();

bool is_implicit(SundialsMethod method) {
  return method == SundialsMethod::cvode_bdf || method == SundialsMethod::arkode_dirk;
}

bool is_cvode(SundialsMethod method) {
  return method == SundialsMethod::cvode_bdf || method == SundialsMethod::cvode_adams;
}

struct VectorDeleter {
  void operator()(N_Vector vector) const { N_VDestroy(vector); }
};
using OwnedVector = std::unique_ptr<std::remove_pointer_t<N_Vector>, VectorDeleter>;

class Context {
 public:
  Context() {
    if (SUNContext_Create(nullptr, &context_) != 0) throw std::bad_alloc();
  }
  ~Context() { SUNContext_Free(&context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  SUNContext get() const { return context_; }

 private:
  SUNContext context_ = nullptr;
};

/// What SUNDIALS hands to its callbacks, and what they leave; no exception may pass through C.
struct Callbacks {
  const OdeProblem& problem;
  NewtonSystem* newton = nullptr;
  Index evaluations = 0;
  bool stopped = false;
  std::string complaint;
};

Callbacks& callbacks_of(void* data) { return *static_cast<Callbacks*>(data); }

/// 0, or 1 where f is not finite (a shorter step may help), or −1 to end at once.
int right_hand_side(realtype t, N_Vector y, N_Vector derivative, void* data) {
  Callbacks& callbacks = callbacks_of(data);
  if (StopScope::stop_requested()) {
    callbacks.stopped = true;
    return -1;
  }
  ++callbacks.evaluations;
  double* const out = N_VGetArrayPointer(derivative);
  const Index dimension = callbacks.problem.dimension();
  Eigen::Map<State> result(out, dimension);
  callbacks.problem.evaluate(t, Eigen::Map<const State>(N_VGetArrayPointer(y), dimension), result);
  return result.allFinite() ? 0 : 1;
}

int newton_matrix(realtype t, N_Vector y, SUNMatrix, booleantype keeps_jacobian, booleantype* is_current,
                  realtype gamma, void* data) {
  *is_current = keeps_jacobian ? SUNFALSE : SUNTRUE;
  return callbacks_of(data).newton->update(t, y, gamma, keeps_jacobian != SUNFALSE) ? 0 : 1;
}

int cvode_matrix(realtype t, N_Vector y, N_Vector, SUNMatrix matrix, booleantype keeps_jacobian,
                 booleantype* is_current, realtype gamma, void* data, N_Vector, N_Vector, N_Vector) {
  return newton_matrix(t, y, matrix, keeps_jacobian, is_current, gamma, data);
}

int arkode_matrix(realtype t, N_Vector y, N_Vector, SUNMatrix matrix, SUNMatrix, booleantype keeps_jacobian,
                  booleantype* is_current, realtype gamma, void* data, N_Vector, N_Vector, N_Vector) {
  return newton_matrix(t, y, matrix, keeps_jacobian, is_current, gamma, data);
}

void keep_complaint(int /*code*/, const char* /*module*/, const char* /*function*/, char* message, void* data) {
  callbacks_of(data).complaint = message;
}

void require(int code, const char* what) {
  if (code < 0) throw std::runtime_error(std::string("SUNDIALS refused ") + what + ": code " + std::to_string(code));
}

/// One slice. What is common to CVODE and ARKODE; subclasses make the integrator.
class Integration {
 public:
  Integration(const OdeProblem& problem, const LinearSolver* linear_solver, const Slice& slice, const StateView& in)
      : slice_(slice),
        callbacks_{.problem = problem, .newton = nullptr, .evaluations = 0, .stopped = false, .complaint = {}},
        state_(N_VNew_Serial(problem.dimension(), context_.get())),
        tolerances_(N_VNew_Serial(problem.dimension(), context_.get())) {
    std::copy_n(in.data(), in.size(), N_VGetArrayPointer(state_.get()));
    if (linear_solver == nullptr) return;
    newton_ = std::make_unique<NewtonSystem>(problem, *linear_solver, context_.get());
    callbacks_.newton = newton_.get();
  }
  virtual ~Integration() = default;

  /// `allowed` of each component: what the root mean square of its errors in a step may be.
  void run(const State& allowed) {
    std::copy_n(allowed.data(), allowed.size(), N_VGetArrayPointer(tolerances_.get()));
    const int code = advance();
    if (callbacks_.stopped) throw StopRequested{};
    double reached = slice_.begin;
    if (code >= 0) return;
    current_time(reached);
    PlainText reason;
    reason.precision(10);
    reason << "SUNDIALS gave up at t = " << reached << ": " << callbacks_.complaint;
    throw PropagationError(reached, reason.str());
  }

  const double* state() const { return N_VGetArrayPointer(state_.get()); }
  Index evaluations() const { return callbacks_.evaluations; }

 protected:
  virtual int advance() = 0;
  virtual void current_time(double& time) const = 0;

  Slice slice_;
  Context context_;
  Callbacks callbacks_;
  OwnedVector state_;
  OwnedVector tolerances_;
  std::unique_ptr<NewtonSystem> newton_;
};

class CvodeIntegration final : public Integration {
 public:
  using Integration::Integration;
  ~CvodeIntegration() override {
    CVodeFree(&memory_);
    if (fixed_point_ != nullptr) SUNNonlinSolFree(fixed_point_);
  }

 private:
  int advance() override {
    memory_ = CVodeCreate(newton_ ? CV_BDF : CV_ADAMS, context_.get());
    if (memory_ == nullptr) throw std::bad_alloc();
    require(CVodeSetErrHandlerFn(memory_, keep_complaint, &callbacks_), "a handler of errors");
    require(CVodeInit(memory_, right_hand_side, slice_.begin, state_.get()), "the initial state");
    require(CVodeSetUserData(memory_, &callbacks_), "the equation");
    require(CVodeSVtolerances(memory_, 0.0, tolerances_.get()), "the tolerance");
    require(CVodeSetMaxNumSteps(memory_, kAnyNumberOfSteps), "the number of steps");
    require(CVodeSetStopTime(memory_, slice_.end), "the end of the slice");
    if (newton_) {
      require(CVodeSetLinearSolver(memory_, newton_->solver(), newton_->matrix()), "the linear solver");
      require(CVodeSetLinSysFn(memory_, cvode_matrix), "the Jacobian");
    } else {
      fixed_point_ = SUNNonlinSol_FixedPoint(state_.get(), 0, context_.get());
      require(CVodeSetNonlinearSolver(memory_, fixed_point_), "the fixed-point iteration");
    }
    double reached = slice_.begin;
    return CVode(memory_, slice_.end, state_.get(), &reached, CV_NORMAL);
  }

  void current_time(double& time) const override { CVodeGetCurrentTime(memory_, &time); }

  void* memory_ = nullptr;
  SUNNonlinearSolver fixed_point_ = nullptr;
};

class ArkodeIntegration final : public Integration {
 public:
  ArkodeIntegration(const OdeProblem& problem, const LinearSolver* linear_solver, const Slice& slice,
                    const StateView& in, int order)
      : Integration(problem, linear_solver, slice, in), order_(order) {}
  ~ArkodeIntegration() override { ARKStepFree(&memory_); }

 private:
  int advance() override {
    memory_ = ARKStepCreate(newton_ ? nullptr : right_hand_side, newton_ ? right_hand_side : nullptr, slice_.begin,
                            state_.get(), context_.get());
    if (memory_ == nullptr) throw std::bad_alloc();
    require(ARKStepSetErrHandlerFn(memory_, keep_complaint, &callbacks_), "a handler of errors");
    require(ARKStepSetUserData(memory_, &callbacks_), "the equation");
    require(ARKStepSetOrder(memory_, order_), "the order");
    require(ARKStepSVtolerances(memory_, 0.0, tolerances_.get()), "the tolerance");
    require(ARKStepSetMaxNumSteps(memory_, kAnyNumberOfSteps), "the number of steps");
    require(ARKStepSetStopTime(memory_, slice_.end), "the end of the slice");
    if (newton_) {
      require(ARKStepSetLinearSolver(memory_, newton_->solver(), newton_->matrix()), "the linear solver");
      require(ARKStepSetLinSysFn(memory_, arkode_matrix), "the Jacobian");
    }
    double reached = slice_.begin;
    return ARKStepEvolve(memory_, slice_.end, state_.get(), &reached, ARK_NORMAL);
  }

  void current_time(double& time) const override { ARKStepGetCurrentTime(memory_, &time); }

  int order_;
  void* memory_ = nullptr;
};

class SundialsPropagator final : public Propagator {
 public:
  SundialsPropagator(std::shared_ptr<const OdeProblem> problem, SundialsMethod method, double tolerance, int order)
      : problem_(std::move(problem)),
        method_(method),
        tolerance_(tolerance),
        order_(order),
        allowed_(tolerance / error_weights(problem_->bounds()).array()) {
    if (!is_implicit(method)) return;
    if (problem_->jacobian() == nullptr) {
      throw ParameterError("method", problem_->name() + " has no Jacobian, which implicit methods need");
    }
    linear_solver_ = make_linear_solver(problem_->jacobian()->pattern());
  }

  Index dimension() const override { return problem_->dimension(); }
  /// In proportion to what the methods take in the limit.
  double work_per_slice() const override { return 2.0 * std::pow(tolerance_, -0.2); }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    cross(slice, in,
          [&](const Integration& integration) { std::copy_n(integration.state(), dimension(), out.data()); });
  }

  double work(const Slice& slice, const StateView& in) const override {
    Index evaluations = 0;
    cross(slice, in, [&](const Integration& integration) { evaluations = integration.evaluations(); });
    return static_cast<double>(evaluations);
  }

 private:
  template <class Use>
  void cross(const Slice& slice, const StateView& in, const Use& use) const {
    assert(in.size() == dimension());
    if (!in.allFinite()) throw PropagationError(slice.begin, "the state is not finite");
    if (is_cvode(method_)) {
      CvodeIntegration integration(*problem_, linear_solver_.get(), slice, in);
      integration.run(allowed_);
      use(integration);
    } else {
      ArkodeIntegration integration(*problem_, linear_solver_.get(), slice, in, order_);
      integration.run(allowed_);
      use(integration);
    }
  }

  std::shared_ptr<const OdeProblem> problem_;
  SundialsMethod method_;
  double tolerance_;
  int order_;
  State allowed_;
  std::shared_ptr<const LinearSolver> linear_solver_;  ///< of implicit methods
};

}  // namespace

std::unique_ptr<Propagator> make_sundials_propagator(std::shared_ptr<const OdeProblem> problem, SundialsMethod method,
                                                     double tolerance, int order) {
  return std::make_unique<SundialsPropagator>(std::move(problem), method, tolerance, order);
}

std::string sundials_version() {
  std::array<char, 32> text{};
  return SUNDIALSGetVersion(text.data(), static_cast<int>(text.size())) == 0 ? text.data() : "unknown";
}

}  // namespace forerun
