#!/usr/bin/env python3
"""Runs the commands of a page of the documentation, in their order, in a directory of its own with a copy of data/.

    run_page.py --program build/release/apps/forerun/forerun docs/tutorial.md
    run_page.py --program … --full --times docs/tutorial.md      as a reader would, with the time each command takes

Exit status: 0 every command ended as the page says, 1 one did not, or the page cannot be tested as it is written.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import page as pages

SHORTENED = ("run", "compare", "plan", "campaign", "train", "scale", "bench")
SOURCE = pathlib.Path(__file__).resolve().parents[2]


def shortened(command, added):
    """The command with `added` behind each forerun that solves something."""
    command = re.split(r"\s+# ", command, maxsplit=1)[0]
    words = command.split()
    solves = any(pair[0] == "forerun" and pair[1] in SHORTENED for pair in zip(words, words[1:]))
    if not added or not solves:
        return command
    head, separator, tail = command.partition(" | ")
    head, redirection, target = head.partition(" > ")
    return f"{head} {added}{redirection}{target}{separator}{tail}"


class Reader:
    """Who follows a page: a directory, an environment, and what went wrong so far."""

    def __init__(self, arguments, directory):
        self.arguments = arguments
        self.directory = pathlib.Path(directory)
        self.failures, self.times = [], []
        shutil.copytree(SOURCE / "data", self.directory / "data")
        program = pathlib.Path(arguments.program).resolve()
        (self.directory / "home").mkdir()
        self.environment = dict(os.environ, HOME=str(self.directory / "home"), TMPDIR=str(self.directory), NO_COLOR="1",
                                PATH=f"{program.parent}:{os.environ['PATH']}", PYTHONDONTWRITEBYTECODE="1")
        if arguments.module:
            self.environment["PYTHONPATH"] = str(pathlib.Path(arguments.module).resolve())

    def run(self, words, expected, what, place):
        began = time.monotonic()
        done = subprocess.run(words, cwd=self.directory, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.times.append((time.monotonic() - began, what))
        if done.returncode != expected:
            self.failures.append(f"{place}: {what}\n  ended with {done.returncode}, not {expected}:\n"
                                 + "\n".join("    " + line for line in done.stdout.splitlines()[-20:]))

    def follow(self, block, path):
        if block.how == "file":
            target = self.directory / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.how == "run" and block.language == "python":
            if self.arguments.python:
                self.run([self.arguments.python, "-c", block.text], block.status, "the Python program",
                         f"{path}:{block.line}")
        elif block.how == "run":
            commands = block.commands()
            for number, (line, command) in enumerate(commands, 1):
                expected = block.status if number == len(commands) else 0
                added = "" if self.arguments.full else block.added
                self.run(["bash", "-euo", "pipefail", "-c", shortened(command, added)], expected, command,
                         f"{path}:{line}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page")
    parser.add_argument("--program", required=True, help="the forerun that is tested")
    parser.add_argument("--module", default="", help="the folder of the Python module")
    parser.add_argument("--python", default="", help="runs the page's programs in Python; left out: they are not run")
    parser.add_argument("--full", action="store_true", help="commands as they stand, nothing shortened")
    parser.add_argument("--times", action="store_true", help="print the seconds each command took")
    arguments = parser.parse_args()
    try:
        blocks = pages.read_page(arguments.page)
        with tempfile.TemporaryDirectory() as directory:
            reader = Reader(arguments, directory)
            for block in blocks:
                reader.follow(block, arguments.page)
    except pages.PageError as error:
        print(error)
        return 1
    failures = reader.failures + pages.broken_links(arguments.page)
    if arguments.times:
        for seconds, what in reader.times:
            print(f"{seconds:8.2f} s  {what}")
        print(f"{sum(seconds for seconds, _ in reader.times):8.2f} s  all {len(reader.times)} commands")
    print("\n".join(failures) or f"{len(reader.times)} commands ended as the page says")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
