# A solver that Forerun runs once a slice: python3 command.py INPUT OUTPUT T0 T1 STEPS
# The van der Pol oscillator u'' = (1 - u^2) u' - u, by Runge-Kutta steps; a state is a number a line.
import sys


def rate(u):
    return u[1], (1 - u[0] * u[0]) * u[1] - u[0]


def shifted(u, h, slope):
    return [x + h * k for x, k in zip(u, slope)]


source, target = sys.argv[1:3]
t0, t1 = map(float, sys.argv[3:5])
steps = int(sys.argv[5])
with open(source) as file:
    u = [float(line) for line in file]
h = (t1 - t0) / steps
for _ in range(steps):
    a = rate(u)
    b = rate(shifted(u, h / 2, a))
    c = rate(shifted(u, h / 2, b))
    d = rate(shifted(u, h, c))
    u = [x + h / 6 * (p + 2 * q + 2 * r + s) for x, p, q, r, s in zip(u, a, b, c, d)]
with open(target, "w") as file:
    file.writelines(f"{x!r}\n" for x in u)
