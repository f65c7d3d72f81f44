#!/usr/bin/env python3
"""Every example of `forerun help COMMAND` has options that exist and names data that is there; at least one a command.

    help_examples.py build/release/apps/forerun/forerun
"""

import pathlib
import re
import shlex
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def said(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=False, cwd=SOURCE)


def examples(text):
    """The commands of Forerun in a help's examples, without remarks, pipes and what a shell does besides."""
    lines = re.findall(r"^  (.*\bforerun .*)$", text.partition("Examples:\n")[2], re.MULTILINE)
    for line in lines:
        for command in re.split(r"\s&&\s|\s\|\s|\s>\s|\s{3,}|<\(|\)", line):
            if command.startswith("forerun "):
                yield command


def main():
    program = sys.argv[1]
    commands = re.findall(r"^  (\w+) ", said(program, "help").stdout.partition("First steps")[0], re.MULTILINE)
    wrong, number = [], 0
    for name in commands:
        found = list(examples(said(program, "help", name).stdout))
        if not found:
            wrong.append(f"help {name}: there is no example")
        for example in found:
            number += 1
            words = shlex.split(example)[1:]
            outcome = said(program, *words, "--help")
            if outcome.returncode != 0:
                wrong.append(f"help {name}: {example}\n  {outcome.stderr.strip()}")
            wrong += [f"help {name}: {word} is not there" for word in words
                      if word.startswith("data/") and not (SOURCE / word).exists()]
    print("\n".join(wrong) or f"{number} examples of {len(commands)} commands")
    return 1 if wrong or len(commands) < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
