"""Solvers that fail: from a prediction it costs iterations, from an exact start it is the run's failure."""

import traceback
import unittest
import warnings

import numpy as np

import forerun
from solvers import decay, serial

GRID = (0.0, 1.0, 8)
U0 = [1.0, 2.0]


class Refusal(Exception):
    pass


def failing(slice_index, action, after=0):
    """Fails in one slice, or, with `after`, on its first calls only."""
    calls = [0]

    def fine(t0, t1, u):
        if abs(t0 - slice_index / 8) < 1e-12:
            calls[0] += 1
            if not after or calls[0] <= after:
                return action(u)
        return decay(10)(t0, t1, u)

    return fine


def refuse(u):
    raise Refusal("states beyond the table")


class FromAnExactStart(unittest.TestCase):
    def failure(self, action, slice_index=3, **options):
        with self.assertRaises(forerun.SolverError) as caught:
            forerun.solve(GRID, U0, fine=failing(slice_index, action), coarse=decay(1), tolerance=0.0, **options)
        return caught.exception

    def test_the_exception_is_the_cause(self):
        for corrector in ("classic", "auto"):
            for threads in (1, 3):
                error = self.failure(refuse, corrector=corrector, threads=threads)
                self.assertIsInstance(error.__cause__, Refusal)
                self.assertEqual((error.solver, error.slice), ("fine", 3))
                self.assertEqual(error.time, 0.375)
                self.assertEqual(error.reason, "Refusal: states beyond the table")
                self.assertIn("in slice 3", str(error))
                self.assertIn("refuse", "".join(traceback.format_exception(type(error), error, error.__traceback__)))

    def test_the_last_good_iterate_is_kept(self):
        error = self.failure(refuse)
        self.assertEqual(error.result.termination, "propagator failed")
        self.assertFalse(error.result.converged)
        self.assertEqual(error.result.failure["slice"], 3)
        expected = serial(error.result.times, U0, decay(10))
        np.testing.assert_array_equal(error.result.states[:4], expected[:4])

    def test_the_first_slice_starts_exact(self):
        error = self.failure(refuse, slice_index=0)
        self.assertEqual((error.slice, error.iteration), (0, 1))

    def test_block_functions_fail_in_their_slice(self):
        fine = failing(3, refuse)

        @forerun.block
        def block(t0, t1, states):
            return np.column_stack([fine(a, b, u) for a, b, u in zip(t0, t1, states.T)])

        with self.assertRaises(forerun.SolverError) as caught:
            forerun.solve(GRID, U0, fine=block, coarse=decay(1), tolerance=0.0)
        self.assertIsInstance(caught.exception.__cause__, Refusal)
        self.assertEqual(caught.exception.slice, 3)

    def test_results_that_are_none(self):
        for action, reason in ((lambda u: None, "the result is None"),
                               (lambda u: u[:1], r"the result has the shape \(1,\): must be \(2,\)"),
                               (lambda u: np.append(u, 1.0), r"has the shape \(3,\)"),
                               (lambda u: u[None], r"has the shape \(1, 2\)"),
                               (lambda u: 1.0, r"has the shape \(\)"),
                               (lambda u: "u1", "is of type <U2"),
                               (lambda u: u + 1j, "is of type complex128"),
                               (lambda u: [[1], [1, 2]], "is no array of numbers"),
                               (lambda u: object(), "is of type object"),
                               (lambda u: u * np.nan, "the result is not finite"),
                               (lambda u: u * np.inf, "the result is not finite")):
            error = self.failure(action)
            self.assertRegex(error.reason, reason)
            self.assertIsNone(error.__cause__)

    def test_blocks_of_another_shape(self):
        for action in (lambda s: s[:, :-1], lambda s: s.T[:, :1], lambda s: s[0]):
            @forerun.block
            def block(t0, t1, states):
                return action(states)

            with self.assertRaisesRegex(forerun.SolverError, "a slice a column"):
                forerun.solve(GRID, U0, fine=block, coarse=decay(1))

    def test_exceptions_that_cannot_be_printed(self):
        class Silent(Exception):
            def __str__(self):
                raise ValueError("no words")

        def action(u):
            raise Silent

        self.assertEqual(self.failure(action).reason, "Silent")

    def test_a_wrong_number_of_arguments(self):
        with self.assertRaises(forerun.SolverError) as caught:
            forerun.solve(GRID, U0, fine=lambda u: u, coarse=decay(1))
        self.assertIsInstance(caught.exception.__cause__, TypeError)

    def test_solvers_of_forerun_have_no_cause(self):
        with self.assertRaises(forerun.SolverError) as caught:
            forerun.solve((0.0, 40.0, 4), [1.0], problem={"name": "equations", "u": {"rhs": "u*u", "initial": "1"}},
                          fine={"method": "rk4", "steps": 10}, coarse=lambda t0, t1, u: u)
        self.assertIsNone(caught.exception.__cause__)
        self.assertEqual(caught.exception.solver, "fine")


