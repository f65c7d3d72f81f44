/* A worker for Forerun: the van der Pol oscillator u'' = (1 - u^2) u' - u, by `steps` Runge-Kutta steps a slice.
   What is read and written here is in docs/external.md. To build: cc -O2 -o worker worker.c */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void rate(const double *u, double h, const double *slope, double *du) {
  const double x = u[0] + h * slope[0], v = u[1] + h * slope[1];
  du[0] = v;
  du[1] = (1 - x * x) * v - x;
}

int main(int argc, char **argv) {
  struct { char magic[8]; int64_t version, dimension; } greeting;
  struct { uint64_t number; double t0, t1, u[2]; } request;
  struct { uint64_t number; int64_t status; double u[2]; } answer;
  const int steps = argc > 1 ? atoi(argv[1]) : 400;
  const double zero[2] = {0, 0};
  if (fread(&greeting, sizeof greeting, 1, stdin) != 1) return 1;
  if (memcmp(greeting.magic, "FORERUNW", 8) != 0 || greeting.version != 1 || greeting.dimension != 2) {
    fputs("made for version 1 of the protocol and states of 2 numbers\n", stderr);
    return 2;
  }
  fwrite(&greeting, sizeof greeting, 1, stdout);
  fflush(stdout);
  while (fread(&request, sizeof request, 1, stdin) == 1) {
    const double h = (request.t1 - request.t0) / steps;
    for (int i = 0; i < steps; ++i) {
      double a[2], b[2], c[2], d[2];
      rate(request.u, 0, zero, a);
      rate(request.u, h / 2, a, b);
      rate(request.u, h / 2, b, c);
      rate(request.u, h, c, d);
      for (int j = 0; j < 2; ++j) request.u[j] += h / 6 * (a[j] + 2 * b[j] + 2 * c[j] + d[j]);
    }
    answer.number = request.number;
    answer.status = 0;
    memcpy(answer.u, request.u, sizeof answer.u);
    fwrite(&answer, sizeof answer, 1, stdout);
    fflush(stdout);
  }
  return 0;
}
