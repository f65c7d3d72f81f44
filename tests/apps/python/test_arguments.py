"""Bad input is refused before work starts; what callables give back is looked at."""

import unittest

import numpy as np

import forerun
from solvers import decay, runge_kutta, van_der_pol

GRID = (0.0, 1.0, 4)
U0 = [1.0, 2.0]


def solve(grid=GRID, u0=U0, fine=decay(10), coarse=decay(1), **options):
    return forerun.solve(grid, u0, fine=fine, coarse=coarse, **options)


class Refused(unittest.TestCase):
    def refused(self, error, pattern, **arguments):
        calls = []

        def fine(t0, t1, u):
            calls.append(t0)
            return u

        with self.assertRaisesRegex(error, pattern):
            solve(**{"fine": fine, **arguments})
        self.assertEqual(calls, [])

    def test_unknown_keywords_name_the_nearest(self):
        self.refused(TypeError, "no argument 'tolerence': did you mean 'tolerance'", tolerence=1e-3)
        self.refused(TypeError, "did you mean 'corrector'", corector="auto")
        self.refused(TypeError, "no argument 'xyzzy': known are", xyzzy=1)

    def test_values_against_their_rules(self):
        self.refused(ValueError, r"\[parareal\] tolerance = -1.*must be", tolerance=-1)
        self.refused(ValueError, "norm = .*must be .*max, rms", norm="mx")
        self.refused(ValueError, "max_iterations", max_iterations=1.5)
        self.refused(ValueError, "threads", threads=-1)
        self.refused(ValueError, "seed", seed="one")
        self.refused(ValueError, "tolerance = None", tolerance=None)
        self.refused(ValueError, "windows = 3", windows=3)
        self.refused(ValueError, "absolute_tolerance", absolute_tolerance=1e-3, tolerance=0)

    def test_correctors(self):
        self.refused(ValueError, "did you mean 'randnet'", corrector="randnett")
        self.refused(ValueError, "did you mean 'neurons'", corrector={"name": "randnet", "neuron": 3})
        self.refused(TypeError, "corrector must be", corrector=3)

    def test_grids(self):
        self.refused(ValueError, "end = 0.0.*must be a number > begin", grid=(1.0, 0.0, 4))
        self.refused(ValueError, "must be .begin, end, number of slices.", grid=(0.0, 1.0, 2.5))
        self.refused(ValueError, "must be .begin, end, number of slices.", grid=(0.0, 1.0))
        self.refused(ValueError, "slices = 0", grid=(0.0, 1.0, 0))
        self.refused(ValueError, "later than the one before", grid=np.array([0.0, 2.0, 1.0]))
        self.refused(ValueError, "two times or more", grid=[0.0])
        self.refused(ValueError, "grid has the shape", grid=np.zeros((2, 2)))
        self.refused(ValueError, "grid is of type", grid=["a", "b"])
        self.refused(ValueError, "grid is None", grid=None)

    def test_initial_states(self):
        self.refused(ValueError, r"u0 has the shape \(2, 2\)", u0=np.zeros((2, 2)))
        self.refused(ValueError, r"u0 has the shape \(0,\)", u0=[])
        self.refused(ValueError, r"u0\[1\] = nan: must be finite", u0=[1.0, np.nan])
        self.refused(ValueError, r"u0\[0\] = inf", u0=[np.inf])
        self.refused(ValueError, "u0 is of type complex128", u0=np.array([1j]))
        self.refused(ValueError, "u0 is of type bool", u0=[True])
        self.refused(ValueError, "u0 is of type <U1", u0=["a"])
        self.refused(ValueError, "u0", u0=[[1.0], [1.0, 2.0]])
        self.refused(ValueError, "u0: must be given where there is no problem", u0=None)

    def test_solvers(self):
        self.refused(TypeError, "needs fine", fine=None)
        self.refused(TypeError, "needs coarse", coarse=None)
        self.refused(TypeError, "fine must be a callable", fine=3)
        self.refused(TypeError, r"fine\[1\] must be a callable", fine=[decay(1), "rk4"])
        self.refused(ValueError, "must have a level", fine=[])
        self.refused(ValueError, r"fine\[1\]: work = 1", fine=[(decay(1), 2.0), (decay(2), 1.0)])
        self.refused(ValueError, "needs an equation", fine={"method": "rk4", "steps": 3})
        with self.assertRaisesRegex(TypeError, "needs a callable"):
            forerun.block(3)

    def test_problems(self):
        rk4 = {"method": "rk4", "steps": 4}
        both = dict(u0=None, fine=rk4, coarse={"method": "rk1", "steps": 1})
        self.refused(ValueError, "did you mean 'burgers'", **{**both, "problem": {"name": "burger"}})
        self.refused(ValueError, "did you mean 'viscosity'", **{**both, "problem": {"name": "burgers", "viscosty": 1}})
        self.refused(ValueError, "2 values: must be 3", **{**both, "problem": {"name": "lorenz"}, "u0": U0})
        self.refused(ValueError, "bounds: must be left out", **{**both, "problem": {"name": "lorenz"}, "bounds": (0, 1)})
        self.refused(ValueError, "did you mean 'steps'",
                     **{**both, "problem": {"name": "lorenz"}, "fine": {"method": "rk4", "step": 4}})
        self.refused(ValueError, "has no 'steps'", **{**both, "problem": {"name": "lorenz"}, "fine": {"method": "rk4"}})
        self.refused(TypeError, "problem must be a dict", **{**both, "problem": "lorenz"})

    def test_bounds(self):
        self.refused(ValueError, "the lowest of each pair first", bounds=(1.0, 0.0))
        self.refused(ValueError, "bounds: must be .lower, upper.", bounds=3)
        self.refused(ValueError, "of which there are 2", bounds=([0, 0, 0], [1, 1, 1]))

    def test_references_and_callbacks(self):
        self.refused(ValueError, r"reference has the shape \(3, 2\): must be \(5, 2\)", reference=np.zeros((3, 2)))
        self.refused(TypeError, "projection must be a callable", projection=3)
        self.refused(TypeError, "on_iteration must be a callable", on_iteration="print")

    def test_models(self):
        self.refused(OSError, "no-such-file", model="no-such-file.safetensors")