class FromAPrediction(unittest.TestCase):
    def test_a_failure_costs_iterations_and_is_said(self):
        fine = failing(5, refuse, after=1)
        with self.assertWarnsRegex(forerun.RunWarning, "1 fine solve failed from predicted starts.*Refusal"):
            result = forerun.solve(GRID, U0, fine=fine, coarse=decay(1))
        self.assertTrue(result.converged)
        self.assertEqual(result.iterations["uncrossed"].sum(), 1)
        self.assertEqual(result.first_uncrossed["slice"], 5)
        np.testing.assert_allclose(result.states, serial(result.times, U0, decay(10)), rtol=1e-6)

    def test_a_coarse_solver_that_fails_costs_iterations(self):
        def coarse(t0, t1, u):
            raise Refusal

        with warnings.catch_warnings(record=True):
            warnings.simplefilter("always")
            result = forerun.solve(GRID, U0, fine=decay(10), coarse=coarse)
        self.assertTrue(result.converged)
        self.assertGreater(result.iterations["fallbacks"].sum(), 0)
        np.testing.assert_allclose(result.states, serial(result.times, U0, decay(10)), rtol=1e-6)


class Ending(unittest.TestCase):
    """What is no failure of a slice ends the run and goes on to the caller."""

    def test_exits_in_a_solver(self):
        for kind in (SystemExit, KeyboardInterrupt, GeneratorExit):
            def action(u):
                raise kind("enough")

            for fine, coarse in ((failing(3, action), decay(1)), (decay(10), failing(3, action))):
                with self.assertRaisesRegex(kind, "enough"):
                    forerun.solve(GRID, U0, fine=fine, coarse=coarse)

    def test_exceptions_of_on_iteration(self):
        seen = []

        def on_iteration(iteration, states):
            seen.append(iteration["iteration"])
            raise Refusal("seen enough")

        with self.assertRaisesRegex(Refusal, "seen enough"):
            forerun.solve(GRID, U0, fine=decay(10), coarse=decay(1), tolerance=0.0, on_iteration=on_iteration)
        self.assertEqual(seen, [1])

    def test_exceptions_of_a_projection(self):
        with self.assertRaises(Refusal):
            forerun.solve(GRID, U0, fine=decay(10), coarse=decay(1), tolerance=0.0, projection=refuse)
        for projection in (lambda u: None, lambda u: u[:1], lambda u: "u"):
            with self.assertRaisesRegex(ValueError, "projection: the result"):
                forerun.solve(GRID, U0, fine=decay(10), coarse=decay(1), tolerance=0.0, projection=projection)

    def test_warnings_that_are_errors(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with self.assertRaises(forerun.ConvergenceWarning):
                forerun.solve(GRID, U0, fine=decay(10), coarse=decay(1), tolerance=1e-15, max_iterations=1)

    def test_a_slice_that_takes_too_long(self):
        import time

        def fine(t0, t1, u):
            if t0 >= 0.5:
                time.sleep(0.3)
            return decay(10)(t0, t1, u)

        with self.assertRaises(forerun.SolverError) as caught:
            forerun.solve(GRID, U0, fine=fine, coarse=decay(1), slice_timeout=0.1)
        self.assertGreaterEqual(caught.exception.slice, 4)


if __name__ == "__main__":
    unittest.main()
