"""The test of the pages can fail: planted mistakes are found, and named by their place."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SMALL = "forerun run data/configs/dahlquist.toml"


class PlantedMistakes(unittest.TestCase):
    def outcome(self, text, *options):
        with tempfile.TemporaryDirectory() as directory:
            page = pathlib.Path(directory, "page.md")
            page.write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, HERE / "run_page.py", page, "--program",
                                   os.environ["FORERUN_PROGRAM"], *options], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def assert_refused(self, text, *words):
        status, said = self.outcome(text)
        self.assertEqual(status, 1, said)
        for word in words:
            self.assertIn(word, said)

    def test_a_sound_page_passes(self):
        status, said = self.outcome(f"```sh\n{SMALL} \\\n  --quiet   # a remark\n```\n")
        self.assertEqual((status, said), (0, "1 commands ended as the page says\n"))

    def test_an_option_that_is_not_there(self):
        self.assert_refused(f"```sh\n{SMALL}\n{SMALL} --referense\n```\n", "page.md:3:", "--reference", "ended with 2")

    def test_a_configuration_that_is_not_there(self):
        self.assert_refused("```sh\nforerun run data/configs/burger.toml\n```\n", "page.md:2:", "ended with 4, not 0")

    def test_a_failure_before_a_pipe_and_before_the_last_command(self):
        self.assert_refused("```sh\nforerun list burger | head -3\n```\n", "ended with 2")
        self.assert_refused("```sh\nforerun list burger\nforerun list burgers\n```\n", "page.md:2:", "ended with 2")

    def test_another_exit_status_than_is_written(self):
        limited = f"{SMALL} --set parareal.max_iterations=1"
        self.assert_refused(f"```sh\n{limited}\n```\n", "ended with 3, not 0")
        self.assert_refused(f"<!-- test: exit 3 -->\n```sh\n{SMALL}\n```\n", "ended with 0, not 3")
        self.assertEqual(self.outcome(f"<!-- test: exit 3 -->\n```sh\n{limited}\n```\n")[0], 0)

    def test_words_are_added_unless_all_is_wanted(self):
        page = f"<!-- test: add --set parareal.max_iterations=1 -->\n```sh\n{SMALL} --json - | cat > said.json\n```\n"
        self.assertEqual(self.outcome(page)[0], 1)
        self.assertEqual(self.outcome(page, "--full")[0], 0)

    def test_files_of_a_page_are_there_for_its_commands(self):
        config = (pathlib.Path(HERE.parents[1], "data/configs/dahlquist.toml")).read_text(encoding="utf-8")
        page = f"<!-- test: file mine.toml -->\n```toml\n{config}```\n\n```sh\nforerun run mine.toml\n```\n"
        self.assertEqual(self.outcome(page)[0], 0)
        self.assertEqual(self.outcome(page.replace("file mine", "file other"))[0], 1)

    def test_commands_that_would_escape(self):
        self.assert_refused(f"    {SMALL}\n", "page.md:1:", "in a block of sh")
        self.assert_refused(f"- so:\n\n  ```sh\n  {SMALL}\n  ```\n", "page.md:3:", "at the margin")
        self.assert_refused(f"```\n{SMALL}\n```\n", "page.md:1:", "must be one of")
        self.assert_refused("```shell\nfalse\n```\n", "page.md:1:", "must be one of")
        self.assert_refused(f"<!-- test: not run: -->\n```sh\n{SMALL}\n```\n", "no test understands")

    def test_comments_that_are_meant_for_no_block(self):
        self.assert_refused("<!-- test: exit 3 -->\nSome text.\n", "page.md:2:", "meant for a block")
        self.assert_refused("<!-- test: exit three -->\n```sh\ntrue\n```\n", "page.md:2:", "no test understands")

    def test_links_that_lead_nowhere(self):
        self.assert_refused("See [this](that.md).\n", "that.md: there is no such file")
        self.assert_refused("# One\n\nSee [this](#two).\n", "#two: there is no such heading")
        self.assertEqual(self.outcome("# One two\n\nSee [this](#one-two).\n")[0], 0)


if __name__ == "__main__":
    unittest.main()
