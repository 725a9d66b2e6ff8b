# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""gtk-doc makes the reference pages: one an element, with its properties, a launch
line and Since, and nothing is undocumented.

    reference.py BUILD-FOLDER WHY-THERE-ARE-NO-PAGES"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

MODULE = "gst-rvldepth"


def inspect(name):
    """What gst-inspect-1.0 says, nothing where there is no such plugin."""
    return subprocess.run(["gst-inspect-1.0", "--no-colors", name], stdout=subprocess.PIPE, text=True).stdout


def elements():
    """{element: its properties}, but for those of GstObject."""
    found = {}
    for plugin in ("rvldepth", "depthrerun"):
        for feature in re.findall(r"^  (\w+): ", inspect(plugin), re.M):
            text = inspect(feature)
            if "+----GstElement\n" in text:
                found[feature] = text
    return found


def complaints(folder):
    """What is wrong with the pages in build/docs/reference."""
    found = elements()
    if not found:
        yield "gst-inspect-1.0 knows no element"
    for element in found:
        page = folder / "html" / f"{MODULE}-{element}.html"
        if not page.exists():
            yield f"{element} has no page"
            continue
        text = re.sub(r"<[^>]*>", "", page.read_text())
        for what in (rf"gst-launch-1\.0 .*\b{element}\b", r"Since \d", "Property Details"):
            if not re.search(what, text):
                yield f"the page of {element} lacks: {what}"
    undocumented = (folder / f"{MODULE}-undocumented.txt").read_text()
    if not re.search(r"^0 symbols incomplete\.\n0 not documented\.\n", undocumented, re.M):
        yield undocumented
    for kind in ("undeclared", "unused"):
        names = (folder / f"{MODULE}-{kind}.txt").read_text()
        if names:
            yield f"{kind}: {names}"


def main():
    build, why_not = sys.argv[1:]
    if why_not:
        print("skipped:", why_not)
        return 77
    folder = Path(build) / "docs" / "reference"
    for kind in ("xml", "html"):  # else there is a page that nothing makes any more
        shutil.rmtree(folder / kind, ignore_errors=True)
    subprocess.run(["ninja", "-C", build, f"{MODULE}-doc"], check=True)
    wrong = list(complaints(folder))
    print(*wrong, sep="\n")
    return 1 if wrong else 0


sys.exit(main())
