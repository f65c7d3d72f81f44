"""What was learned: kept, saved, read, used again."""

import json
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest

import numpy as np

import forerun
from solvers import runge_kutta, van_der_pol

SOURCE = pathlib.Path(os.environ["FORERUN_SOURCE_DIR"])
PROGRAM = os.environ["FORERUN_PROGRAM"]
BURGERS = {"problem": {"name": "burgers", "points": 64}, "fine": {"method": "rk8", "steps": 50},
           "coarse": {"method": "rk1", "steps": 4}, "corrector": "randnet"}
GRID = (0.0, 5.9, 64)


def tensors(path):
    """A safetensors file as README reads it."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            kind = {"F64": "<f8", "I64": "<i8"}[entry["dtype"]]
            arrays[name] = np.frombuffer(data[8 + length:][begin:end], kind).reshape(entry["shape"])
    return arrays


class Models(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.result = forerun.solve(GRID, keep_model=True, **BURGERS)
        cls.model = cls.result.model
        cls.directory = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.directory.name) / "burgers.safetensors"
        cls.model.save(cls.path)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def test_arrays_are_those_of_the_file(self):
        written = tensors(self.path)
        for name, array in (("readout", self.model.readout), ("layer.weights", self.model.weights),
                            ("layer.biases", self.model.biases), ("harvest.states", self.model.states),
                            ("harvest.discrepancies", self.model.discrepancies), ("bounds.lower", self.model.lower),
                            ("harvest.slices", self.model.slices)):
            np.testing.assert_array_equal(array, written[name], name)
        self.assertEqual(self.model.states.shape[1], 64)
        self.assertEqual(self.model.signature["problem"], "burgers")
        self.assertEqual(self.model.signature["parameters"]["points"], "64")

    def test_a_harvest_is_what_the_solvers_say(self):
        states, discrepancies = self.model.states, self.model.discrepancies
        self.assertEqual(states.shape, discrepancies.shape)
        self.assertEqual(len(self.model.slices), len(states))
        first = np.flatnonzero((self.model.slices == 0))[0]
        np.testing.assert_array_equal(states[first], self.result.states[0])

    def test_save_and_load_gives_the_same(self):
        again = forerun.load_model(self.path)
        for name in ("readout", "weights", "states", "discrepancies", "basis"):
            np.testing.assert_array_equal(getattr(again, name), getattr(self.model, name))
        self.assertEqual(again.options, self.model.options)

    def test_a_model_saves_iterations(self):
        cold = self.result.num_iterations
        for model in (self.model, self.path, str(self.path)):
            warm = forerun.solve(GRID, model=model, **BURGERS)
            self.assertLess(warm.num_iterations, cold)
            self.assertEqual(warm.transfer, [])

    def test_transfer_is_said(self):
        other = {**BURGERS, "problem": {"name": "burgers", "points": 64, "viscosity": 0.012}}
        result = forerun.solve(GRID, model=self.model, **other)
        self.assertRegex(result.transfer[0], "viscosity 0.01 there, 0.012 here")

    def test_the_command_reads_it(self):
        done = subprocess.run([PROGRAM, "inspect", self.path], check=True, capture_output=True, text=True)
        self.assertIn("burgers", done.stdout)

    def test_models_of_another_problem_are_refused(self):
        with self.assertRaisesRegex(forerun.ModelError, "burgers"):
            forerun.solve((0.0, 1.0, 4), problem={"name": "heat", "points": 64}, fine={"method": "rk8", "steps": 50},
                          coarse={"method": "rk4", "steps": 20}, corrector="randnet", model=self.model)
        with self.assertRaisesRegex(ValueError, "was learned by 'randnet'"):
            forerun.solve(GRID, model=self.model, **{**BURGERS, "corrector": "classic"})

    def test_damaged_files_are_refused(self):
        damaged = pathlib.Path(self.directory.name) / "damaged.safetensors"
        damaged.write_bytes(self.path.read_bytes()[:-100])
        with self.assertRaisesRegex(forerun.ModelError, "damaged.safetensors"):
            forerun.load_model(damaged)
        self.assertTrue(issubclass(forerun.ModelError, ValueError))

    def test_python_solvers_are_learned_about_too(self):
        fine, coarse = runge_kutta(van_der_pol, 40), runge_kutta(van_der_pol, 2)
        options = dict(fine=fine, coarse=coarse, corrector="randnet", bounds=(-3, 3))
        result = forerun.solve((0.0, 20.0, 32), [2.0, 0.0], keep_model=True, **options)
        self.assertIn("python runge_kutta", result.model.signature["fine"])
        states, discrepancies = result.model.states, result.model.discrepancies
        n = len(states) - 1
        t0, t1 = result.times[result.model.slices[n]], result.times[result.model.slices[n] + 1]
        np.testing.assert_array_equal(fine(t0, t1, states[n]) - coarse(t0, t1, states[n]), discrepancies[n])
        warm = forerun.solve((0.0, 20.0, 32), [2.0, 0.0], model=result.model, **options)
        self.assertLess(warm.num_iterations, result.num_iterations)

    def test_without_keep_model_there_is_none(self):
        self.assertIsNone(forerun.solve(GRID, **BURGERS).model)
        self.assertIsNone(forerun.solve(GRID, keep_model=True, **{**BURGERS, "corrector": "classic"}).model)


class Stores(unittest.TestCase):
    def test_a_store_is_dicts_of_arrays(self):
        with tempfile.TemporaryDirectory() as directory:
            kept = pathlib.Path(directory) / "family"
            subprocess.run([PROGRAM, "campaign", SOURCE / "data" / "campaigns" / "burgers.toml", "--out", kept,
                            "--set", "campaign.runs=2", "--set", "problem.points=32"], check=True, capture_output=True)
            store = forerun.read_store(kept / "store")
        self.assertEqual(store["family"]["problem"], "burgers")
        self.assertEqual(len(store["runs"]), 2)
        for run in store["runs"].values():
            self.assertEqual(run["states"].shape, run["discrepancies"].shape)
            self.assertEqual(run["states"].shape[1], 32)
            self.assertGreater(len(run["parameters"]), 0)
            self.assertEqual(len(run["parameters"]), len(store["varying"]))
            for value, (low, high) in zip(run["parameters"], store["varying"].values()):
                self.assertTrue(low <= value <= high)


if __name__ == "__main__":
    unittest.main()
