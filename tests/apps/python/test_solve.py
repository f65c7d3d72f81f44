"""What forerun.solve computes."""

import unittest

import numpy as np

import forerun
from solvers import lorenz, runge_kutta, serial, van_der_pol

U0 = [2.0, 0.0]
GRID = (0.0, 10.0, 16)


class Exactness(unittest.TestCase):
    def test_as_many_iterations_as_slices_give_the_serial_states_bit_for_bit(self):
        fine, coarse = runge_kutta(van_der_pol, 20), runge_kutta(van_der_pol, 1)
        for corrector in ("classic", "randnet", "auto"):
            with self.assertWarns(forerun.RunWarning):  # serial stepping does no more fine work
                result = forerun.solve(GRID, U0, fine=fine, coarse=coarse, corrector=corrector, tolerance=0.0)
            self.assertEqual(result.num_iterations, 16)
            np.testing.assert_array_equal(result.states, serial(result.times, U0, fine))

    def test_every_iteration_makes_one_more_slice_exact(self):
        fine, coarse = runge_kutta(van_der_pol, 20), runge_kutta(van_der_pol, 1)
        expected = serial(np.linspace(0, 10, 17), U0, fine)
        seen = []

        def look(iteration, states):
            k = iteration["iteration"]
            seen.append(k)
            np.testing.assert_array_equal(states[: k + 1], expected[: k + 1])

        forerun.solve(GRID, U0, fine=fine, coarse=coarse, corrector="classic", on_iteration=look)
        self.assertEqual(seen, list(range(1, len(seen) + 1)))
        self.assertGreater(len(seen), 2)

    def test_the_error_is_below_the_tolerance(self):
        fine, coarse = runge_kutta(van_der_pol, 50), runge_kutta(van_der_pol, 3)
        result = forerun.solve(GRID, U0, fine=fine, coarse=coarse, tolerance=1e-8, bounds=(-3, 3), reference=True)
        self.assertTrue(result.converged)
        self.assertEqual(result.termination, "converged")
        self.assertLess(result.num_iterations, 16)
        error = np.abs(result.states - serial(result.times, U0, fine)).max() / 3
        self.assertLess(error, 1e-8)
        self.assertEqual(result.error, error)
        self.assertEqual(result.iterations["error"][-1], error)
        np.testing.assert_array_equal(result.serial_states, serial(result.times, U0, fine))
        self.assertGreater(result.measured_speedup, 0)
        self.assertEqual(result.modelled_speedup["processors"], 16)

    def test_boundaries_of_ones_own(self):
        times = np.array([0.0, 0.1, 0.5, 2.0, 2.5, 4.0])
        fine, coarse = runge_kutta(van_der_pol, 40), runge_kutta(van_der_pol, 4)
        for grid in (times, list(times)):
            result = forerun.solve(grid, U0, fine=fine, coarse=coarse, tolerance=1e-10)
            np.testing.assert_array_equal(result.times, times)
            np.testing.assert_allclose(result.states, serial(times, U0, fine), atol=1e-9)


class Blocks(unittest.TestCase):
    def test_a_block_function_gives_the_bits_of_single_calls(self):
        fine, coarse = runge_kutta(van_der_pol, 30), runge_kutta(van_der_pol, 2)
        for threads in (1, 2, 5):
            single = forerun.solve(GRID, U0, fine=fine, coarse=coarse, threads=threads)
            blocks = forerun.solve(GRID, U0, fine=forerun.block(fine), coarse=forerun.block(coarse), threads=threads)
            np.testing.assert_array_equal(single.states, blocks.states)
            self.assertEqual(single.num_iterations, blocks.num_iterations)

    def test_a_block_function_is_called_once_a_sweep_with_one_thread(self):
        sizes = []

        @forerun.block
        def fine(t0, t1, states):
            self.assertEqual(t0.shape, t1.shape)
            self.assertEqual(states.shape, (2, t0.size))
            sizes.append(t0.size)
            return runge_kutta(van_der_pol, 10)(t0, t1, states)

        result = forerun.solve(GRID, U0, fine=fine, coarse=runge_kutta(van_der_pol, 1), threads=1, corrector="classic")
        # A sweep may measure the slice that has just been settled for its own sake: count what sweeps cross.
        self.assertEqual(sizes, [16 - int(first) for first in result.iterations["first_slice"]])

    def test_a_marked_function_can_still_be_called(self):
        fine = runge_kutta(van_der_pol, 3)
        np.testing.assert_array_equal(forerun.block(fine)(0.0, 0.5, np.array(U0)), fine(0.0, 0.5, np.array(U0)))


