/* Functions that do wrong, each in its way. */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static int inside;

int halves(double t0, double t1, const double *in, double *out, int64_t n, void *user) {
  (void)t0, (void)t1, (void)user;
  for (int64_t i = 0; i < n; ++i) out[i] = in[i] / 2;
  return 0;
}

/* Says 7 where it is called while it runs. */
int alone(double t0, double t1, const double *in, double *out, int64_t n, void *user) {
  if (__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST) != 0) return 7;
  usleep(1000);
  __atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
  return halves(t0, t1, in, out, n, user);
}

int fails(double t0, double t1, const double *in, double *out, int64_t n, void *user) {
  halves(t0, t1, in, out, n, user);
  return -3;
}

int writes_nothing(double t0, double t1, const double *in, double *out, int64_t n, void *user) {
  (void)t0, (void)t1, (void)in, (void)out, (void)n, (void)user;
  return 0;
}

int writes_too_much(double t0, double t1, const double *in, double *out, int64_t n, void *user) {
  halves(t0, t1, in, out, n, user);
  out[n] = 0;
  return 0;
}

int writes_its_input(double t0, double t1, const double *in, double *out, int64_t n, void *user) {
  halves(t0, t1, in, out, n, user);
  memset((double *)in, 0, (size_t)n * sizeof *in);
  return 0;
}

int length_of_user(double t0, double t1, const double *in, double *out, int64_t n, void *user) {
  halves(t0, t1, in, out, n, user);
  out[0] = user != NULL ? (double)strlen(user) : -1;
  return 0;
}
