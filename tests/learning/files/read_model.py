"""Reads a model and an array as a Python user would, with nothing but the standard library, and checks the values.

    read_model.py WRITE_SMALL_FILES

runs the program, which writes the model of small_model.h and a prediction of it; the network is evaluated here from the
file alone and must agree. Where NumPy is installed, its own reader is checked as well.
"""

import ast
import json
import math
import struct
import subprocess
import sys
import tempfile
from pathlib import Path


def read_tensors(path):
    """Metadata and tensors (nested lists, in C order) of a file in the safetensors layout."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    data = content[8 + length :]
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        code = {"F64": "d", "I64": "q"}[entry["dtype"]]
        values = list(struct.unpack_from(f"<{(end - begin) // 8}{code}", data, begin))
        if len(entry["shape"]) == 2:
            rows, columns = entry["shape"]
            values = [values[row * columns : (row + 1) * columns] for row in range(rows)]
        tensors[name] = values
    assert (8 + length) % 64 == 0, "the data are not aligned"
    assert len(data) == max(entry["data_offsets"][1] for entry in header.values()), "bytes after the last tensor"
    return metadata, tensors


def read_npy_columns(path):
    """Columns of a two-dimensional array in Fortran order."""
    content = path.read_bytes()
    assert content[:8] == b"\x93NUMPY\x01\x00"
    (length,) = struct.unpack_from("<H", content, 8)
    assert (10 + length) % 64 == 0, "the data are not aligned"
    header = ast.literal_eval(content[10 : 10 + length].decode("ascii"))
    assert header["descr"] == "<f8" and header["fortran_order"] is True
    rows, columns = header["shape"]
    values = struct.unpack(f"<{rows * columns}d", content[10 + length :])
    return [list(values[column * rows : (column + 1) * rows]) for column in range(columns)]


def times(row, matrix):
    """row @ matrix."""
    return [sum(x * entry for x, entry in zip(row, column)) for column in zip(*matrix)]


def predict(metadata, tensors, state):
    """The discrepancy that the network of a model file predicts for one state."""
    bounds = zip(state, tensors["bounds.lower"], tensors["bounds.upper"])
    inputs = [2 * (u - lower) / (upper - lower) - 1 for u, lower, upper in bounds]
    sums = [total + bias for total, bias in zip(times(inputs, tensors["layer.weights"]), tensors["layer.biases"])]
    activation = {"relu": lambda x: max(0.0, x), "tanh": math.tanh}[metadata["layer.activation"]]
    features = [activation(total) for total in sums]
    features += inputs if metadata["layer.linear"] == "true" else []
    features += [1.0] if metadata["layer.constant"] == "true" else []
    return times(times(features, tensors["readout"]), tensors["basis"])


def check_model(metadata, tensors):
    expected = {
        "format": "forerun.model",
        "version": "1",
        "corrector": "randnet",
        "option.ridge": "1e-12",
        "problem": "lotka_volterra",
        "problem.viscosity": "0.01",
        "dimension": "2",
        "slice_length": "0.1",
        "layer.seed": "18446744073709551615",
    }
    for key, text in expected.items():
        assert metadata[key] == text, f"{key} is {metadata[key]}, not {text}"
    assert len(metadata["xxh3_128"]) == 32
    assert tensors["layer.weights"] == [[0.1, 1.0 / 3, -0.0], [-0.2, 5e-324, 7.0]]
    assert tensors["layer.biases"] == [1.0, 2.0, 0.3]
    assert tensors["bounds.lower"] == [-1.0 / 3, -1.0 / 3]
    assert tensors["basis"] == [[0.6, 0.8]]
    assert tensors["harvest.states"] == [[0.1, 0.3], [0.2, 0.4]], "samples are not rows"
    assert tensors["harvest.slices"] == [0, 5] and tensors["harvest.iterations"] == [1, 2]


def main():
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        subprocess.run([sys.argv[1], name], check=True)
        metadata, tensors = read_tensors(directory / "model.safetensors")
        check_model(metadata, tensors)
        state, discrepancy = read_npy_columns(directory / "states.npy")
        assert state == [0.25, -0.125]
        for found, expected in zip(predict(metadata, tensors, state), discrepancy, strict=True):
            assert math.isclose(found, expected, rel_tol=1e-13), f"predicts {found}, not {expected}"
        try:
            import numpy
        except ImportError:
            return
        array = numpy.load(directory / "states.npy")
        assert array.shape == (2, 2) and array[:, 0].tolist() == state and array[:, 1].tolist() == discrepancy


if __name__ == "__main__":
    main()
