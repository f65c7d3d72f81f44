"""forerun.run, and what `forerun run --out` leaves."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np

import forerun

SOURCE = pathlib.Path(os.environ["FORERUN_SOURCE_DIR"])
PROGRAM = os.environ["FORERUN_PROGRAM"]
LORENZ = SOURCE / "data" / "configs" / "lorenz.toml"


def lorenz(**sections):
    """A small configuration as a dict."""
    config = {"problem": {"name": "lorenz"}, "time": {"end": 2.0, "slices": 10},
              "fine": {"method": "rk4", "steps": 50}, "coarse": {"method": "rk4", "steps": 4}}
    for section, keys in sections.items():
        config[section] = {**config.get(section, {}), **keys}
    return config


class Runs(unittest.TestCase):
    def test_a_file_gives_what_the_command_gives(self):
        with tempfile.TemporaryDirectory() as directory:
            kept = pathlib.Path(directory) / "run"
            subprocess.run([PROGRAM, "run", LORENZ, "--out", kept, "--reference"], check=True, capture_output=True)
            command = forerun.read_run(kept)
        result = forerun.run(LORENZ, reference=True)
        run = command["runs"][0]
        np.testing.assert_array_equal(result.states, run["states"])
        np.testing.assert_array_equal(result.times, command["times"])
        np.testing.assert_array_equal(result.serial_states, command["serial_states"])
        self.assertEqual(result.num_iterations, run["iterations"])
        for ours, theirs in (("increment", "increments"), ("jump", "jumps"), ("error", "errors"),
                             ("fine_work", "fine_work"), ("exact_front", "exact_front")):
            np.testing.assert_array_equal(result.iterations[ours], run[theirs], ours)
        self.assertEqual(result.iterations["served_by"], run["served_by"])
        self.assertEqual(result.warnings, run["warnings"])
        self.assertEqual(result.error, run["max_error"])

    def test_a_dict_gives_what_the_file_gives(self):
        pairs = [({"problem": {"name": "lorenz", "rho": 20}, "time": {"end": 1.5, "slices": 6},
                   "fine": {"method": "rk4", "levels": [4, 40]}, "parareal": {"norm": "rms", "tolerance": 1e-8},
                   "corrector": {"name": "randnet", "neurons": 30}, "run": {"seed": 7}},
                  """[problem]\nname = "lorenz"\nrho = 20\n[time]\nend = 1.5\nslices = 6
                     [fine]\nmethod = "rk4"\nlevels = [4, 40]\n[parareal]\nnorm = "rms"\ntolerance = 1e-8
                     [corrector]\nname = "randnet"\nneurons = 30\n[run]\nseed = 7"""),
                 ({"problem": {"name": "equations", "parameters": {"nu": 0.1},
                               "mesh": {"x": {"from": -1.0, "to": 1.0, "points": 32, "boundary": "periodic"}},
                               "u": {"initial": "cos(pi*x)", "rhs": "nu*dxx(u) - u*dx(u)", "bounds": [-1.0, 1.0]}},
                   "time": {"boundaries": [0.0, 0.25, 0.75, 1.0]}, "fine": {"method": "rk4", "steps": 64},
                   "coarse": {"method": "backward_euler", "steps": 2}},
                  """[problem]\nname = "equations"\nparameters = { nu = 0.1 }\n[problem.mesh]
                     x = { from = -1.0, to = 1.0, points = 32, boundary = "periodic" }
                     [problem.u]\ninitial = "cos(pi*x)"\nrhs = "nu*dxx(u) - u*dx(u)"\nbounds = [-1.0, 1.0]
                     [time]\nboundaries = [0.0, 0.25, 0.75, 1.0]\n[fine]\nmethod = "rk4"\nsteps = 64
                     [coarse]\nmethod = "backward_euler"\nsteps = 2""")]
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "config.toml"
            for config, text in pairs:
                path.write_text(text)
                from_dict, from_file = forerun.run(config), forerun.run(str(path))
                np.testing.assert_array_equal(from_dict.states, from_file.states)
                np.testing.assert_array_equal(from_dict.iterations["increment"], from_file.iterations["increment"])

    def test_arrays_are_lists(self):
        boundaries = np.array([0.0, 0.1, 0.4, 1.0])
        config = lorenz(problem={"initial_state": np.array([-15.0, -15.0, 20.0])})
        config["time"] = {"boundaries": boundaries}
        result = forerun.run(config)
        np.testing.assert_array_equal(result.times, boundaries)
        config["problem"]["initial_state"] = (-15, -15, 20)
        np.testing.assert_array_equal(forerun.run(config).states, result.states)

    def test_levels(self):
        result = forerun.run(lorenz(fine={"method": "rk4", "levels": [5, 50]}))
        self.assertEqual(result.levels, ["rk4 x 5", "rk4 x 50"])
        automatic = forerun.run(lorenz(fine={"method": "rk4", "steps": 500, "levels": "auto"}))
        self.assertIsNotNone(automatic.planning)

    def test_workers_and_commands(self):
        worker = SOURCE / "data" / "examples" / "worker.py"
        config = {"problem": {"name": "external", "dimension": 2, "initial_state": [2.0, 0.0]},
                  "time": {"end": 2.0, "slices": 4},
                  "fine": {"levels": [{"worker": ["python3", str(worker), "20"]},
                                      {"worker": ["python3", str(worker), "100"], "work": 5.0}]}}
        result = forerun.run(config)
        self.assertTrue(result.converged)
        self.assertEqual(result.states.shape, (5, 2))

    def test_callbacks(self):
        seen = []
        result = forerun.run(lorenz(), on_iteration=lambda iteration, states: seen.append(iteration["increment"]))
        np.testing.assert_array_equal(seen, result.iterations["increment"])

    def test_runs_that_do_not_converge_say_so(self):
        with self.assertWarns(forerun.ConvergenceWarning):
            result = forerun.run(lorenz(parareal={"max_iterations": 1}))
        self.assertFalse(result.converged)


class Refused(unittest.TestCase):
    def refused(self, pattern, config, error=ValueError):
        with self.assertRaisesRegex(error, pattern):
            forerun.run(config)

    def test_names_that_nobody_knows(self):
        self.refused(r"config: unknown section \[corector\]: did you mean .*corrector", {**lorenz(), "corector": {}})
        self.refused(r"unknown section \[pararel\]: did you mean .*parareal", {**lorenz(), "pararel": {"tolerance": 1}})
        self.refused("did you mean 'tolerance'", lorenz(parareal={"tolerence": 1e-3}))
        self.refused("did you mean 'lorenz'", lorenz(problem={"name": "lorentz"}))
        self.refused("did you mean 'slices'", lorenz(time={"slice": 3}))

    def test_values_that_no_key_holds(self):
        self.refused("end = None: must be left out", lorenz(time={"end": None}))
        self.refused("end = .*object.*must be a bool, an int", lorenz(time={"end": object()}))
        self.refused("must be a value here, not a dict", lorenz(time={"end": {"at": 1}}))
        self.refused("must be a dict of its keys", {**lorenz(), "time": 3})
        self.refused("a section must be a str", {**lorenz(), 3: {}})
        self.refused("integers must lie", lorenz(time={"slices": 2 ** 70}))
        self.refused("a list of lists", lorenz(time={"boundaries": [[[[[[[[[[[1]]]]]]]]]]]}))

    def test_values_against_their_rules(self):
        self.refused(r"config: \[time\] slices = 0", lorenz(time={"slices": 0}))
        self.refused(r"config: \[fine\] steps", lorenz(fine={"steps": -1}))
        self.refused("has no 'end'", {**lorenz(), "time": {"slices": 3}})
        self.refused(r"\[problem\] u.rhs: ", {**lorenz(), "problem": {
            "name": "equations", "u": {"rhs": "v", "initial": "1"}}})

    def test_files(self):
        self.refused("config must be a dict", 3, TypeError)
        self.refused("no-such-file.toml", "no-such-file.toml", OSError)
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "bad.toml"
            path.write_text("[problem]\nname = \"lorentz\"\n")
            self.refused(r"bad.toml:2: .*did you mean 'lorenz'", path)


class RunDirectories(unittest.TestCase):
    def test_a_run_may_be_kept_and_reported(self):
        with tempfile.TemporaryDirectory() as directory:
            kept = pathlib.Path(directory) / "run"
            config = lorenz(corrector={"name": "randnet"}, output={"every": 0.05})
            result = forerun.run(config, out=kept, reference=True)
            record = forerun.read_run(kept)
            run = record["runs"][0]
            np.testing.assert_array_equal(run["states"], result.states)
            np.testing.assert_array_equal(record["serial_states"], result.serial_states)
            np.testing.assert_array_equal(run["increments"], result.iterations["increment"])
            self.assertTrue(run["converged"])
            np.testing.assert_array_equal(run["output_states"], result.output["states"])
            np.testing.assert_array_equal(record["output_times"], result.output["times"])
            self.assertEqual(record["status"], "ended")
            again = forerun.run(kept / "config.toml", model=kept / "model-randnet.safetensors")
            self.assertLess(again.num_iterations, result.num_iterations)
            subprocess.run([PROGRAM, "report", kept], check=True, capture_output=True)
            with self.assertRaisesRegex(OSError, "run"):
                forerun.run(config, out=kept)

    def test_a_run_that_is_ended_keeps_what_it_has(self):
        def stop(iteration, states):
            raise KeyboardInterrupt

        with tempfile.TemporaryDirectory() as directory:
            kept = pathlib.Path(directory) / "run"
            with self.assertRaises(KeyboardInterrupt):
                forerun.run(lorenz(parareal={"tolerance": 0.0}), out=kept, on_iteration=stop)
            record = forerun.read_run(kept)
            self.assertEqual(record["status"], "interrupted")
            self.assertEqual(record["runs"][0]["iterations"], 1)
            self.assertEqual(record["runs"][0]["states"].shape, (11, 3))

    def test_models_of_a_kept_run_are_files(self):
        with tempfile.TemporaryDirectory() as directory:
            kept = pathlib.Path(directory) / "run"
            model = forerun.run(lorenz(corrector={"name": "randnet"}), keep_model=True).model
            with self.assertRaisesRegex(ValueError, "model: must be a file"):
                forerun.run(lorenz(corrector={"name": "randnet"}), model=model, out=kept)
            self.assertFalse(kept.exists())

    def test_records_are_dicts_of_arrays(self):
        with tempfile.TemporaryDirectory() as directory:
            kept = pathlib.Path(directory) / "run"
            subprocess.run([PROGRAM, "compare", LORENZ, "--correctors", "classic,randnet", "--out", kept,
                            "--set", "time.end=2.0", "--set", "time.slices=8"], check=True, capture_output=True)
            record = forerun.read_run(kept)
            written = json.loads((kept / "record.json").read_text())
            self.assertEqual([run["corrector"] for run in record["runs"]], ["classic", "randnet"])
            for run, as_written in zip(record["runs"], written["runs"]):
                self.assertEqual(run["increments"].dtype, float)
                self.assertEqual(run["exact_front"].dtype, np.int64)
                np.testing.assert_array_equal(run["increments"], as_written["increments"])
                np.testing.assert_array_equal(
                    run["states"], np.load(kept / f"boundaries-{run['corrector']}.npy").T)
            np.testing.assert_array_equal(record["times"], np.linspace(0.0, 2.0, 9))
            model = forerun.load_model(kept / "model-randnet.safetensors")
            self.assertEqual(model.corrector, "randnet")
            (kept / "record.json").write_text("{}")
            with self.assertRaisesRegex(OSError, "record.json"):
                forerun.read_run(kept)


if __name__ == "__main__":
    unittest.main()
