# A worker for Forerun: the van der Pol oscillator x'' = (1 - x^2) x' - x, by `steps` Runge-Kutta steps a slice.
# What is read and written here is in docs/external.md.
import struct
import sys


def force(x, v):
    return (1 - x * x) * v - x


def step(x, v, h):
    a, p = v, force(x, v)
    b, q = v + h / 2 * p, force(x + h / 2 * a, v + h / 2 * p)
    c, r = v + h / 2 * q, force(x + h / 2 * b, v + h / 2 * q)
    d, s = v + h * r, force(x + h * c, v + h * r)
    return x + h / 6 * (a + 2 * b + 2 * c + d), v + h / 6 * (p + 2 * q + 2 * r + s)


steps = int(sys.argv[1])
requests, answers = sys.stdin.buffer, sys.stdout.buffer
greeting = requests.read(24)
if greeting != struct.pack("<8sqq", b"FORERUNW", 1, 2):
    sys.exit("made for version 1 of the protocol and states of 2 numbers")
answers.write(greeting)
answers.flush()
while request := requests.read(40):
    number, t0, t1, x, v = struct.unpack("<Qdddd", request)
    for _ in range(steps):
        x, v = step(x, v, (t1 - t0) / steps)
    answers.write(struct.pack("<Qqdd", number, 0, x, v))
    answers.flush()
