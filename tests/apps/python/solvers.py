"""Equations and solvers that the tests share. Each function takes one state (d,) as well as n of them (d, n)."""

import numpy as np


def van_der_pol(t, u):
    return np.array([u[1], (1 - u[0] * u[0]) * u[1] - u[0]])


def lorenz(t, u):
    return np.array([10 * (u[1] - u[0]), u[0] * (28 - u[2]) - u[1], u[0] * u[1] - 8 / 3 * u[2]])


def runge_kutta(rhs, steps):
    """f(t0, t1, u) by `steps` steps of the classic Runge-Kutta method."""

    def cross(t0, t1, u):
        h = (t1 - t0) / steps
        for i in range(steps):
            t = t0 + i * h
            a = rhs(t, u)
            b = rhs(t + h / 2, u + h / 2 * a)
            c = rhs(t + h / 2, u + h / 2 * b)
            d = rhs(t + h, u + h * c)
            u = u + h / 6 * (a + 2 * b + 2 * c + d)
        return u

    return cross


def decay(steps):
    """u' = -u by explicit Euler steps, without an array: cheap."""

    def cross(t0, t1, u):
        return u * (1 - (t1 - t0) / steps) ** steps

    return cross


def serial(times, u0, fine):
    """The states that stepping with `fine` gives, a state a row."""
    states = [np.array(u0, dtype=float)]
    for t0, t1 in zip(times[:-1], times[1:]):
        states.append(fine(t0, t1, states[-1]))
    return np.array(states)
