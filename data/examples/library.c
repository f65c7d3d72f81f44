/* A solver that Forerun calls: the van der Pol oscillator x'' = (1 - x^2) x' - x, by Runge-Kutta steps, as many as the
   text `user` says. To build: cc -O2 -shared -fPIC -o libsolver.so library.c */
#include <stdint.h>
#include <stdlib.h>

static double force(double x, double v) { return (1 - x * x) * v - x; }

static void step(double *u, double h) {
  const double x = u[0], v = u[1];
  const double a = v, p = force(x, v);
  const double b = v + h / 2 * p, q = force(x + h / 2 * a, b);
  const double c = v + h / 2 * q, r = force(x + h / 2 * b, c);
  const double d = v + h * r, s = force(x + h * c, d);
  u[0] = x + h / 6 * (a + 2 * b + 2 * c + d);
  u[1] = v + h / 6 * (p + 2 * q + 2 * r + s);
}

int propagate(double t0, double t1, const double *in, double *out, int64_t n, void *user) {
  const int steps = user != NULL ? atoi(user) : 400;
  if (n != 2 || steps < 1) return 1;
  out[0] = in[0];
  out[1] = in[1];
  for (int i = 0; i < steps; ++i) step(out, (t1 - t0) / steps);
  return 0;
}