class Accepted(unittest.TestCase):
    def test_states_of_integers_and_other_numbers(self):
        expected = solve(u0=[1.0, 2.0]).states
        for u0 in ([1, 2], (1, 2), np.array([1, 2], dtype=np.int8), np.array([1, 2], dtype=np.float32),
                   np.array([[1.0, 2.0], [3.0, 4.0]])[0], np.array([2.0, 1.0])[::-1],
                   np.array([1.0, 2.0], dtype=">f8"), np.array([1.0, 2.0], dtype=np.longdouble)):
            np.testing.assert_array_equal(solve(u0=u0).states, expected)

    def test_numbers_of_numpy_as_options(self):
        result = solve(tolerance=np.float64(1e-6), max_iterations=np.int64(4), threads=np.int32(1), grid=(
            np.float32(0), np.float64(1), np.int64(4)))
        self.assertTrue(result.converged)

    def test_results_of_any_layout(self):
        cross = runge_kutta(van_der_pol, 4)
        expected = solve(fine=cross).states

        def as_list(t0, t1, u):
            return list(cross(t0, t1, u))

        def strided(t0, t1, u):
            return np.repeat(cross(t0, t1, u), 2)[::2]

        def swapped(t0, t1, u):
            return cross(t0, t1, u).astype(">f8")

        @forerun.block
        def row_major(t0, t1, states):
            return np.ascontiguousarray(cross(t0, t1, states))

        @forerun.block
        def column_major(t0, t1, states):
            return np.asfortranarray(cross(t0, t1, states))

        for fine in (as_list, strided, swapped, row_major, column_major):
            np.testing.assert_array_equal(solve(fine=fine).states, expected)

    def test_a_number_is_a_state_of_one(self):
        with self.assertWarns(forerun.RunWarning):  # that every slice had to be exact
            result = solve(u0=[1.0], fine=lambda t0, t1, u: float(u[0]) * 0.5, coarse=lambda t0, t1, u: u[0] * 0.4,
                           tolerance=0)
        np.testing.assert_array_equal(result.states[:, 0], 0.5 ** np.arange(5))


class Aliasing(unittest.TestCase):
    def test_a_function_may_keep_and_overwrite_its_argument(self):
        kept = []

        def fine(t0, t1, u):
            kept.append(u)
            u *= (1 - (t1 - t0) / 10) ** 10
            return u

        def coarse(t0, t1, u):
            kept.append(u)
            u *= 1 - (t1 - t0)
            return u

        np.testing.assert_array_equal(solve(fine=fine, coarse=coarse).states, solve().states)
        before = [u.copy() for u in kept]
        result = solve(fine=fine, coarse=coarse)
        for u in kept:
            self.assertFalse(np.shares_memory(u, result.states))
        for u, copy in zip(kept, before):
            np.testing.assert_array_equal(u, copy)

    def test_a_function_may_give_back_the_same_array_each_time(self):
        out = np.empty(2)

        def fine(t0, t1, u):
            out[:] = decay(10)(t0, t1, u)
            return out

        np.testing.assert_array_equal(solve(fine=fine, threads=1).states, solve().states)

    def test_the_initial_state_is_not_touched(self):
        u0 = np.array([1.0, 2.0])
        result = solve(u0=u0)
        result.states[:] = 7.0
        np.testing.assert_array_equal(u0, [1.0, 2.0])

    def test_states_shown_to_on_iteration_are_copies(self):
        kept = []
        result = solve(fine=runge_kutta(van_der_pol, 9), coarse=runge_kutta(van_der_pol, 1),
                       on_iteration=lambda iteration, states: kept.append(states))
        np.testing.assert_array_equal(kept[-1], result.states)
        self.assertFalse(np.shares_memory(kept[-1], result.states))
        self.assertTrue((kept[0] != kept[-1]).any())


if __name__ == "__main__":
    unittest.main()
