# Forerun from Python: a chain of 64 coupled pendulums, solved in parallel in time with solvers of one's own. docs/python.md
# says what solve() takes; PYTHONPATH is to name the directory of the module, build/release/apps/python.
import numpy as np

import forerun


def acceleration(angles):
    """Of 64 pendulums in a row, each coupled to its neighbours; angles of shape (64,), or (64, n) for n states."""
    coupling = np.zeros_like(angles)
    coupling[1:] += angles[:-1] - angles[1:]
    coupling[:-1] += angles[1:] - angles[:-1]
    return 25 * coupling - np.sin(angles)


def verlet(steps):
    """A solver: u1 = f(t0, t1, u) by `steps` steps of Stoermer and Verlet, for one state (128,) or many (128, n)."""

    def cross(t0, t1, u):
        h = (t1 - t0) / steps
        angles, speeds = u[:64].copy(), u[64:].copy()
        for _ in range(steps):
            speeds += h / 2 * acceleration(angles)
            angles += h * speeds
            speeds += h / 2 * acceleration(angles)
        return np.concatenate([angles, speeds])

    return cross


start = np.concatenate([np.exp(-(((np.arange(64) - 20) / 6) ** 2)), np.zeros(64)])

# Many slices in one call: numpy is then as quick as it can be. The levels are cheaper versions of the fine solver; the
# cheapest of them runs ahead.
levels = [(forerun.block(verlet(steps)), steps) for steps in (10, 40, 400)]
result = forerun.solve((0.0, 12.0, 24), start, fine=levels, tolerance=1e-6, reference=True)

print(result)
print("distance to serial stepping:", result.error)
for k, increment in zip(result.iterations["iteration"], result.iterations["increment"]):
    print(f"iteration {k}: increment {increment:.1e}")

if not result.converged:
    raise SystemExit(3)
