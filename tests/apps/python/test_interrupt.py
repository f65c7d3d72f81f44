"""Ctrl-C ends a run within one slice, whoever computes."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unittest

import forerun
from solvers import decay

GRID = (0.0, 1.0, 100)


class Interrupts(unittest.TestCase):
    def setUp(self):
        # Also where whoever has started the tests ignores it, as shells do for what runs in the background.
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))

    def interrupted(self, begun, solve):
        """Sends SIGINT to this process once `begun` is set; a run that went on would take an hour."""

        def press():
            begun.wait()
            os.kill(os.getpid(), signal.SIGINT)

        presser = threading.Thread(target=press)
        presser.start()
        try:
            with self.assertRaises(KeyboardInterrupt):
                solve()
        finally:
            begun.set()
            presser.join()

    def test_while_python_solves(self):
        for threads in (1, 3):
            begun, calls = threading.Event(), []

            def fine(t0, t1, u):
                begun.set()
                calls.append(t0)
                time.sleep(0.05)
                return u

            self.interrupted(begun, lambda: forerun.solve(GRID, [1.0], fine=fine, coarse=decay(1), threads=threads))
            self.assertLess(len(calls), 100)

    def test_while_cpp_solves(self):
        begun = threading.Event()

        def coarse(t0, t1, u):
            if t0 > 0.9:
                begun.set()
            return u

        self.interrupted(begun, lambda: forerun.solve(
            GRID, problem={"name": "lorenz"}, fine={"method": "rk4", "steps": 100_000_000}, coarse=coarse))

    def test_while_a_callback_runs(self):
        begun = threading.Event()

        def on_iteration(iteration, states):
            self.assertIs(threading.current_thread(), threading.main_thread())
            begun.set()
            # In pieces: a signal between the last bytecode and the system call would not end one long sleep.
            for _ in range(360_000):
                time.sleep(0.01)

        self.interrupted(begun, lambda: forerun.solve(GRID, [1.0], fine=decay(10), coarse=decay(1), tolerance=0.0,
                                                      on_iteration=on_iteration))

    def test_the_module_goes_on_working(self):
        self.test_while_python_solves()
        self.assertTrue(forerun.solve(GRID, [1.0], fine=decay(10), coarse=decay(1)).converged)

    def test_a_handler_of_ones_own_is_called_and_the_run_goes_on(self):
        seen, begun = [], threading.Event()
        before = signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))

        def fine(t0, t1, u):
            if not begun.is_set():
                begun.set()
                os.kill(os.getpid(), signal.SIGUSR1)
            time.sleep(0.002)
            return decay(10)(t0, t1, u)

        try:
            result = forerun.solve(GRID, [1.0], fine=fine, coarse=decay(1))
        finally:
            signal.signal(signal.SIGUSR1, before)
        self.assertEqual(seen, [signal.SIGUSR1])
        self.assertTrue(result.converged)

    def test_a_process_that_is_interrupted_says_so(self):
        program = textwrap.dedent("""
            import signal
            import forerun
            signal.signal(signal.SIGINT, signal.default_int_handler)
            print("begun", flush=True)
            forerun.solve((0.0, 1.0, 10), problem={"name": "lorenz"}, fine={"method": "rk4", "steps": 100_000_000},
                          coarse={"method": "rk4", "steps": 1})
            """)
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        self.assertEqual(process.stdout.readline(), "begun\n")
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertIn("KeyboardInterrupt", errors)
        self.assertEqual(process.returncode, -signal.SIGINT)


if __name__ == "__main__":
    unittest.main()
