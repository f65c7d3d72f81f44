#!/usr/bin/env python3
"""Takes a figure out of a page that `forerun report` has written, as a picture by itself (SVG, light and dark):

    python3 tests/docs/figure.py runs/burgers/report.html "Convergence: error" > docs/burgers.svg
"""

import re
import sys

DRAWN = re.compile(r"^\s*(:root|svg|\.grid|\.axis|\.frame|\.level|\.line|\.thin|\.dashed|\.mark|\.area|\.band|\.muted)")


def style_of_drawings(sheet):
    """The colours, light and dark, and the rules that drawings need."""
    colours = re.findall(r"(@media [^{]*prefers-color-scheme[^{]*\{\s*:root \{.*?\}\s*\}|(?<!\S):root \{.*?\})", sheet, re.DOTALL)
    rules = [line for line in sheet.splitlines() if DRAWN.match(line) and ":root" not in line]
    return "\n".join(dict.fromkeys(colour.strip() for colour in colours)) + "\n" + "\n".join(rules)


def main():
    page = open(sys.argv[1], encoding="utf-8").read()
    sheet = re.search(r"<style>(.*?)</style>", page, re.DOTALL).group(1)
    figures = {re.search(r"<title>(.*?)</title>", figure).group(1): figure
               for figure in re.findall(r"<svg.*?</svg>", page, re.DOTALL)}
    if len(sys.argv) < 3 or sys.argv[2] not in figures:
        sys.exit("which figure? " + ", ".join(figures))
    opening, rest = figures[sys.argv[2]].split(">", 1)
    title, rest = rest.split("</title>", 1)
    background = '<rect width="100%" height="100%" fill="var(--panel)"/>'
    print(f"{opening}>{title}</title>\n<style>\n{style_of_drawings(sheet)}\n</style>\n{background}{rest}")


if __name__ == "__main__":
    main()
