"""What a page of the documentation asks a reader to do: its fenced blocks, in their order.

A comment before a block, which readers do not see, says how the block is tested:

    <!-- test: not run: REASON -->   it is not run (it installs, builds, or needs what a test has not)
    <!-- test: exit 3 -->            its last command ends with this exit status, not 0
    <!-- test: add WORDS -->         these words are added to its forerun commands, to make them shorter
    <!-- test: file NAME -->         the block is the content of this file, for what follows
    <!-- test: run -->               a block of Python that is run as a program

Blocks of sh and bash need none: they are run.
"""

import dataclasses
import pathlib
import re

SHELLS = ("sh", "bash")
LANGUAGES = SHELLS + ("text", "toml", "cpp", "c", "fortran", "python", "cmake", "json")
MARKER = re.compile(r"<!-- test: (.*) -->")
INDENTED_COMMAND = re.compile(r"(    |\t)(\$ )?(forerun|bash|cmake|ctest|python3?|sudo) ")


class PageError(Exception):
    """A page that cannot be tested as it is written; says where and why."""


@dataclasses.dataclass
class Block:
    line: int
    language: str
    text: str
    how: str = "run"  # or "not run", "file"
    file: str = ""
    status: int = 0
    added: str = ""

    def commands(self):
        """(line, command) each; lines that end in a backslash are joined, comments left out."""
        found, parts = [], []
        for number, line in enumerate(self.text.splitlines(), self.line + 1):
            if not parts and (not line.strip() or line.lstrip().startswith("#")):
                continue
            parts.append(line.rstrip().removesuffix("\\"))
            if not line.rstrip().endswith("\\"):
                found.append((number - len(parts) + 1, " ".join(part.strip() for part in parts)))
                parts = []
        if parts:
            raise PageError(f"{self.line}: a command that goes on has no end")
        return found


def apply_marker(block, marker, place):
    """Sets what the comment says."""
    word, _, rest = marker.partition(" ")
    if marker.startswith("not run: ") and len(marker) > len("not run: "):
        block.how = "not run"
    elif word == "file" and rest:
        block.how, block.file = "file", rest
    elif word == "exit" and rest.isdigit():
        block.status = int(rest)
    elif word == "add" and rest:
        block.added = rest
    elif marker != "run":
        raise PageError(f"{place}: a comment that no test understands: {marker}")


def read_page(path):
    """Its blocks. Raises PageError where a command would escape the test, or a comment is meant for no block."""
    blocks, marker, block = [], None, None
    for number, line in enumerate(pathlib.Path(path).read_text(encoding="utf-8").splitlines(), 1):
        place = f"{path}:{number}"
        if block is not None:
            if line.startswith("```"):
                blocks.append(block)
                block = None
            else:
                block.text += line + "\n"
        elif line.startswith("```"):
            language = line[3:].strip()
            if language not in LANGUAGES:
                raise PageError(f"{place}: a block must be one of {', '.join(LANGUAGES)}, not '{language}'")
            block = Block(number, language, "", "run" if language in SHELLS else "not run")
            if marker is not None:
                block.how = "run"
                apply_marker(block, marker, place)
            marker = None
        elif re.match(r"\s+```", line):
            raise PageError(f"{place}: blocks begin at the margin, else they are not tested")
        elif found := MARKER.fullmatch(line.strip()):
            marker = found.group(1)
        elif line.strip() and marker is not None:
            raise PageError(f"{place}: the comment before this line is meant for a block")
        elif INDENTED_COMMAND.match(line):
            raise PageError(f"{place}: commands stand in a block of sh, where they are tested")
    if block is not None or marker is not None:
        raise PageError(f"{path}: the last block has no end")
    return blocks


def anchors(path):
    """What links may name in a page, as GitHub makes it of headings."""
    found = set()
    text = re.sub(r"```.*?\n```", "", pathlib.Path(path).read_text(encoding="utf-8"), flags=re.DOTALL)
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading).lower())
        found.add(plain.replace(" ", "-"))
    return found


def broken_links(path):
    """Links and pictures that lead nowhere, as sentences; addresses on the network are not tried."""
    path = pathlib.Path(path)
    text = re.sub(r"```.*?\n```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        page = path.parent / name if name else path
        if not page.exists():
            broken.append(f"{path}: {target}: there is no such file")
        elif anchor and anchor not in anchors(page):
            broken.append(f"{path}: {target}: there is no such heading")
    return broken
