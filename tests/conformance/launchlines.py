# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every command that the documentation shows works as it stands: the ```sh blocks of README.md and docs/*.md (those of a page one after the
other in one folder) and the |[ ]| lines in the sources. What needs a camera or a server stands in ```text blocks, and after
<!-- camera -->, which are not run here."""
import os
import re
import subprocess
from pathlib import Path

from common import VENV, Test, main

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md")])
SOURCES = sorted(ROOT.glob("gst/**/*.c"))
BAD = re.compile(r"WARNING|ERROR|CRITICAL|error:", re.IGNORECASE)


def blocks(page):
    return re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def lines(source):
    """The example pipelines of gtk-doc comments, without the comment's margin."""
    found = re.findall(r"\|\[(?!<!-- camera -->)(?:<!--.*?-->)?(.*?)\]\|", source.read_text(), re.DOTALL)
    return [re.sub(r"^ ?\* ?", "", text, flags=re.MULTILINE).strip() for text in found]


class LaunchLines(Test):
    def run_script(self, script):
        script = script.replace("autovideosink", "fakevideosink")  # there is no display
        environment = dict(os.environ, PATH=f"{VENV}/bin:{os.environ['PATH']}", LC_ALL="C")
        done = subprocess.run(
            ["sh", "-e", "-c", script], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
        )
        output = done.stdout + done.stderr
        self.assertEqual(done.returncode, 0, f"{script}\n{output}")
        self.assertIsNone(BAD.search(output), f"{script}\n{output}")

    def test_pages(self):
        count = 0
        for page in filter(Path.exists, PAGES):
            for block in blocks(page):
                with self.subTest(page.name, block=block):
                    self.run_script(block)
                count += 1
            for path in self.folder.iterdir():
                subprocess.run(["rm", "-rf", path], check=True)
        self.assertGreater(count, 0, "no page has a block to run")

    def test_sources(self):
        for source in SOURCES:
            with self.subTest(source.name):
                elements = "GST_ELEMENT_REGISTER_DEFINE" in source.read_text()
                self.assertTrue("|[" in source.read_text() or not elements, "an element without an example pipeline")
            for line in lines(source):
                with self.subTest(source.name, line=line):
                    self.run_script(line)


main()
