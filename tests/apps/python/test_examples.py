"""The examples of docs/python.md and data/examples run as they stand; so does what is installed."""

import contextlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["FORERUN_SOURCE_DIR"])


def examples(path):
    """The Python code of a page that uses the module, in its order."""
    blocks = re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    return [block for block in blocks if "forerun" in block]


class Examples(unittest.TestCase):
    def run_all(self, page, expected_blocks):
        blocks = examples(page)
        self.assertGreaterEqual(len(blocks), expected_blocks)
        names = {}
        before = os.getcwd()
        with tempfile.TemporaryDirectory() as directory, contextlib.redirect_stdout(io.StringIO()) as output:
            os.chdir(directory)
            try:
                for block in blocks:
                    exec(compile(block, str(page), "exec"), names)
            finally:
                os.chdir(before)
        return names, output.getvalue()

    def test_the_page_about_python(self):
        self.run_all(SOURCE / "docs" / "python.md", 4)

    def test_the_example_program(self):
        program = SOURCE / "data" / "examples" / "solve.py"
        done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
        self.assertIn("converged after", done.stdout)

    def test_the_installed_module(self):
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([os.environ["CMAKE"], "--install", os.environ["FORERUN_BUILD_DIR"], "--prefix", directory,
                            "--component", "python"], check=True, capture_output=True)
            (module,) = pathlib.Path(directory).rglob("forerun*.so")
            done = subprocess.run([sys.executable, "-c", "import forerun; print(forerun.__file__)"], check=True,
                                  env={**os.environ, "PYTHONPATH": str(module.parent)}, capture_output=True, text=True)
            self.assertEqual(done.stdout.strip(), str(module))


if __name__ == "__main__":
    unittest.main()
