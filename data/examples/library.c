/* A solver that Forerun calls: the van der Pol oscillator u'' = (1 - u^2) u' - u, by Runge-Kutta steps, as many as the
   text `user` says. To build: cc -O2 -shared -fPIC -o libsolver.so library.c */
#include <stdint.h>
#include <stdlib.h>

static void rate(const double *u, double h, const double *slope, double *du) {
  const double x = u[0] + h * slope[0], v = u[1] + h * slope[1];
  du[0] = v;
  du[1] = (1 - x * x) * v - x;
}

int propagate(double t0, double t1, const double *in, double *out, int64_t n, void *user) {
  const int steps = user != NULL ? atoi(user) : 400;
  const double h = (t1 - t0) / steps;
  const double zero[2] = {0, 0};
  if (n != 2 || steps < 1) return 1;
  out[0] = in[0];
  out[1] = in[1];
  for (int i = 0; i < steps; ++i) {
    double a[2], b[2], c[2], d[2];
    rate(out, 0, zero, a);
    rate(out, h / 2, a, b);
    rate(out, h / 2, b, c);
    rate(out, h, c, d);
    for (int j = 0; j < 2; ++j) out[j] += h / 6 * (a[j] + 2 * b[j] + 2 * c[j] + d[j]);
  }
  return 0;
}
