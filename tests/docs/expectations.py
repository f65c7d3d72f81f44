"""Every test that docs/expectations.md names exists: a row may not lean on a test that was renamed or taken away.

Usage: expectations.py PAGE TESTS: the page, and the directory of tests."""

import pathlib
import re
import sys

NAME = re.compile(r"`([A-Z]\w*\.[A-Z]\w*)`")
GTEST = re.compile(r"^TEST(?:_F|_P)?\((\w+), *(\w+)", re.MULTILINE)
CTEST = re.compile(r"add_test\(NAME (\w+\.\w+)")


def known_tests(directory: pathlib.Path) -> set[str]:
    names = set()
    for path in directory.rglob("*.cc"):
        names.update(".".join(found) for found in GTEST.findall(path.read_text(encoding="utf-8")))
    for path in directory.rglob("CMakeLists.txt"):
        names.update(CTEST.findall(path.read_text(encoding="utf-8")))
    return names


def main(page: str, tests: str) -> int:
    known = known_tests(pathlib.Path(tests))
    rows = [line for line in pathlib.Path(page).read_text(encoding="utf-8").splitlines() if re.match(r"\| \d+ \|", line)]
    named = [name for row in rows for name in NAME.findall(row)]
    unknown = sorted(set(named) - known)
    for name in unknown:
        print(f"{page}: there is no test '{name}'")
    if len(named) < len(rows):
        print(f"{page}: {len(rows)} rows name {len(named)} tests")
    return 1 if unknown or not rows or len(named) < len(rows) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
