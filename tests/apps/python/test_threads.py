"""Threads, the GIL, and memory."""

import gc
import subprocess
import sys
import textwrap
import threading
import tracemalloc
import unittest
import weakref

import numpy as np

import forerun
from solvers import decay, runge_kutta, van_der_pol

GRID = (0.0, 10.0, 16)
U0 = [2.0, 0.0]


class Threads(unittest.TestCase):
    def test_results_do_not_depend_on_threads(self):
        def solve(threads):
            return forerun.solve(GRID, U0, fine=runge_kutta(van_der_pol, 20), coarse=runge_kutta(van_der_pol, 2),
                                 corrector="randnet", threads=threads)

        expected = solve(1)
        for threads in (2, 4, 8):
            result = solve(threads)
            self.assertEqual(result.num_threads, threads)
            np.testing.assert_array_equal(result.states, expected.states)
            np.testing.assert_array_equal(result.iterations["increment"], expected.iterations["increment"])

    def test_many_threads_of_python_may_solve_at_once(self):
        def solve(index):
            return forerun.solve(GRID, [2.0, index / 10], fine=runge_kutta(van_der_pol, 10),
                                 coarse=runge_kutta(van_der_pol, 1), threads=2).states

        results = [None] * 6

        def work(index):
            results[index] = solve(index)

        threads = [threading.Thread(target=work, args=(index,)) for index in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for index in range(6):
            np.testing.assert_array_equal(results[index], solve(index))

    def test_a_solver_may_solve(self):
        inner = runge_kutta(van_der_pol, 5)

        def fine(t0, t1, u):
            return forerun.solve((t0, t1, 3), u, fine=inner, coarse=inner, corrector="classic", threads=2).states[-1]

        result = forerun.solve((0.0, 1.0, 4), U0, fine=fine, coarse=runge_kutta(van_der_pol, 1), threads=2)
        self.assertTrue(result.converged)

    def test_runs_of_daemon_threads_end_with_python(self):
        for arguments in ("[1.0], fine=fine, coarse=fine, threads=2",
                          "problem={'name': 'lorenz'}, fine={'method': 'rk4', 'steps': 100_000_000}, coarse=fine",
                          "[1.0], fine=fine, coarse=fine, on_iteration=lambda iteration, states: time.sleep(0.2)"):
            program = textwrap.dedent(f"""
                import threading, time
                import forerun
                begun = threading.Event()
                def fine(t0, t1, u):
                    begun.set()
                    time.sleep(0.01)
                    return u
                work = lambda: forerun.solve((0.0, 1.0, 1000), {arguments}, tolerance=0.0)
                threading.Thread(target=work, daemon=True).start()
                begun.wait()
                """)
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_python_goes_on_while_cpp_solves(self):
        # No thread is made to hand the GIL over: the other one counts only if solve lets go of it.
        begun, counted = threading.Event(), threading.Event()

        def work():
            begun.wait()
            sum(range(1000))
            counted.set()

        thread = threading.Thread(target=work)
        thread.start()
        before = sys.getswitchinterval()
        sys.setswitchinterval(1000)
        try:
            begun.set()
            for _ in range(1000):
                if counted.is_set():
                    break
                forerun.solve((0.0, 1.0, 8), problem={"name": "lorenz"}, fine={"method": "rk4", "steps": 1000},
                              coarse={"method": "rk4", "steps": 10})
            self.assertTrue(counted.is_set())
        finally:
            sys.setswitchinterval(before)
            thread.join()


class Memory(unittest.TestCase):
    def test_a_thousand_solves_keep_nothing(self):
        fine, coarse = decay(10), decay(1)
        u0 = np.array(U0)

        def solve():
            result = forerun.solve((0.0, 1.0, 4), u0, fine=fine, coarse=forerun.block(coarse), corrector="classic",
                                   threads=2, on_iteration=lambda iteration, states: None)
            return result.states

        def objects():
            gc.collect()
            return len(gc.get_objects()), [sys.getrefcount(x) for x in (fine, coarse, u0, forerun.Result, forerun.Block)]

        for _ in range(20):
            solve()
        tracemalloc.start()
        num_before, references_before = objects()
        bytes_before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            solve()
        num_after, references_after = objects()
        bytes_after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        self.assertLess(num_after - num_before, 100)
        for before, after in zip(references_before, references_after):
            self.assertLess(abs(after - before), 500)
        self.assertLess(bytes_after - bytes_before, 100_000)

    def test_failed_solves_keep_nothing(self):
        class Token:
            pass

        tokens = []

        def fine(t0, t1, u):
            token = Token()
            tokens.append(weakref.ref(token))
            raise ValueError("no")

        for _ in range(20):
            with self.assertRaises(forerun.SolverError):
                forerun.solve((0.0, 1.0, 4), U0, fine=fine, coarse=decay(1), threads=2)
        gc.collect()
        self.assertTrue(tokens)
        self.assertEqual([token() for token in tokens], [None] * len(tokens))

    def test_states_keep_the_result_alive_and_nothing_else_does(self):
        result = forerun.solve(GRID, U0, fine=decay(10), coarse=decay(1))
        states = result.states
        result = None
        gc.collect()
        np.testing.assert_array_equal(states[0], U0)
        self.assertIsInstance(states.base, forerun.Result)


if __name__ == "__main__":
    unittest.main()
