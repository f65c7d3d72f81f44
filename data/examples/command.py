# A solver that Forerun runs once a slice: python3 command.py INPUT OUTPUT T0 T1 STEPS
# The van der Pol oscillator x'' = (1 - x^2) x' - x, by Runge-Kutta steps; a state is a number a line.
import sys


def force(x, v):
    return (1 - x * x) * v - x


def step(x, v, h):
    a, p = v, force(x, v)
    b, q = v + h / 2 * p, force(x + h / 2 * a, v + h / 2 * p)
    c, r = v + h / 2 * q, force(x + h / 2 * b, v + h / 2 * q)
    d, s = v + h * r, force(x + h * c, v + h * r)
    return x + h / 6 * (a + 2 * b + 2 * c + d), v + h / 6 * (p + 2 * q + 2 * r + s)


source, target = sys.argv[1:3]
t0, t1 = map(float, sys.argv[3:5])
steps = int(sys.argv[5])
with open(source) as file:
    x, v = map(float, file)
for _ in range(steps):
    x, v = step(x, v, (t1 - t0) / steps)
with open(target, "w") as file:
    file.write(f"{x!r}\n{v!r}\n")