class Ladders(unittest.TestCase):
    def test_only_the_top_level_decides_the_answer(self):
        levels = [runge_kutta(van_der_pol, steps) for steps in (4, 16, 128)]
        result = forerun.solve(GRID, U0, fine=levels, tolerance=1e-9, corrector="classic", bounds=(-3, 3))
        self.assertTrue(result.converged)
        np.testing.assert_allclose(result.states, serial(result.times, U0, levels[-1]), atol=3e-9, rtol=0)
        self.assertEqual(len(result.levels), 3)
        self.assertIn(1, result.iterations["level"])
        self.assertEqual(result.iterations["level"][-1], 3)
        alone = forerun.solve(GRID, U0, fine=levels[-1], coarse=levels[0], tolerance=1e-9, corrector="classic",
                              bounds=(-3, 3))
        self.assertLess(result.effective_sweeps, alone.effective_sweeps)

    def test_work_is_what_is_said_of_it(self):
        levels = [(runge_kutta(van_der_pol, steps), steps) for steps in (4, 16, 128)]
        result = forerun.solve(GRID, U0, fine=levels, tolerance=1e-9, corrector="classic")
        cheap = result.iterations["fine_work"][0]
        self.assertLess(cheap, 0.25)  # 4 of 128 steps, and a few slices at the next level


class Counts(unittest.TestCase):
    """The engine of the command line, with the same solvers written in numpy."""

    def test_lorenz_takes_as_many_iterations_as_the_built_in_one(self):
        fine, coarse = forerun.block(runge_kutta(lorenz, 225)), runge_kutta(lorenz, 6)
        settings = dict(corrector="classic", stopping="published", tolerance=5e-7)
        with self.assertWarns(forerun.ConvergenceWarning):  # increments show nothing on a chaotic problem
            built_in = forerun.solve((0.0, 9.0, 25), problem={"name": "lorenz"}, fine={"method": "rk4", "steps": 225},
                                     coarse={"method": "rk4", "steps": 6}, **settings)
            ours = forerun.solve((0.0, 9.0, 25), [-15.0, -15.0, 20.0], problem={"name": "lorenz"}, fine=fine,
                                 coarse=coarse, **settings)
        self.assertEqual(ours.num_iterations, built_in.num_iterations)
        np.testing.assert_allclose(ours.states, built_in.states, atol=1e-3)

    def test_burgers_takes_the_published_iterations(self):
        for corrector, iterations in (("classic", 90), ("randnet", 8)):
            result = forerun.solve((0.0, 5.9, 128), problem={"name": "burgers", "points": 128, "viscosity": 0.01},
                                   fine={"method": "rk8", "steps": 200}, coarse={"method": "rk1", "steps": 4},
                                   corrector=corrector, stopping="published")
            self.assertEqual(result.num_iterations, iterations)
            self.assertTrue(result.converged)
            self.assertEqual(result.states.shape, (129, 128))

    def test_a_python_coarse_solver_serves_a_built_in_fine_one(self):
        problem = {"name": "lorenz"}
        fine = {"method": "rk4", "steps": 100}
        mixed = forerun.solve((0.0, 2.0, 10), problem=problem, fine=fine, coarse=runge_kutta(lorenz, 4))
        built_in = forerun.solve((0.0, 2.0, 10), problem=problem, fine=fine, coarse={"method": "rk4", "steps": 4})
        self.assertEqual(mixed.num_iterations, built_in.num_iterations)
        np.testing.assert_allclose(mixed.states, built_in.states, rtol=1e-9)

    def test_levels_may_be_chosen_by_measuring(self):
        result = forerun.solve((0.0, 5.9, 32), problem={"name": "burgers", "points": 32},
                               fine={"method": "rk4", "steps": 1000, "levels": "auto"})
        self.assertTrue(result.converged)
        self.assertGreater(len(result.levels), 1)
        self.assertGreater(result.planning["effective_sweeps"], 0)


