/* A worker for Forerun: the van der Pol oscillator x'' = (1 - x^2) x' - x, by `steps` Runge-Kutta steps a slice.
   What is read and written here is in docs/external.md. To build: cc -O2 -o worker worker.c */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int main(int argc, char **argv) {
  struct { char magic[8]; int64_t version, dimension; } greeting;
  struct { uint64_t number; double t0, t1, u[2]; } request;
  struct { uint64_t number; int64_t status; double u[2]; } answer = {0};
  const int steps = argc > 1 ? atoi(argv[1]) : 400;
  if (fread(&greeting, sizeof greeting, 1, stdin) != 1) return 1;
  if (memcmp(greeting.magic, "FORERUNW", 8) != 0 || greeting.version != 1 || greeting.dimension != 2) {
    fputs("made for version 1 of the protocol and states of 2 numbers\n", stderr);
    return 2;
  }
  fwrite(&greeting, sizeof greeting, 1, stdout);
  fflush(stdout);
  while (fread(&request, sizeof request, 1, stdin) == 1) {
    for (int i = 0; i < steps; ++i) step(request.u, (request.t1 - request.t0) / steps);
    answer.number = request.number;
    memcpy(answer.u, request.u, sizeof answer.u);
    fwrite(&answer, sizeof answer, 1, stdout);
    fflush(stdout);
  }
  return 0;
}