class Results(unittest.TestCase):
    def setUp(self):
        self.result = forerun.solve(GRID, U0, fine=runge_kutta(van_der_pol, 20), coarse=runge_kutta(van_der_pol, 2))

    def test_states_are_rows_without_a_copy(self):
        states = self.result.states
        self.assertEqual(states.shape, (17, 2))
        self.assertTrue(states.flags["C_CONTIGUOUS"])
        self.assertFalse(states.flags["OWNDATA"])
        self.assertTrue(np.shares_memory(states, self.result.states))
        np.testing.assert_array_equal(states[0], U0)

    def test_states_outlive_the_result(self):
        states, copy = self.result.states, self.result.states.copy()
        del self.result
        np.testing.assert_array_equal(states, copy)

    def test_the_record_has_an_entry_an_iteration(self):
        iterations = self.result.iterations
        for name, series in iterations.items():
            self.assertEqual(len(series), self.result.num_iterations, name)
        self.assertEqual(list(iterations["iteration"]), list(range(1, self.result.num_iterations + 1)))
        self.assertEqual(iterations["increment"].dtype, float)
        self.assertAlmostEqual(iterations["fine_work"].sum(), self.result.effective_sweeps)
        self.assertLess(iterations["seconds"].sum(), self.result.seconds["total"])
        self.assertIn("converged after", repr(self.result))

    def test_what_was_not_measured_is_not_there(self):
        self.assertIsNone(self.result.error)
        self.assertIsNone(self.result.measured_speedup)
        self.assertIsNone(self.result.serial_states)
        self.assertTrue(np.isnan(self.result.iterations["error"]).all())

    def test_reaching_a_limit_is_not_convergence_and_is_said(self):
        with self.assertWarnsRegex(forerun.ConvergenceWarning, "iteration limit after 1 iteration;"):
            result = forerun.solve(GRID, U0, fine=runge_kutta(van_der_pol, 20), coarse=runge_kutta(van_der_pol, 1),
                                   max_iterations=1)
        self.assertFalse(result.converged)
        self.assertEqual(result.termination, "iteration limit")
        self.assertIsNone(result.modelled_speedup)

    def test_windows_run_one_after_the_other(self):
        result = forerun.solve(GRID, U0, fine=runge_kutta(van_der_pol, 20), coarse=runge_kutta(van_der_pol, 2),
                               windows=4)
        self.assertTrue(result.converged)
        self.assertEqual(set(result.iterations["window"]), {1, 2, 3, 4})
        np.testing.assert_allclose(result.states, self.result.states, atol=1e-5)


class Output(unittest.TestCase):
    def test_states_between_boundaries_are_the_fine_solvers(self):
        fine = runge_kutta(van_der_pol, 20)
        times = [0.3, 0.625, 0.7, 0.8]
        result = forerun.solve(GRID, U0, fine=fine, coarse=runge_kutta(van_der_pol, 2), output=times)
        np.testing.assert_array_equal(result.output["times"], times)
        found = result.output["states"]
        self.assertEqual(found.shape, (4, 2))
        np.testing.assert_array_equal(found[0], fine(0.0, 0.3, result.states[0]))
        np.testing.assert_array_equal(found[1], result.states[1])
        np.testing.assert_array_equal(found[2], fine(0.625, 0.7, result.states[1]))
        np.testing.assert_array_equal(found[3], fine(0.7, 0.8, found[2]))
        self.assertLess(result.output["effective_sweeps"], 1)

    def test_some_components_at_regular_times(self):
        result = forerun.solve((0.0, 2.0, 10), problem={"name": "lorenz"}, fine={"method": "rk4", "steps": 50},
                               coarse={"method": "rk4", "steps": 4}, output={"every": 0.1, "components": [2, 0]})
        self.assertEqual(result.output["components"], [2, 0])
        self.assertEqual(result.output["states"].shape, (21, 2))
        np.testing.assert_array_equal(result.output["states"][::2], result.states[:, [2, 0]])

    def test_without_there_is_none(self):
        result = forerun.solve(GRID, U0, fine=runge_kutta(van_der_pol, 20), coarse=runge_kutta(van_der_pol, 2))
        self.assertIsNone(result.output)

    def test_times_off_the_grid_are_refused(self):
        with self.assertRaisesRegex(ValueError, r"\[output\] times"):
            forerun.solve(GRID, U0, fine=runge_kutta(van_der_pol, 20), coarse=runge_kutta(van_der_pol, 2), output=[11.0])


class Projections(unittest.TestCase):
    def test_predicted_states_are_put_back(self):
        # x' = -y, y' = x keeps to a circle; Euler's method does not.
        def fine(t0, t1, u):
            angle = t1 - t0
            return np.array([np.cos(angle) * u[0] - np.sin(angle) * u[1], np.sin(angle) * u[0] + np.cos(angle) * u[1]])

        def coarse(t0, t1, u):
            return u + (t1 - t0) * np.array([-u[1], u[0]])

        radii = []

        def project(u):
            return u / np.hypot(*u)

        def on_iteration(iteration, states):
            radii.append(np.hypot(states[:, 0], states[:, 1]))

        forerun.solve((0.0, 6.0, 12), [1.0, 0.0], fine=fine, coarse=coarse, projection=project,
                      on_iteration=on_iteration, corrector="classic")
        np.testing.assert_allclose(radii, 1.0, atol=1e-12)


if __name__ == "__main__":
    unittest.main()
